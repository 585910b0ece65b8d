#!/usr/bin/env python3
"""The papers' comparison: for every matrix of ../shared/data and of examples/chain, what each form takes, and times.

Usage: tables.py PONDUS TIMER FOLDER   PONDUS is the command, TIMER is bench_tables_product, both as built. Sizes take
some minutes and stay in FOLDER/sizes.json until it is deleted; then times.py runs, and README.md, tables.json and plots
as .svg are written to FOLDER. Needs numpy, scipy, and zstd on the path for its columns.
"""

import json
import platform
import re
import subprocess
import sys
from pathlib import Path

import measure
import numpy
import papers
import plot
import scipy


def ours(row):
    """By the choice of `encode`, as it is without options."""
    return row["pondus"]["auto"]


def best(row):
    return min(row["papers"].values())


def percent(value):
    return "-" if value is None else f"{100 * value:.3f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def occupancy_table(rows):
    groups = ("papers", "pondus", "general")
    columns = [(group, form) for group in groups for form in dict.fromkeys(f for row in rows for f in row[group])]
    head = ["matrix", "n x m", "s", "k", "H(W)"] + [f"{'' if g == 'general' else g + ' '}{form}" for g, form in columns]
    return table(head, [[row["matrix"], f"{row['n']} x {row['m']}", f"{row['density']:.3f}", row["k"],
                         percent(row["entropy"])] + [percent(row[g].get(form)) for g, form in columns] for row in rows])


def best_table(rows):
    """Ours against the best of the papers' forms and of general compressors."""
    out = []
    for row in rows:
        form = min(row["papers"], key=row["papers"].get)
        tool = min(row["general"], key=row["general"].get)
        out.append([row["matrix"], percent(ours(row)), percent(row["pondus"]["auto, effort 9"]), f"{form} {percent(best(row))}",
                    f"{100 * (ours(row) / best(row) - 1):+.1f} %",
                    percent(row["bounds"]["HAM bound"]), percent(row["bounds"]["sHAM bound"]),
                    f"{tool} {percent(row['general'][tool])}", f"{1 / ours(row):.1f}"])
    return table(["matrix", "Pondus", "effort 9", "papers' best", "against it", "HAM bound", "sHAM bound",
                  "best general", "times smaller"], out)


def time_table(rows):
    def shown(seconds, cells):
        return "-" if seconds is None else f"{1e9 * seconds / cells:.3f}"

    names = list(dict.fromkeys(name for row in rows for name in row["seconds"]))
    return table(["matrix"] + names,
                 [[row["matrix"]] + [shown(row["seconds"].get(n), row["n"] * row["m"]) for n in names] for row in rows])


def network_table(found):
    return table(["network", "parameters", "% of weights kept", "file bytes", "papers' best, layer by layer", "occupancy %", "times smaller"],
                 [[f["network"], f["parameters"], percent(f["density"]), f["bytes"], f["papers_bytes"], percent(f["occupancy"]),
                   f"{1 / f['occupancy']:.1f}"] for f in found])


def accuracy_text():
    parts = []
    for path in sorted(measure.CHAIN.glob("*.json")):
        claim = json.loads(path.read_text())["claim"]
        change = claim["change"]
        parts.append(f"* {path.stem}, {100 * (1 - claim['density']):.1f} % pruned, k = {claim['k']}, {claim['runs']} runs: "
                     f"accuracy {claim['dense']['mean']:.2f} % dense, {claim['shared']['mean']:.2f} % pruned and shared, "
                     f"{claim['retrained']['mean']:.2f} % retrained; change {change['mean']:+.2f} +- {change['interval']:.2f} points")
    return "\n".join(parts) + "\n"


LARGE = 1 << 16


def check_text(rows):
    """Whether ours, coded positions and all, is below the papers' best form."""
    def below(some):
        return f"{sum(ours(row) < best(row) for row in some)} of {len(some)}"

    large = [row for row in rows if row["n"] * row["m"] >= LARGE]
    small = [row for row in rows if row["n"] * row["m"] < LARGE]
    return (f"Below the papers' best form on {below(large)} matrices of 2^16 cells or more, and on {below(small)} smaller ones, whose "
            "files have 300 to 400 bytes of header, directory and checksums that the formulas leave out; so do those of whole networks, of up to 24 tensors.\n")


