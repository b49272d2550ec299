#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes schemas/<namespace>/<name>/{VERSION,overlay}.json from the compact tables in schemas/tables/*.txt.

The first file has the shape of `providers schema -json`, one type a line; the second holds what such a dump
cannot say: defaults, what replaces, checks, how computed values look (docs/internals/sandbox.md explains each key).
  make_packs.py            writes the files
  make_packs.py --check    exits 1 if a committed file differs from what the tables say
"""
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "schemas"
TYPES = {"": "string", "b": "bool", "n": "number", "[]": ["list", "string"], "{}": ["set", "string"], "m": ["map", "string"],
         "[n]": ["list", "number"], "m!": ["map", "string"]}
BLOCK = re.compile(r"^([a-z0-9_]+)(\[\d*\]|\{\d*\}|<>)([*!]*)$")
OBJECTS = re.compile(r"^([a-z0-9_]+)(=\{\}|=\[\])([*+^!]*)$")
ATTRIBUTE = re.compile(r"^([a-z0-9_]+)([*+^!~%?]*)(?::(\[n\]|\[\]|\{\}|[bnm]|\[\".*\]|\"dynamic\"))?(?:=(.*))?$")


class Bad(Exception):
    pass


def split(text):
    """Commas separate, except inside brackets."""
    parts, depth, current = [], 0, ""
    for c in text:
        depth += c in "[(" 
        depth -= c in "])"
        if c == "," and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += c
    return [p for p in parts + [current.strip()] if p]


class Type:
    def __init__(self, words):
        self.name, self.taggable, self.version, self.timeouts = words[1], False, 0, []
        for word in words[2:]:
            if word == "T":
                self.taggable = True
            elif word.startswith("timeouts="):
                self.timeouts = word[9:].split(",")
            elif re.match(r"v\d+$", word):
                self.version = int(word[1:])
            else:
                raise Bad(f"{self.name}: what is {word}?")
        self.lines, self.rules = [], []


def read(path):
    """[(kind, words, lines, rules)]; lines are (indent, text)."""
    sections, current = [], None
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if indent == 0:
            current = (line.split(), [], [])
            sections.append(current)
        elif line.strip().startswith("@"):
            current[2].append(line.strip()[1:])
        else:
            current[1].append((indent, line.strip()))
    return sections


def expand(lines, defines, shift=0):
    out = []
    for indent, text in lines:
        if text.startswith("&"):
            base = min(i for i, _ in defines[text[1:]])
            out += expand([(i - base + indent, t) for i, t in defines[text[1:]]], defines)
        else:
            out.append((indent + shift, text))
    return out


def literal(text, type_name):
    if type_name == "bool":
        return {"true": True, "false": False}[text]
    if type_name == "number":
        return json.loads(text)
    return text


def build(lines, overlay, prefix=""):
    """A block of the dump's shape from indented lines; fills overlay['replace'] and ['defaults']."""
    block = {"attributes": {}, "block_types": {}}
    index = 0
    # Attribute lines may be continued: join until a line is a block header or deeper.
    while index < len(lines):
        indent, text = lines[index]
        children = []
        header, objects = BLOCK.match(text), OBJECTS.match(text)
        index += 1
        if header or objects:
            while index < len(lines) and lines[index][0] > indent:
                children.append(lines[index])
                index += 1
        if header:
            name, bracket, flags = header.groups()
            nested = {"nesting_mode": {"[": "list", "{": "set", "<": "single"}[bracket[0]]}
            nested["block"] = build(children, overlay, prefix + name + ".")
            if "*" in flags:
                nested["min_items"] = 1
            if bracket[1:-1]:
                nested["max_items"] = int(bracket[1:-1])
            if "!" in flags:
                overlay["replace"].append(prefix + name)
            block["block_types"][name] = nested
        elif objects:
            name, kind, flags = objects.groups()
            fields = {}
            for _, line in children:
                for item in split(line):
                    m = ATTRIBUTE.match(item)
                    if not m:
                        raise Bad(f"{prefix}{name}: {item}")
                    fields[m.group(1)] = type_of(m.group(3))
            kind = "set" if "{" in kind else "list"
            block["attributes"][name] = flagged([kind, ["object", dict(sorted(fields.items()))]], flags)
            if "!" in flags:
                overlay["replace"].append(prefix + name)
        else:
            for item in split(text):
                m = ATTRIBUTE.match(item)
                if not m:
                    raise Bad(f"{prefix}: cannot read {item!r}")
                name, flags, kind, default = m.groups()
                if name in block["attributes"]:
                    raise Bad(f"{prefix}{name} twice")
                block["attributes"][name] = flagged(type_of(kind), flags)
                if "!" in flags:
                    overlay["replace"].append(prefix + name)
                if default is not None:
                    overlay["defaults"][prefix + name] = literal(default, type_of(kind))
    return {key: dict(sorted(value.items())) for key, value in block.items() if value}


