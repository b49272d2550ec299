#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a scenario (.scn) or the console blocks of a document (.md) against the program.

  # comment                     ignored
  $ command                     run by bash in a scratch directory, `terrace` is on PATH
  > more of the command         further lines of the same command
  ! exit 3                      expected exit code (0 if not given)
  some output [[.*]] text       this line must appear in stdout+stderr, in this order; [[…]] is a regular expression
  !~ text                       this text must not appear in the output of the command
  % needs PROGRAM               skipped, by name, where PROGRAM is not installed (first line)
  % copy PATH [AS]              copies a file or folder of the repository into the scratch directory
"""
import os, re, shutil, subprocess, sys, tempfile
from pathlib import Path

SKIPPED = 77
ROOT = Path(__file__).resolve().parent.parent


def pattern_of(line):
    parts = re.split(r"\[\[(.*?)\]\]", line)
    return "".join(p if i % 2 else re.escape(p) for i, p in enumerate(parts))


class Step:
    def __init__(self, command, line):
        self.command, self.line, self.exit, self.wanted, self.unwanted = command, line, 0, [], []


def parse(path):
    steps, directives = [], []
    text = path.read_text()
    if path.suffix == ".md":
        blocks = re.findall(r"^```console\n(.*?)^```", text, re.M | re.S)
        directives += [("copy", [a]) for a in re.findall(r"<!-- scenario copies: (\S+) -->", text)]
        text = "\n".join(blocks)
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("$ "):
            steps.append(Step(line[2:], number))
        elif line.startswith("> ") or line == ">":
            steps[-1].command += "\n" + line[2:]
        elif line.startswith("! exit "):
            steps[-1].exit = int(line[7:])
        elif line.startswith("!~ "):
            steps[-1].unwanted.append(line[3:])
        elif line.startswith("% "):
            word, *rest = line[2:].split()
            directives.append((word, rest))
        elif line.startswith("#") and not (steps and path.suffix == ".md"):
            continue
        elif line.strip() and line.strip() != "...":
            if not steps:
                sys.exit(f"{path}:{number}: output before the first command")
            steps[-1].wanted.append(line)
    return steps, directives


def main():
    program, path = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    steps, directives = parse(path)
    if not steps:
        sys.exit(f"{path}: no commands in it")
    scratch = Path(tempfile.mkdtemp(prefix="terrace-scenario-"))
    try:
        work = scratch / "work"
        work.mkdir()
        (scratch / "bin").mkdir()
        (scratch / "bin" / "terrace").symlink_to(program)
        for word, rest in directives:
            if word == "needs" and shutil.which(rest[0]) is None:
                print(f"skipped: {path.name} needs {rest[0]}, which is not installed")
                return SKIPPED
            if word == "copy":
                source, target = ROOT / rest[0], work / (rest[1] if len(rest) > 1 else Path(rest[0]).name)
                if source.is_dir():
                    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True)
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, target)
        env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "TERRACE_", "AWS_", "GITHUB_", "CI"))}
        env.update(PATH=f"{scratch / 'bin'}:{env['PATH']}", HOME=str(scratch), LC_ALL="C.UTF-8", USER="tester", LOGNAME="tester",
                   GIT_AUTHOR_NAME="Tester", GIT_AUTHOR_EMAIL="tester@example.invalid", GIT_COMMITTER_NAME="Tester",
                   GIT_COMMITTER_EMAIL="tester@example.invalid", GIT_CONFIG_NOSYSTEM="1", CHECKPOINT_DISABLE="1",
                   REPOSITORY=str(ROOT))
        directory = str(work)
        for step in steps:
            # `cd` lasts for the following steps.
            script = f"cd {directory}\n{step.command}\nstatus=$?\npwd > {scratch}/pwd\nexit $status"
            done = subprocess.run(["bash", "-c", script], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=300)
            output = done.stdout.decode("utf-8", "replace")
            if (scratch / "pwd").exists():
                directory = (scratch / "pwd").read_text().strip()
            problem = None
            if done.returncode != step.exit:
                problem = f"exit code {done.returncode}, expected {step.exit}"
            lines = [l.rstrip() for l in output.split("\n")]
            at = 0
            for want in step.wanted:
                regex = re.compile(pattern_of(want.strip()))
                while at < len(lines) and not regex.fullmatch(lines[at].strip()):
                    at += 1
                if at == len(lines):
                    problem = problem or f"missing (in this order): {want}"
                    break
                at += 1
            for bad in step.unwanted:
                if re.search(pattern_of(bad), output):
                    problem = problem or f"must not appear: {bad}"
            if problem:
                print(f"{path}:{step.line}: {problem}\n$ {step.command}\n{output}")
                return 1
        print(f"{path.name}: {len(steps)} steps passed")
        return 0
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(scratch)], check=False)
        shutil.rmtree(scratch, ignore_errors=True)


sys.exit(main())
