#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The layers, read from DEPS in src/*/CMakeLists.txt.

  layers.py             rewrites the picture in ARCHITECTURE.md
  layers.py check       exit code 1 if the picture is stale or the layers have a cycle
  layers.py why A B     a shortest path of dependencies from A to B
  layers.py print       the picture only
"""
import re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- layers: made by ./dev docs -->", "<!-- end of layers -->"


def read():
    order = re.search(r"foreach\(layer ([^)]*)\)", (ROOT / "CMakeLists.txt").read_text()).group(1).split()
    layers = {}
    for name in order:
        text = (ROOT / "src" / name / "CMakeLists.txt").read_text()
        call = re.search(rf"terrace_library\({name}\b([^)]*)\)", text).group(1).split()
        found = {"DEPS": [], "EXTERNAL": []}
        into = None
        for word in call:
            if word in found:
                into = found[word]
            else:
                into.append(word)
        layers[name] = found
    return layers




def levels(layers):
    level = {}

    def of(name, trail):
        if name in trail:
            sys.exit(f"the layers have a cycle: {' → '.join(trail + [name])}")
        if name not in level:
            level[name] = 1 + max((of(d, trail + [name]) for d in layers[name]["DEPS"]), default=-1)
        return level[name]

    for name in layers:
        for dependency in layers[name]["DEPS"]:
            if dependency not in layers:
                sys.exit(f"src/{name}/CMakeLists.txt: unknown layer {dependency}")
        of(name, [])
    return level


def reduced(layers, name):
    """Direct dependencies that no other dependency already brings."""
    def all_of(n):
        seen, todo = set(), [n]
        while todo:
            for d in layers[todo.pop()]["DEPS"]:
                if d not in seen:
                    seen.add(d)
                    todo.append(d)
        return seen
    deps = layers[name]["DEPS"]
    return [d for d in deps if not any(d in all_of(e) for e in deps if e != d)]


def picture(layers):
    level = levels(layers)
    wide = max(map(len, layers))
    lines = ["```text", f"{'layer':<{wide}}  uses (and what those use){'':<11}  third party"]
    for depth in range(max(level.values()), -1, -1):
        for name in layers:
            if level[name] == depth:
                uses = " ".join(reduced(layers, name)) or "-"
                lines.append(f"{name:<{wide}}  {uses:<36}  {' '.join(layers[name]['EXTERNAL'])}".rstrip())
        if depth:
            lines.append("")
    lines.append("```")
    return "\n".join(lines)


def rewritten(text, layers):
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin] + "\n" + picture(layers) + "\n" + text[end:]


def why(layers, start, goal):
    for name in (start, goal):
        if name not in layers:
            sys.exit(f"there is no layer {name}; there are: {' '.join(layers)}")
    paths = [[start]]
    seen = {start}
    for path in paths:
        if path[-1] == goal:
            print(" → ".join(path))
            return 0
        for dependency in layers[path[-1]]["DEPS"]:
            if dependency not in seen:
                seen.add(dependency)
                paths.append(path + [dependency])
    print(f"{start} does not see {goal}")
    return 1


def main():
    layers = read()
    command = sys.argv[1] if len(sys.argv) > 1 else "write"
    if command == "why" and len(sys.argv) == 4:
        return why(layers, sys.argv[2], sys.argv[3])
    if command == "print":
        print(picture(layers))
        return 0
    text = DOCUMENT.read_text()
    fresh = rewritten(text, layers)
    if command == "check":
        if fresh != text:
            print("ARCHITECTURE.md: the layer picture is stale; run ./dev docs")
            return 1
        print(f"layers: {len(layers)}, no cycle, the picture is up to date")
        return 0
    if command != "write":
        sys.exit(__doc__)
    if fresh != text:
        DOCUMENT.write_text(fresh)
    return 0


sys.exit(main())