def type_of(kind):
    kind = kind or ""
    return json.loads(kind) if kind.startswith(('["', '"')) else TYPES[kind]


def flagged(type_name, flags):
    out = {"type": type_name}
    if "*" in flags:
        out["required"] = True
    elif "^" in flags:
        out["computed"] = True
    else:
        out["optional"] = True
        if "+" in flags:
            out["computed"] = True
    if "~" in flags:
        out["sensitive"] = True
    if "%" in flags:
        out["deprecated"] = True
    if "?" in flags:
        out["write_only"] = True
    return out


def has_path(block, path):
    head, _, rest = path.partition(".")
    if head in block.get("attributes", {}):
        return not rest
    nested = block.get("block_types", {}).get(head)
    return nested is not None and (not rest or has_path(nested["block"], rest))


def rules(lines, overlay, block, where):
    def path(p):
        if not has_path(block, p):
            raise Bad(f"{where}: no attribute {p}")
        return p

    def put(key, value):
        overlay.setdefault(key, []).append(value)

    for line in lines:
        word, _, rest = line.partition(" ")
        args = rest.split()
        if word == "id":
            overlay["id"] = rest
        elif word in ("arn", "garn"):
            service, tail = args[0], rest.split(" ", 1)[1]
            place = "{region}:{account}"
            if word == "garn" or tail.startswith(". "):
                place, tail = ":{account}", tail.removeprefix(". ")
                overlay["global"] = True
            if service == "route53":
                place = ":"
            overlay["synth"]["arn"] = f"arn:{{partition}}:{service}:{place}:{tail}"
        elif word == "synth":
            attribute, template = rest.split(" ", 1)
            overlay["synth"][path(attribute)] = {".": ""}.get(template, template)
        elif word in ("exactly_one", "conflicts", "at_least_one", "replace_kind", "unique"):
            if word == "unique":
                overlay["unique"] = [path(a) for a in args]
            else:
                put(word, [path(a) for a in args])
        elif word in ("exactly_one_if_set", "exactly_one_in", "warn_none_of"):
            if word == "exactly_one_if_set":
                put(word, [path(a) for a in args])
            else:
                put(word, {"block": path(args[0]), "of": [a for a in args[1:] if path(args[0] + "." + a)]})
        elif word == "enum":
            overlay.setdefault("enum", {})[path(args[0])] = args[1:]
        elif word == "enum_or_range":
            overlay.setdefault("enum_or_range", {})[path(args[0])] = [int(a) for a in args[1:]]
        elif word in ("range", "len"):
            overlay.setdefault(word, {})[path(args[0])] = [float(a) if "." in a else int(a) for a in args[1:]]
        elif word == "cidr":
            overlay.setdefault("cidr", {})[path(args[0])] = [int(a) for a in args[1:]] or [0, 32]
        elif word == "pattern":
            attribute, regex = rest.split(" ", 1)
            overlay.setdefault("pattern", {})[path(attribute)] = regex
        elif word == "equal":
            for a in args[1:]:
                overlay.setdefault("equal", {})[path(a)] = args[0]
        elif word == "json":
            for a in args:
                put("json", path(a))
        elif word == "recompute":
            entry = {"on": [], "except": []}
            for a in args[1:]:
                if a.startswith("if="):
                    entry["if"] = path(a[3:])
                elif a.startswith("-"):
                    entry["except"].append(a[1:])
                else:
                    entry["on"].append(a if a == "*" else path(a))
            overlay.setdefault("recompute", {})[args[0] if args[0] == "id" else path(args[0])] = entry
        elif word == "bump":
            put("bump", path(args[0]))
        elif word == "copy":
            overlay.setdefault("copy", {})[path(args[0])] = {"from": path(args[1]), "if": path(args[2][3:])}
        elif word == "replace_if":
            entry = {"attribute": path(args[0])}
            if args[1] == "removed":
                entry["removed"] = True
                key, value = args[2].split("=")
                entry["when"] = {path(key): value}
            else:
                entry.update({"from": args[1], "to": args[2]})
            put("replace_if", entry)
        elif word in ("singleton", "adopt", "forget", "legacy", "logical", "global"):
            overlay[word] = True
        elif word == "import":
            overlay["import_id"] = rest
        elif word == "max_tags":
            overlay["max_tags"] = int(rest)
        else:
            raise Bad(f"{where}: unknown rule @{word}")


