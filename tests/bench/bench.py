#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Terrace beside a peer, in the same run:  bench.py --terrace PATH [--full] [--json FILE] [ID…]

The peer is $PEER_TF, else `terraform`, else `tofu` on PATH; without one the table says so. Each pair of runs starts from
the same files; peer and ours take turns (A B A B), after one warm-up each, and the medians of the pairwise ratios are
printed. Times are those of the whole process tree (wait4), memory the peak of the largest process. Before a ratio is
printed, what both computed is compared (normalised plan or state JSON, output, exit code): no equality, no number.
Exponents are slopes of log(CPU − CPU of an empty configuration) over log(size), for n, 2n, 4n.
Method and targets: docs/internals/performance.md.
"""
import argparse, hashlib, json, math, os, platform, shutil, signal, statistics, subprocess, sys, tempfile, time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import generators as g

PLAN = ["plan", "-no-color", "-input=false", "-lock=false", "-out=p"]
CAP_SECONDS = 600
TIME = shutil.which("time")


class Case:
    def __init__(self, identifier, name, generate, sizes, command, target, full=None, prepare=(), equal="plan", reset=(), state=False, expect=(0,), memory=None):
        self.id, self.name, self.generate, self.sizes, self.command, self.target = identifier, name, generate, sizes, command, target
        self.full, self.prepare, self.equal, self.reset, self.state, self.expect, self.memory = full or sizes, prepare, equal, reset, state, expect, memory


APPLY = ["apply", "-no-color", "-input=false", "-auto-approve"]
# name, generator, sizes in quick mode, timed command, target ratio of wall time, sizes of the full run
CASES = [
    Case("B1", "start", g.nothing, [1], ["version"], 30, equal=None, memory=6),
    Case("B3", "fmt -check", g.files, [5000], ["fmt", "-check", "-recursive"], 100, equal="output"),
    Case("B4", "validate", g.files, [1250, 2500, 5000], ["validate", "-no-color"], 100, equal="exit"),
    Case("B5", "plan, blocks", g.flat, [250, 500, 1000], PLAN, 150, full=[1000, 2000, 4000]),
    Case("B6", "plan, count", g.count, [1000, 2000, 4000], PLAN, 100, full=[4000, 8000, 16000]),
    Case("B7", "plan, paired count", g.pair, [60, 120, 240], PLAN, 1000, full=[250, 500, 1000]),
    Case("B7s", "plan, splat", g.splat_all, [250, 500, 1000], PLAN, 100, full=[500, 1000, 2000]),
    Case("B8", "plan, chain", g.chain, [60, 120, 240], PLAN, 300, full=[250, 500, 1000]),
    Case("B8l", "plan, layers of 20", g.layers, [60, 120], PLAN, 300, full=[200, 300]),
    Case("B8v", "plan, module variables", g.module_variables, [10, 20, 40], PLAN, 300, full=[125, 250, 500]),
    Case("B13", "apply", g.count, [50, 100, 200], APPLY, 200, full=[500, 1000, 2000], equal="state", reset=["terraform.tfstate"]),
    Case("B13d", "destroy", g.count, [50, 100], ["destroy", "-no-color", "-input=false", "-auto-approve"], 200, full=[500, 1000, 2000], prepare=[APPLY], equal="exit", state=True),
    Case("B14", "plan, no change", g.big_state, [500, 1000, 2000], ["plan", "-no-color", "-input=false", "-lock=false", "-detailed-exitcode"], 60, full=[2000, 4000, 10000], equal="exit", state=True),
    Case("B14r", "plan, no change, -refresh=false", g.big_state, [500, 1000, 2000], ["plan", "-no-color", "-input=false", "-lock=false", "-detailed-exitcode", "-refresh=false"], 60,
         full=[2000, 4000, 10000], equal="exit", state=True),
    Case("B15l", "state list", g.big_state, [20000], ["state", "list"], 40, full=[100000], equal="output", state=True),
    Case("B15o", "output -json", g.big_state, [20000], ["output", "-json"], 40, full=[100000], equal="json", state=True),
    Case("B15s", "state show", g.big_state, [20000], ["state", "show", "-no-color", "terraform_data.a[77]"], 40, full=[100000], equal="exit", state=True),
    Case("B15j", "show -json", g.big_state, [20000], ["show", "-json"], 40, full=[100000], equal="json", state=True),
    Case("B15m", "state mv", g.big_state, [20000], ["state", "mv", "terraform_data.a[5]", "terraform_data.b"], 40, full=[100000], equal="exit", state=True),
    Case("B19", "one plan in each of 10 environments", g.environments, [100], None, 75, equal="exit"),
]


class Tool:
    def __init__(self, name, path):
        self.name, self.path = name, str(Path(path).resolve())
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "TERRACE_", "CI"))}
        self.env.update(CHECKPOINT_DISABLE="1", TF_CLI_CONFIG_FILE="/dev/null", NO_COLOR="1", LC_ALL="C.UTF-8")

    def run(self, arguments, directory, output=None):
        """(exit code, wall s, CPU s, peak MB); over CAP_SECONDS counts as that."""
        sink = open(output or os.devnull, "wb")
        # A child's peak begins with what we had at fork, so `time`, which is small, stands between.
        peak = Path(tempfile.gettempdir()) / f"terrace-bench-peak.{os.getpid()}"
        between = [TIME, "-q", "-o", str(peak), "-f", "%M"] if TIME else []
        begin = time.monotonic()
        process = subprocess.Popen([*between, self.path, *arguments], cwd=directory, env=self.env, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True)
        late = signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
        signal.alarm(CAP_SECONDS)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        signal.alarm(0)
        signal.signal(signal.SIGALRM, late)
        process.returncode = os.waitstatus_to_exitcode(status)
        sink.close()
        memory = usage.ru_maxrss
        if between and peak.exists():
            memory = int(peak.read_text().split()[-1])
            peak.unlink()
        return process.returncode, wall, usage.ru_utime + usage.ru_stime, memory / 1024


def digest(path):
    """In pieces: our own size must stay small."""
    sha = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 16):
            sha.update(piece)
    return sha.hexdigest()


def normalised(value):
    """Plan, state or output JSON without what two implementations must differ in."""
    if isinstance(value, dict):
        return {k: normalised(v) for k, v in sorted(value.items())
                if k not in ("terraform_version", "timestamp", "serial", "lineage", "id", "complete", "applyable", "format_version", "relevant_attributes", "checks", "check_results")}
    if isinstance(value, list):
        return [normalised(v) for v in value]
    return value


def result_of(case, tool, directory, output):
    """What the command computed, as text that must be equal."""
    if case.equal == "plan":
        shown = subprocess.run([tool.path, "show", "-json", "p"], cwd=directory, env=tool.env, capture_output=True, text=True)
        plan = json.loads(shown.stdout)
        keep = {k: plan.get(k) for k in ("planned_values", "resource_changes", "output_changes", "variables")}
        keep["resource_changes"] = sorted(normalised(keep["resource_changes"] or []), key=lambda c: c["address"])
        return json.dumps(normalised(keep))
    if case.equal == "state":
        state = json.loads((directory / "terraform.tfstate").read_text())
        return json.dumps(normalised({"resources": state["resources"], "outputs": state["outputs"]})).replace('"sensitive_attributes": []', "")
    if case.equal == "json":
        return json.dumps(normalised(json.loads(output.read_text())))
    return output.read_text() if case.equal == "output" else ""


def fresh(case, source, directory):
    if directory.exists():
        shutil.rmtree(directory)
    shutil.copytree(source, directory)


def once(case, tool, source, directory, output):
    """One timed run from the same starting point."""
    if case.state or not directory.exists():
        fresh(case, source, directory)
    for name in case.reset:
        for path in directory.glob(name + "*"):
            path.unlink()
    if case.command is None:  # B19: a plan in each environment
        runs = [tool.run(PLAN[:-1] + [f"-var-file=environments/{e.name}/terraform.tfvars"], directory, output) for e in sorted((directory / "environments").iterdir())]
        return max(r[0] for r in runs), sum(r[1] for r in runs), sum(r[2] for r in runs), max(r[3] for r in runs)
    return tool.run(case.command, directory, output)


def prepared(case, tool, scratch, n):
    source = scratch / f"{tool.name}-source"
    if source.exists():
        shutil.rmtree(source)
    source.mkdir()
    case.generate(source, n)
    if case.id == "B8v":
        tool.run(["init", "-no-color", "-input=false"], source)
    for command in case.prepare:
        tool.run(command, source)
    return source


def measure(case, tools, sizes, pairs, scratch):
    rows, note = [], ""
    for n in sizes:
        sources = [prepared(case, tool, scratch, n) for tool in tools]
        places = [scratch / f"{tool.name}-work" for tool in tools]
        outputs = [scratch / f"{tool.name}-output" for tool in tools]
        for place in places:
            if place.exists():
                shutil.rmtree(place)
        samples = [[] for _ in tools]
        for turn in range(pairs + 1):
            for k, tool in enumerate(tools):
                taken = once(case, tool, sources[k], places[k], outputs[k])
                if turn > 0:
                    samples[k].append(taken)
                elif taken[0] not in case.expect:
                    last = outputs[k].read_text(errors="replace").strip().split("\n")
                    note = f"{tool.name}: exit code {taken[0]}: {last[-1][:80]}"
                elif len(tools) == 2 and k == 1 and case.equal and not note:
                    try:
                        if result_of(case, tools[0], places[0], outputs[0]) != result_of(case, tools[1], places[1], outputs[1]):
                            note = f"not equal ({case.equal}, n={n})"
                    except (ValueError, KeyError, OSError) as error:
                        note = f"cannot be compared: {type(error).__name__}"
            if note:
                return rows, note
        rows.append((n, samples))
    return rows, note


def median(samples, field):
    return statistics.median(s[field] for s in samples)


def exponent(rows, index, floor):
    points = [(math.log(n), math.log(max(median(samples[index], 2) - floor, 1e-4))) for n, samples in rows]
    if len(points) < 2:
        return None
    mx, my = (statistics.mean(c) for c in zip(*points))
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)


def wanted(case, identifier):
    """B8 means B8, B8l and B8v, B1 not B13."""
    return case.id.startswith(identifier) and not case.id[len(identifier):][:1].isdigit()


def show(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--terrace", required=True)
    parser.add_argument("--full", action="store_true", help="the sizes of the targets; half an hour and more")
    parser.add_argument("--quick", action="store_true", help="the default: small sizes, three pairs, six minutes at most")
    parser.add_argument("--json", help="also write every sample here")
    parser.add_argument("ids", nargs="*")
    options = parser.parse_args()
    peer_path = os.environ.get("PEER_TF") or shutil.which("terraform") or shutil.which("tofu")
    tools = [Tool("terrace", options.terrace)] + ([Tool("peer", peer_path)] if peer_path and Path(peer_path).exists() else [])
    # The peer goes first: A B A B.
    tools.reverse()
    ours, peer = len(tools) - 1, 0 if len(tools) == 2 else None
    unknown = [i for i in options.ids if not any(wanted(c, i) for c in CASES)]
    if unknown:
        sys.exit(f"unknown: {' '.join(unknown)}; there are: {' '.join(c.id for c in CASES)}")
    cases = [c for c in CASES if not options.ids or any(wanted(c, i) for i in options.ids)]
    pairs = 5 if options.full else 3
    begin, limit = time.monotonic(), None if options.full else 340
    cpu = next((l.split(":", 1)[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    print(f"{os.cpu_count()} × {cpu}, {pairs} pairs, {'full' if options.full else 'quick'} sizes, load {os.getloadavg()[0]:.1f}")
    for tool in reversed(tools):
        version = subprocess.run([tool.path, "version"], env=tool.env, capture_output=True, text=True).stdout.split("\n")[0]
        print(f"{tool.name}: {version}, sha256 {digest(tool.path)[:16]}")
    if not TIME:
        print("GNU time is not installed: memory below our own size cannot be told")
    if peer is None:
        print("peer absent: set PEER_TF or install terraform or tofu")
    print("\n| | benchmark | n | ours s | ours CPU s | ours MB | peer s | peer MB | wall × | CPU × | RSS × | target × | exponent ours / peer |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    everything, ratios = [], []
    with tempfile.TemporaryDirectory(prefix="terrace-bench-") as name:
        scratch = Path(name)
        g.nothing(scratch)
        floors = [median([tool.run(PLAN[:-1], scratch) for _ in range(3)], 2) for tool in tools]
        for case in cases:
            if limit and time.monotonic() - begin > limit:
                print(f"| {case.id} | {case.name} | skipped: the quick run's time is over | | | | | | | | | | |")
                continue
            rows, note = measure(case, tools, case.full if options.full else case.sizes, pairs, scratch)
            if note:
                print(f"| {case.id} | {case.name} | **{note}** | | | | | | | | | {case.target} | |", flush=True)
                continue
            n, samples = rows[-1]
            mine = samples[ours]
            line = [case.id, case.name, str(n), show(median(mine, 1), 3), show(median(mine, 2), 3), show(median(mine, 3), 0)]
            if peer is None:
                line += ["peer absent", "", "", "", ""]
            else:
                theirs = samples[peer]
                ratio = [statistics.median(t[f] / max(m[f], 1e-4) for t, m in zip(theirs, mine)) for f in (1, 2, 3)]
                ratios.append(ratio[0])
                line += [show(median(theirs, 1), 3), show(median(theirs, 3), 0), show(ratio[0], 1), show(ratio[1], 1), show(ratio[2], 1)]
            slopes = show(exponent(rows, ours, floors[ours])) + " / " + (show(exponent(rows, peer, floors[peer])) if peer is not None else "-")
            line += [str(case.target), slopes if len(rows) > 1 else "-"]
            print("| " + " | ".join(line) + " |", flush=True)
            everything.append({"id": case.id, "name": case.name, "rows": [{"n": n, "samples": dict(zip([t.name for t in tools], s))} for n, s in rows]})
    if ratios:
        print(f"\ngeometric mean of wall ratios over {len(ratios)} rows: {math.exp(statistics.mean(math.log(r) for r in ratios)):.1f}")
    print(f"{time.monotonic() - begin:.0f} s")
    if options.json:
        Path(options.json).write_text(json.dumps(everything))
    return 0


sys.exit(main())
