#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares a schema pack with a dump of the real provider (`providers schema -json`), of whatever version is at hand.

  check_pack.py DUMP.json [schemas/hashicorp/aws/VERSION.json]

Prints every attribute or block that only one side has or that differs in type, flags, sensitivity or nesting.
Differences are not always faults: the dump may be of another version. Exit code 1 if a type, kind or sensitivity differs.
"""
import json
import sys
from pathlib import Path

FLAGS = ("required", "optional", "computed", "sensitive", "write_only")
compared = 0


def schemas(path):
    provider = next(iter(json.loads(Path(path).read_text())["provider_schemas"].values()))
    return {(kind, name): s for kind in ("resource_schemas", "data_source_schemas") for name, s in provider.get(kind, {}).items()}


def compare(where, pack, dump, soft, hard):
    global compared
    a, b = pack.get("attributes", {}), dump.get("attributes", {})
    for name in sorted(set(a) | set(b)):
        compared += 1
        at = f"{where}.{name}"
        if name not in b:
            soft.append(f"only in the pack: {at}")
        elif name not in a:
            soft.append(f"only in the dump: {at}")
        else:
            if a[name]["type"] != b[name]["type"]:
                hard.append(f"type: {at}: {json.dumps(a[name]['type'])} / {json.dumps(b[name]['type'])}")
            for flag in FLAGS:
                if a[name].get(flag, False) != b[name].get(flag, False):
                    (hard if flag == "sensitive" else soft).append(f"{flag}: {at}: {a[name].get(flag, False)} / {b[name].get(flag, False)}")
    a, b = pack.get("block_types", {}), dump.get("block_types", {})
    for name in sorted(set(a) | set(b)):
        compared += 1
        at = f"{where}.{name}"
        if name not in b:
            soft.append(f"only in the pack: {at} (block)")
        elif name not in a:
            soft.append(f"only in the dump: {at} (block)")
        else:
            if a[name]["nesting_mode"] != b[name]["nesting_mode"]:
                hard.append(f"nesting: {at}: {a[name]['nesting_mode']} / {b[name]['nesting_mode']}")
            for limit in ("min_items", "max_items"):
                if a[name].get(limit, 0) != b[name].get(limit, 0):
                    soft.append(f"{limit}: {at}: {a[name].get(limit, 0)} / {b[name].get(limit, 0)}")
            compare(at, a[name]["block"], b[name]["block"], soft, hard)


def main():
    packs = sorted((Path(__file__).resolve().parent.parent / "schemas/hashicorp/aws").glob("[0-9]*.json"))
    pack, dump = schemas(sys.argv[2] if len(sys.argv) > 2 else packs[-1]), schemas(sys.argv[1])
    soft, hard = [], []
    for key in sorted(pack):
        if key not in dump:
            soft.append(f"only in the pack: {key[1]}")
        else:
            if pack[key].get("version", 0) != dump[key].get("version", 0):
                soft.append(f"version: {key[1]}: {pack[key]['version']} / {dump[key]['version']}")
            compare(key[1], pack[key]["block"], dump[key]["block"], soft, hard)
    for line in hard + soft:
        print(line)
    print(f"{compared} attributes and blocks of {len(pack)} types compared: {len(hard)} faults, {len(soft)} other differences")
    return 1 if hard else 0


if __name__ == "__main__":
    sys.exit(main())
