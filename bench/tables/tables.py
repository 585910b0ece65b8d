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


def headlines(rows, found):
    """The papers' figures, and ours beside them."""
    whole = ", ".join(f"{percent(f['occupancy'])} % ({f['network']})" for f in found if f["density"] < 0.06)
    layer = min((row for row in rows if row["family"].startswith("vgg19")), key=ours)
    smallest = min(rows, key=ours)
    return table(["", "the papers", "Pondus"], [
        ["fully connected layers, at no loss of accuracy", "0.6 %",
         f"{percent(ours(layer))} % of {layer['matrix']}, a layer of theirs (their best form: {percent(best(layer))} %)"],
        ["a whole network", "5.44 %", whole],
        ["compression, up to", "165 times", f"{1 / ours(layer):.0f} times ({layer['matrix']}), {1 / ours(smallest):.0f} times ({smallest['matrix']})"]])


def against(value, row):
    return "-" if value is None else f"{percent(value)} ({100 * (value / best(row) - 1):+.1f} %)"


def best_table(rows):
    """Ours against the best of the papers' forms and of general compressors."""
    out = []
    for row in rows:
        form = min(row["papers"], key=row["papers"].get)
        tool = min(row["general"], key=row["general"].get)
        out.append([row["matrix"], f"{form} {percent(best(row))}", against(row["content"], row), against(row["share"], row),
                    against(row["pondus"]["auto, effort 9"], row), percent(ours(row)),
                    percent(row["bounds"]["HAM bound"]), percent(row["bounds"]["sHAM bound"]),
                    f"{tool} {percent(row['general'][tool])}", f"{1 / ours(row):.1f}"])
    return table(["matrix", "papers' best", "codes and tables", "share of its network", "file", "file, effort 5", "HAM bound",
                  "sHAM bound", "best general", "times smaller"], out)


def bytes_table(rows):
    """Where the bytes of small files are."""
    return table(["matrix", "header, trailer, head of directory", "record, block, table entries", "padding", "codebook and code",
                  "payload", "file", "papers' best form"],
                 [[row["matrix"], *(round(row["bytes"][kind]) for kind in ("frame", "record", "padding", "tables", "payload")),
                   round(sum(row["bytes"].values())), round(4 * row["n"] * row["m"] * best(row))] for row in rows if is_small(row)])


def energy_table(rows):
    names = list(rows[0]["picojoules"])
    return table(["matrix"] + names, [[row["matrix"]] + [f"{row['picojoules'][name]:.3g}" if name in row["picojoules"] else "-" for name in names]
                                    for row in rows])


def time_table(rows):
    def shown(seconds, cells):
        return "-" if seconds is None else f"{1e9 * seconds / cells:.3f}"

    names = list(dict.fromkeys(name for row in rows for name in row["seconds"]))
    return table(["matrix"] + names,
                 [[row["matrix"]] + [shown(row["seconds"].get(n), row["n"] * row["m"]) for n in names] for row in rows])


def network_table(found):
    return table(["network", "parameters", "% of weights kept", "file bytes", "of these frame", "records", "padding", "tables", "payloads",
                  "papers' best, layer by layer", "occupancy %", "times smaller"],
                 [[f["network"], f["parameters"], percent(f["density"]), f["bytes"], f["frame"], *f["kinds"].values(),
                   f["papers_bytes"], percent(f["occupancy"]), f"{1 / f['occupancy']:.1f}"] for f in found])


def accuracy_text():
    parts = []
    for path in sorted(measure.CHAIN.glob("*.json")):
        for claim in json.loads(path.read_text())["claims"]:
            change = claim["change"]
            parts.append(f"* {path.stem}, {100 * (1 - claim['density']):.1f} % pruned, k = {claim['k']}, {claim['method']}, {claim['runs']} runs: "
                         f"accuracy {claim['dense']['mean']:.2f} % dense, {claim['shared']['mean']:.2f} % pruned and shared, "
                         f"{claim['retrained']['mean']:.2f} % retrained; change {change['mean']:+.2f} +- {change['interval']:.2f} points")
    return "\n".join(parts) + "\n"


LARGE = 1 << 16


def is_small(row):
    return row["n"] * row["m"] < LARGE


def check_text(rows):
    """Whether ours, coded positions and all, is below the papers' best form."""
    def below(some, size):
        return f"{sum(size(row) < best(row) for row in some)} of {len(some)}"

    def content(row):
        return row["content"]

    def file(row):
        return row["pondus"]["auto, effort 9"]

    large, small = [row for row in rows if not is_small(row)], [row for row in rows if is_small(row)]
    layers = [row for row in rows if row["share"] is not None]
    return (f"Below the papers' best form by files on {below(large, file)} matrices of 2^16 cells or more and on {below(small, file)} smaller "
            f"ones; by what the formulas count, codes, codebook and code table, on {below(large, content)} and {below(small, content)}; by "
            f"all bytes that a layer has in the file of its network on {below(layers, lambda row: row['share'])}.\n")


