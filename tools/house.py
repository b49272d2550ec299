#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules that clang-tidy cannot check; exit code 1 and `file:line: message` for each breach.

  licence    every source file names its licence in the first lines
  size       400 lines are a warning (--verbose), 800 an error; tests 1200
  world      no way to the outside but through src/world and src/main.cc
  links      relative links in documents lead somewhere
  codes      every diagnostic of src/diag/codes.def is used
  absolute   no path of a developer's machine is committed

EXCEPTIONS may only shrink: an entry that is no longer needed is an error, too.
"""
import re, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOFT, HARD, HARD_TEST = 400, 800, 1200
VERBOSE = "--verbose" in sys.argv[1:]

# (rule, path): why.
EXCEPTIONS = {
    ("codes", "invalid_template"): "reserved for template directives that the parser now reports more exactly",
    ("codes", "branch_not_met"): "the branch gate is reported as a check with evidence",
    ("codes", "invalid_backend_block"): "backend blocks are checked where the backend is opened",
    ("codes", "import_failed"): "import blocks are not built yet",
    ("codes", "provider_schema_invalid"): "provider processes are not built yet",
}

FORBIDDEN = [
    (r"(?<![\w.>])(?:std::|::)?(?:secure_)?getenv\s*\(", "getenv: use World::env"),
    (r"(?<![\w.>])(?:std::|::)?(?:fopen|freopen)\s*\(|std::[io]?fstream\b|#include <fstream>", "files: use World::files"),
    (r"(?<![\w:>.&*])::open(?:at)?\s*\(|\bopen(?:at)?\s*\([^)]*\bO_[A-Z]+", "open: use World::files"),
    (r"#include <(?:fcntl\.h|unistd\.h|spawn\.h|signal\.h|csignal|sys/(?!types)\w+\.h|netinet/\w+\.h|netdb\.h)>",
     "system calls belong to src/world"),
    (r"(?<![\w.>])(?:::)?(?:fork|vfork|posix_spawnp?|popen|execve?|execvp)\s*\(", "processes: use World::processes"),
    (r"(?<![\w.>])(?:std::|::)?system\s*\(", "system: use World::processes"),
    (r"std::chrono::(?:\w+)_clock::now|(?<![\w.>:])(?:::)?(?:gettimeofday|clock_gettime)\s*\(|std::time\s*\(", "time: use World::clock"),
    (r"std::filesystem|#include <filesystem>", "std::filesystem: use World::files"),
    (r"std::regex|#include <regex>", "std::regex: use RE2 (unbounded time on user input)"),
    (r"(?<![\w.>:])(?:std::|::)?s?rand\s*\(|std::random_device", "random numbers: use World::random"),
    (r"std::cout|std::cerr|(?<![\w.>:])(?:std::)?f?printf\s*\(|(?<![\w.>:])puts\s*\(", "printing: use World::terminal"),
]
FORBIDDEN = [(re.compile(pattern), message) for pattern, message in FORBIDDEN]
# Files whose subject is one of these calls: (path, part of the message): why.
ALLOWED_CALLS = {
    ("src/base/check.cc", "printing"): "a failed CHECK reports before anything else can be trusted",
    ("src/sandbox/balancer.cc", "system calls"): "the type of the loopback address that libmicrohttpd listens on",
    ("src/sandbox/simulated.cc", "system calls"): "the fault crash_after_effect kills this very process",
}

problems, warnings, used = [], [], set()


def report(path, line, message):
    problems.append(f"{path}:{line}: {message}")


def excepted(rule, name):
    if (rule, name) in EXCEPTIONS:
        used.add((rule, name))
        return True
    return False


def tracked():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return sorted(p for p in listed.stdout.split("\n") if p and (ROOT / p).is_file())
    skip = {"build", ".git"}
    return sorted(str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.is_file() and not skip & set(p.relative_to(ROOT).parts))


def code_only(line):
    """Without strings and // comments, so that words in messages do not count."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
    return line.split("//", 1)[0]