def machine():
    """The processor, and what made the numbers."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    return (f"{model[1] if model else platform.processor()}, one thread; Python {platform.python_version()}, "
            f"numpy {numpy.__version__}, SciPy {scipy.__version__}.\n")


SHOWN_TIMES = ("OpenBLAS", "SciPy CSC", "Pondus auto", "Pondus csc", "Pondus cser", "Pondus sham", "Pondus ham", "Pondus gap_map",
               "Pondus index_map")


def plots(rows, folder):
    """Occupancy and time against pruning, of each family with several prunings; k goes with the pruning."""
    for family in sorted({row["family"] for row in rows}):
        members = [row for row in rows if row["family"] == family and row["percent"] is not None]
        if len({row["percent"] for row in members}) < 2:
            continue
        slug = re.sub(r"\W+", "-", family)
        lines = {f"papers' {form}": [(r["percent"], 100 * r["papers"][form]) for r in members] for form in papers.FORMS}
        lines["xz -9e of indices"] = [(r["percent"], 100 * r["general"]["xz -9e of indices"]) for r in members]
        lines["Pondus"] = [(r["percent"], 100 * ours(r)) for r in members]
        (folder / f"occupancy-{slug}.svg").write_text(
            plot.svg(f"Occupancy of {family}", "% pruned", "% of float32", lines))
        times = {name: [(r["percent"], 1e6 * r["seconds"][name]) for r in members if r["seconds"].get(name)]
                 for name in SHOWN_TIMES}
        (folder / f"time-{slug}.svg").write_text(plot.svg(f"y = xW on {family}", "% pruned", "microseconds", times))


def accuracy_plot(found, folder):
    """The cells of the grids, and the claims, whose networks are kept."""
    sizes = {f["network"]: f["occupancy"] for f in found}
    lines = {}
    for path in sorted(measure.CHAIN.glob("*.json")):
        results = json.loads(path.read_text())
        for cell in (*results.get("grid", ()), results["claim"]):
            name = f"{path.stem}{results['width']}-p{cell['percent']}-k{cell['k']}"
            if name in sizes and cell["method"] == "cws":
                lines.setdefault(f"{path.stem}{results['width']}", {})[100 * sizes[name]] = cell["retrained"]["mean"]
    (folder / "accuracy.svg").write_text(plot.svg(
        "Accuracy against size, retrained, cws", "file, % of float32", "accuracy %",
        {name: list(points.items()) for name, points in lines.items()}, log=False))


def report(rows, found, folder):
    pictures = [f"![{path.stem}]({path.name})" for path in sorted(folder.glob("*.svg"))]
    return "\n".join([
        "# The papers' comparison\n", "    python3 bench/tables/tables.py build/tools/pondus build/bench/bench_tables_product FOLDER\n", machine(),
        "Occupancy is per cent of the matrix as float32; Pondus files are whole, with everything counted. The papers' forms and their upper bounds follow their formulas; 'best, layer by layer' takes the best of "
        "them for each layer, and all else plain. Times are of processor time, the best of three rounds; a plot's k is that of its matrices. There is no "
        "column for energy: the constants of the papers' model are not in their public text that we have.\n",
        *papers.HEADLINES, "\n## Against the best form\n", check_text(rows), best_table(rows),
        "## Whole networks, `--effort 9`\n", network_table(found), "## Accuracy\n", accuracy_text(), "## Plots\n", *pictures,
        "\n## Every form\n", occupancy_table(rows),
        "## Time of y = xW, one thread, nanoseconds per weight\n", time_table(rows)])


def main():
    command, timer, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    sizes = folder / "sizes.json"
    if not sizes.exists():
        pondus = measure.Pondus(command, folder / "files")
        rows = [measure.row_of(pondus, *matrix) for matrix in measure.matrices(pondus)]
        sizes.write_text(json.dumps({"matrices": rows, "networks": measure.networks(pondus)}, indent=1) + "\n")
    subprocess.run([sys.executable, Path(__file__).with_name("times.py"), timer, folder], check=True)
    made = json.loads((folder / "tables.json").read_text())
    plots(made["matrices"], folder)
    accuracy_plot(made["networks"], folder)
    markdown = report(made["matrices"], made["networks"], folder)
    (folder / "README.md").write_text(markdown)
    print(markdown)


if __name__ == "__main__":
    main()