ABOUT = """Occupancy is per cent of the matrix as float32. The papers' forms and their upper bounds follow their formulas; 'best, layer
by layer' takes the best of them for each layer, and all else plain. 'Codes and tables' is what the formulas count too: the coded
matrix, its codebook and code; 'share of its network' has the layer's record, padding and table entries in the file of its network as
well; 'file' is one matrix with everything. In brackets: against the papers' best form. Without a note, effort is 9. Times are of
processor time, the best of three rounds; a plot's k is that of its matrices.
"""
ENERGY = """The model, its prices and the two errors of its published code that are corrected here are in
[energy.py](../energy.py); nothing was measured. Ours are those that work as the papers' forms do: all bytes of the file are
read once, in words of 32 bits, and a codeword takes one look-up.
"""


def machine():
    """The processor, and what made the numbers."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.*)", text)
    return (f"{model[1] if model else platform.processor()}, one thread; Python {platform.python_version()}, "
            f"numpy {numpy.__version__}, SciPy {scipy.__version__}.\n")


SHOWN_TIMES = ("OpenBLAS", "SciPy CSC", "Pondus auto", "Pondus csc", "Pondus cser", "Pondus sham", "Pondus ham", "Pondus gap_map",
               "Pondus index_map")


def plots(rows, folder):
    """Occupancy and time against pruning, of each family with several prunings, each with the most values that it has."""
    for family in sorted({row["family"] for row in rows}):
        found = [row for row in rows if row["family"] == family and row["percent"] is not None]
        members = list({row["percent"]: row for row in sorted(found, key=lambda row: row["k"])}.values())
        if len(members) < 2:
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
    lines, baselines = {}, {}
    for path in sorted(measure.CHAIN.glob("*.json")):
        results = json.loads(path.read_text())
        baselines[f"{path.stem}{results['width']} dense"] = results["claims"][0]["dense"]["mean"]
        for cell in (*results.get("grid", ()), *results["claims"]):
            name = f"{path.stem}{results['width']}-p{cell['percent']}-{'u' if 'unified' in cell['method'] else 'k'}{cell['k']}"
            if name in sizes and cell["method"].endswith("cws"):
                lines.setdefault(f"{path.stem}{results['width']}", {})[100 * sizes[name]] = cell["retrained"]["mean"]
    places = [place for points in lines.values() for place in points]
    for name, baseline in baselines.items():
        lines[name] = {min(places): baseline, max(places): baseline}
    (folder / "accuracy.svg").write_text(plot.svg(
        "Accuracy against size, retrained, unified cws", "file, % of float32", "accuracy %",
        {name: list(points.items()) for name, points in lines.items()}, log=False))


def report(rows, found, folder):
    pictures = [f"![{path.stem}]({path.name})" for path in sorted(folder.glob("*.svg"))]
    return "\n".join([
        "# The papers' comparison\n", "    python3 bench/tables/tables.py build/tools/pondus build/bench/bench_tables_product FOLDER\n", machine(),
        ABOUT,
        "## The papers' headline figures\n", headlines(rows, found), "## Against the best form\n", check_text(rows), best_table(rows),
        "## Where the bytes of small files are\n", bytes_table(rows),
        "## Whole networks, `--effort 9 --align 8`\n", network_table(found), "## Accuracy\n", accuracy_text(), "## Plots\n", *pictures,
        "\n## Every form\n", occupancy_table(rows),
        "## Time of y = xW, one thread, nanoseconds per weight\n", time_table(rows),
        "## Energy of y = xW by the papers' model, picojoules per weight\n", ENERGY, energy_table(rows)])


def main():
    command, timer, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    sizes = folder / "sizes.json"
    if not sizes.exists():
        pondus = measure.Pondus(command, folder / "files")
        networks = measure.networks(pondus)
        rows = [measure.row_of(pondus, *matrix) for matrix in measure.matrices(networks)]
        found = [network.facts() for network in networks]
        sizes.write_text(json.dumps({"matrices": rows, "networks": found}, indent=1) + "\n")
    subprocess.run([sys.executable, Path(__file__).with_name("times.py"), timer, folder], check=True)
    made = json.loads((folder / "tables.json").read_text())
    plots(made["matrices"], folder)
    accuracy_plot(made["networks"], folder)
    markdown = report(made["matrices"], made["networks"], folder)
    (folder / "README.md").write_text(markdown)
    print(markdown)


if __name__ == "__main__":
    main()