def check_sources(files):
    for path in files:
        suffix = Path(path).suffix
        if suffix not in (".cc", ".h", ".py", ".sh", ".cmake", ".def", ".inc") and Path(path).name not in ("dev", "run", "CMakeLists.txt"):
            continue
        if path.startswith(("examples/", "tests/golden/")):
            continue
        lines = (ROOT / path).read_text(errors="replace").split("\n")
        head = "\n".join(lines[:3])
        if "SPDX-License-Identifier: Apache-2.0" not in head:
            report(path, 1, "no SPDX-License-Identifier line in the first three lines")
        if suffix not in (".cc", ".h"):
            continue
        count = len(lines) - 1
        limit = HARD_TEST if path.endswith("_test.cc") or path.startswith("tests/") else HARD
        if count > limit:
            if not excepted("size", path):
                report(path, limit, f"{count} lines, the limit is {limit}: split it by idea")
        elif count > SOFT:
            warnings.append(f"{path}: {count} lines, more than {SOFT}")
        if not path.startswith("src/") or path.startswith("src/world/") or path == "src/main.cc" or path.endswith("_test.cc"):
            continue
        for number, line in enumerate(lines, 1):
            text = code_only(line) if "#include" not in line else line
            for pattern, message in FORBIDDEN:
                if not pattern.search(text):
                    continue
                allowed = [(p, part) for p, part in ALLOWED_CALLS if path == p and part in message]
                used.update(("call", *entry) for entry in allowed)
                if not allowed:
                    report(path, number, message)


def check_links(files):
    for path in files:
        if not path.endswith(".md"):
            continue
        fenced = False
        for number, line in enumerate((ROOT / path).read_text().split("\n"), 1):
            if line.startswith("```"):
                fenced = not fenced
            if fenced:
                continue
            for target in re.findall(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)", line):
                if re.match(r"[a-z]+:|#", target):
                    continue
                plain = target.split("#", 1)[0]
                if not ((ROOT / path).parent / plain).resolve().exists():
                    report(path, number, f"the link leads nowhere: {target}")


def check_codes(files):
    definition = "src/diag/codes.def"
    text = "\n".join((ROOT / p).read_text(errors="replace") for p in files
                     if p.startswith("src/") and p.endswith((".cc", ".h")))
    words, seen = set(re.findall(r"\w+", text)), {}
    for number, line in enumerate((ROOT / definition).read_text().split("\n"), 1):
        entry = re.match(r'DIAG\((\w+), "(\w+)"', line)
        if not entry:
            continue
        name, identifier = entry.groups()
        if identifier in seen:
            report(definition, number, f"{identifier} is already {seen[identifier]}")
        seen[identifier] = name
        if name not in words and not excepted("codes", name):
            report(definition, number, f"{identifier} {name} is reported nowhere")


def check_absolute(files):
    # /work and /home are refused as roots of real paths; tests may use them inside an in-memory world.
    pattern = re.compile(r"(?<![\w.\-*}])/(?:work/(?:wt|main|shared)|home/[a-z]+/|Users/)")
    for path in files:
        if Path(path).suffix in (".gz", ".bin", ".png", ".zip") or path == "tools/house.py":
            continue
        for number, line in enumerate((ROOT / path).read_text(errors="replace").split("\n"), 1):
            if pattern.search(line) and not path.endswith(("_test.cc", ".inc")) and not path.startswith("tests/fuzz/corpus"):
                report(path, number, "names a path of somebody's machine")


def main():
    files = tracked()
    check_sources(files)
    check_links(files)
    check_codes(files)
    check_absolute(files)
    for rule, name in sorted(set(EXCEPTIONS) - used):
        report("tools/house.py", 1, f"the exception ({rule}, {name}) is no longer needed: remove it")
    for path, part in sorted(ALLOWED_CALLS):
        if ("call", path, part) not in used:
            report("tools/house.py", 1, f"the allowed call ({path}, {part}) is no longer made: remove it")
    if VERBOSE:
        print("\n".join(warnings))
    for line in problems:
        print(line)
    print(f"house rules: {len(files)} files, {len(problems)} problems, {len(warnings)} files above {SOFT} lines", file=sys.stderr)
    return 1 if problems else 0


sys.exit(main())
