"""Runs the benchmarks and writes their table, with this machine's description, into README.md: run.py BUILD [option...]

Options go to the program: --rows N, --rounds N, --only TEXT,... All numbers are left in BUILD/bench.json."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
README = ROOT / "bench" / "README.md"
MARKS = "<!-- table -->\n", "<!-- end -->\n"
# Of each task: what its numbers are divided by.
PEERS = {"decode, warm window": "byte index, table look-up", "decode, whole matrix": "byte index, table look-up",
         "decode, fresh pages": "memcpy", "encode": None, "product y = W x": "OpenBLAS",
         "product y = x W": "OpenBLAS", "threads, wall clock": None}
LARGER = "product y = W x", "product y = x W", "threads, wall clock"  # always on 4096 rows


def first_line(*command):
    """The first line of what a command prints, or nothing."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return "none"


def machine(result):
    """What the numbers depend on."""
    lines = subprocess.run(["lscpu"], capture_output=True, text=True, check=True).stdout.splitlines()
    cpu = dict(line.split(":", 1) for line in lines if ":" in line)
    return (f"{cpu['Model name'].strip()} (family {cpu['CPU family'].strip()}, model {cpu['Model'].strip()}), "
            f"{os.cpu_count()} processors, L2 {cpu.get('L2 cache', '?').strip()}, L3 {cpu.get('L3 cache', '?').strip()}; "
            f"{first_line(*os.environ.get('CXX', 'c++').split(), '--version')}; kernels: {result['kernels']}; one thread; medians of {result['rounds']} rounds.")


def without_core_type():
    return {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}


def options_of(arguments):
    return dict(zip(arguments[::2], arguments[1::2]))


def with_scipy(result, arguments):
    """Adds SciPy's products, measured by a script of their own right after."""
    options = options_of(arguments)
    done = subprocess.run([sys.executable, ROOT / "bench" / "scipy_csc.py", "4096", DATA,
                           options.get("--only", "")], capture_output=True, text=True,
                          env=os.environ | {"OPENBLAS_NUM_THREADS": "1"})
    if done.returncode != 0:
        print("SciPy is not installed, and left out:", done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return
    speeds = json.loads(done.stdout)
    for sample in result["samples"]:
        product = next(t for t in sample["tasks"] if t["task"] == "product y = W x")
        if sample["sample"] in speeds:
            product["subjects"].append({"name": "SciPy CSC", "weights_per_second": speeds[sample["sample"]]})


def measure(build, arguments):
    """All tasks; products and threads on 4096 rows: smaller matrices stay in caches, and starting a thread takes as long as their product."""
    result = None
    for task in ("decode", "encode", "product", "threads"):
        options = {"--data": DATA} | options_of(arguments) | {"--task": task}
        if task in ("product", "threads"):
            options["--rows"] = "4096"
        done = subprocess.run([build / "bench" / "bench", *(text for option in options.items() for text in option)],
                              stdout=subprocess.PIPE, check=True, env=without_core_type())
        measured = json.loads(done.stdout)
        if result is None:
            result = measured
            continue
        for sample, more in zip(result["samples"], measured["samples"]):
            sample["tasks"] += more["tasks"]
    return result


def speeds_of(sample, task):
    found = next((t for t in sample["tasks"] if t["task"] == task), {"subjects": []})
    return {s["name"].split(", Z")[0] if s["name"].startswith("OpenBLAS") else s["name"]: s for s in found["subjects"]}


def base_of(name, column, peer):
    """The speed that a subject is compared with: that of the peer, or its own on one thread."""
    if name.endswith(" threads"):
        peer = name.rpartition(", ")[0] + ", 1 thread"
    return next((s["weights_per_second"] for n, s in column.items() if peer and n.startswith(peer)), None)


def cell(subject, base):
    if subject is None or not subject.get("weights_per_second"):
        return ""
    speed = subject["weights_per_second"]
    text = f"{speed / 1e9:.2f}" if speed >= 1e7 else f"{speed / 1e9:.4f}"
    return text + (f" ({speed / base:.2f})" if base else "")


def task_table(samples, task):
    """A row per subject, a column per matrix; in brackets, the ratio to the peer in the same run."""
    columns = [speeds_of(sample, task) for sample in samples]
    names = list(dict.fromkeys(name for column in columns for name in column))
    peer = PEERS.get(task)
    rows = ", 4096 rows" if task in LARGER else ""
    lines = [f"### {task}{rows}, 10^9 weights/s" + (f" (in brackets: times {peer})" if peer else ""), "",
             "| | " + " | ".join(sample["sample"] for sample in samples) + " |", "|---" * (len(samples) + 1) + "|"]
    for name in names:
        cells = []
        for column in columns:
            cells.append(cell(column.get(name), base_of(name, column, peer)))
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines + [""]


def size_table(samples):
    lines = ["### stored bits per weight (indices alone for peers; files for ours)", "",
             "| | " + " | ".join(sample["sample"] for sample in samples) + " |", "|---" * (len(samples) + 1) + "|",
             "| order-0 entropy | " + " | ".join(f"{s['entropy_bits']:.4f}" for s in samples) + " |"]
    columns = [speeds_of(sample, "decode, warm window") for sample in samples]
    for name in dict.fromkeys(name for column in columns for name in column):
        sizes = [column.get(name, {}).get("bits_per_weight") for column in columns]
        if any(sizes):
            lines.append(f"| {name} | " + " | ".join("" if s is None else f"{s:.4f}" for s in sizes) + " |")
    return lines + [""]


def table(result):
    groups = [[s for s in result["samples"] if s["sample"].startswith("random")],
              [s for s in result["samples"] if not s["sample"].startswith("random")]]
    lines = [machine(result), ""]
    for samples in filter(None, groups):
        lines += size_table(samples)
        for task in PEERS:
            lines += task_table(samples, task)
    return "\n".join(lines)


def main(build, *arguments):
    build = pathlib.Path(build)
    subprocess.run(["ninja", "-C", build, "bench/bench"], check=True)
    result = measure(build, arguments)
    with_scipy(result, arguments)
    (build / "bench.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    text = README.read_text(encoding="utf-8")
    before, _, rest = text.partition(MARKS[0])
    README.write_text(before + MARKS[0] + table(result) + MARKS[1] + rest.partition(MARKS[1])[2], encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
