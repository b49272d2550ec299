#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""embed_packs.py SCHEMAS OUT: all schema packs in one file that the program carries (src/sandbox/embedded.cc reads it).

Layout: "TPACK1\\n", the index's length as 8 digits and "\\n", the index, then zlib streams one after the other.
Index lines: `provider SOURCE VERSION OFFSET LENGTH SIZE`, then that provider's `resource|data NAME OFFSET LENGTH SIZE`;
each stream is {"schema": …, "rules": …}.
"""
import json
import sys
import zlib
from pathlib import Path


def main():
    root, out = Path(sys.argv[1]), Path(sys.argv[2])
    index, blobs, offset = [], [], 0

    def add(label, schema, rules):
        nonlocal offset
        text = json.dumps({"schema": schema, "rules": rules}, separators=(",", ":"), ensure_ascii=False).encode()
        packed = zlib.compress(text, 9)
        index.append(f"{label} {offset} {len(packed)} {len(text)}")
        blobs.append(packed)
        offset += len(packed)

    for file in sorted(root.glob("*/*/[0-9]*.json")):
        source = f"{file.parent.parent.name}/{file.parent.name}"
        provider = next(iter(json.loads(file.read_text())["provider_schemas"].values()))
        overlay_file = file.parent / "overlay.json"
        overlay = json.loads(overlay_file.read_text()) if overlay_file.exists() else {}
        add(f"provider {source} {file.stem}", provider["provider"], overlay.get("provider", {}))
        for word, types, rules in (("resource", "resource_schemas", "resources"), ("data", "data_source_schemas", "data_sources")):
            for name, schema in provider.get(types, {}).items():
                add(f"{word} {name}", schema, overlay.get(rules, {}).get(name, {}))
    text = ("\n".join(index) + "\n").encode()
    out.write_bytes(b"TPACK1\n" + b"%08d\n" % len(text) + text + b"".join(blobs))


main()