def make(path):
    """{relative file name: text} for one table file."""
    defines, providers, current = {}, [], None
    for words, lines, rule_lines in read(path):
        if words[0] == "define":
            defines[words[1]] = lines
        elif words[0] == "provider":
            overlay = {"replace": [], "defaults": {}, "synth": {}}
            block = build(expand(lines, defines), overlay)
            rules(rule_lines, overlay, block, words[1])
            current = {"source": words[1], "version": words[2], "provider": {"version": 0, "block": block}, "resource": {},
                       "data": {}, "overlay": {k: v for k, v in overlay.items() if v}, "rules": {"resource": {}, "data": {}}}
            providers.append(current)
        else:
            kind, type_ = words[0], Type(words)
            overlay = {"replace": [], "defaults": {}, "synth": {}}
            block = build(expand(lines, defines), overlay)
            attributes = block.setdefault("attributes", {})
            attributes.setdefault("id", {"type": "string", "optional": True, "computed": True})
            if type_.taggable:
                attributes["tags"] = {"type": ["map", "string"], "optional": True}
                framework = not attributes["id"].get("optional", False)
                attributes["tags_all"] = {"type": ["map", "string"], "computed": True} | ({} if framework else {"optional": True})
                overlay["taggable"] = True
            block["attributes"] = dict(sorted(attributes.items()))
            if type_.timeouts:
                block.setdefault("block_types", {})["timeouts"] = {"nesting_mode": "single", "block": {"attributes": {
                    t: {"type": "string", "optional": True} for t in type_.timeouts}}}
                block["block_types"] = dict(sorted(block["block_types"].items()))
            rules(rule_lines, overlay, block, type_.name)
            current[kind][type_.name] = {"version": type_.version, "block": block}
            overlay = {k: v for k, v in overlay.items() if v}
            if overlay:
                current["rules"][kind][type_.name] = overlay
    files = {}
    compact = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for p in providers:
        def table(types):
            return "{\n" + ",\n".join(f"{compact(n)}:{compact(t)}" for n, t in sorted(types.items())) + "\n}"
        files[f"{p['source']}/{p['version']}.json"] = (
            '{"format_version":"1.0","provider_schemas":{"registry.terraform.io/' + p["source"] + '":{\n"provider":'
            + compact(p["provider"]) + ',\n"resource_schemas":' + table(p["resource"]) + ',\n"data_source_schemas":'
            + table(p["data"]) + "}}}\n")
        files[f"{p['source']}/overlay.json"] = (
            '{"provider":' + compact(p["overlay"]) + ',\n"resources":' + table(p["rules"]["resource"])
            + ',\n"data_sources":' + table(p["rules"]["data"]) + "}\n")
    return files


def main():
    stale = 0
    for table in sorted((ROOT / "tables").glob("*.txt")):
        try:
            files = make(table)
        except Bad as bad:
            sys.exit(f"{table.name}: {bad}")
        for name, text in files.items():
            json.loads(text)
            target = ROOT / name
            if "--check" in sys.argv:
                if not target.exists() or target.read_text() != text:
                    print(f"{target} differs from {table.name}: run tools/make_packs.py")
                    stale = 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
            print(f"{target.relative_to(ROOT.parent)}: {len(text)} bytes")
    return stale


if __name__ == "__main__":
    sys.exit(main())
