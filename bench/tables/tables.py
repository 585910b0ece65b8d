#!/usr/bin/env python3
"""The papers' comparison: for every matrix of ../shared/data and of examples/chain, what each form takes, and times.

Usage: tables.py PONDUS TIMER FOLDER   writes FOLDER/tables.md, tables.json and plots as .svg; PONDUS is the command,
TIMER is bench_tables_product, both as built. Needs numpy, scipy, and zstd on the path for its columns.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import json
import re
import sys
from pathlib import Path

import measure
import numpy as np
import papers
import plot

DATA = measure.ROOT.parent / "shared" / "data"
CHAIN = measure.ROOT / "examples" / "chain"
CELLS_LEAST = 1000


def matrices(pondus):
    """(family, percent pruned or none, name, matrix n x m): rows are inputs, as in the papers."""
    for path in sorted(DATA.glob("*.npy")):
        found = re.match(r"(.*)-p(\d+)-k(\d+)$", path.stem)
        family = f"{found[1]} k{found[3]}" if found else path.stem
        yield family, int(found[2]) if found else None, path.stem, np.load(path)
    for path in sorted(CHAIN.glob("*.pondus")):
        width, percent, k = re.match(r"(\w+)-p(\d+)-k(\d+)$", path.stem).groups()
        for name, tensor in pondus.tensors(path).items():
            if tensor.ndim >= 2 and tensor.size >= CELLS_LEAST:
                layer = name.removesuffix(".weight")
                yield f"{width} {layer}", int(percent), f"{path.stem} {layer}", tensor.reshape(len(tensor), -1).T


def row_of(pondus, family, percent, name, matrix):
    facts = papers.Facts(matrix)
    plain = 32 * facts.n * facts.m
    row = {"family": family, "percent": percent, "matrix": name, "n": facts.n, "m": facts.m,
           "density": facts.density, "k": facts.k, "entropy": facts.entropy / 32}
    row["papers"] = {form: bits(facts) / plain for form, bits in papers.FORMS.items()}
    row["bounds"] = {form: bits(facts) / plain for form, bits in papers.BOUNDS.items()}
    measured = {encoding: pondus.measure(matrix, encoding) for encoding in ("auto", *measure.encodings())}
    row["pondus"] = {encoding: size and 8 * size / plain for encoding, (size, _) in measured.items()}
    row["general"] = {tool: 8 * size / plain for tool, size in measure.general_bytes(matrix).items()}
    row["seconds"] = measure.product_times(matrix)
    row["seconds"] |= {f"Pondus {encoding}": seconds for encoding, (_, seconds) in measured.items()}
    row["best_papers"] = min(row["papers"].values())
    row["bytes_above_papers"] = measured["auto"][0] - row["best_papers"] * plain / 8
    return row


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
        ours = row["pondus"]["auto"]
        out.append([row["matrix"], percent(ours), f"{form} {percent(row['best_papers'])}",
                    f"{100 * (ours / row['best_papers'] - 1):+.1f} %", round(row["bytes_above_papers"]),
                    percent(row["bounds"]["HAM bound"]), percent(row["bounds"]["sHAM bound"]),
                    f"{tool} {percent(row['general'][tool])}", f"{1 / ours:.1f}"])
    return table(["matrix", "Pondus", "papers' best", "against it", "bytes above it", "HAM bound", "sHAM bound",
                  "best general", "times smaller"], out)


def time_table(rows):
    def shown(seconds, cells):
        return "-" if seconds is None else f"{1e9 * seconds / cells:.3f}"

    names = list(rows[0]["seconds"])
    return table(["matrix"] + names,
                 [[row["matrix"]] + [shown(row["seconds"][n], row["n"] * row["m"]) for n in names] for row in rows])


def networks(pondus):
    """Whole networks: the file against all parameters as float32."""
    out = []
    for path in sorted(CHAIN.glob("*.pondus")):
        tensors = pondus.tensors(path)
        weights = [t for t in tensors.values() if t.ndim >= 2]
        plain = 4 * sum(t.size for t in tensors.values())
        np.savez(pondus.path("all.npz"), **tensors)
        pondus.run("encode", pondus.path("all.npz"), "-o", pondus.path("all.pondus"))
        size = pondus.path("all.pondus").stat().st_size
        out.append({"network": path.stem, "parameters": plain // 4, "bytes": size, "occupancy": size / plain,
                    "density": sum(np.count_nonzero(t) for t in weights) / sum(t.size for t in weights)})
    return out


def network_table(found):
    return table(["network", "parameters", "weights kept", "file bytes", "occupancy %", "times smaller"],
                 [[f["network"], f["parameters"], percent(f["density"]), f["bytes"], percent(f["occupancy"]),
                   f"{1 / f['occupancy']:.1f}"] for f in found])


def accuracy_text():
    parts = []
    for path in sorted(CHAIN.glob("*.json")):
        claim = json.loads(path.read_text())["claim"]
        change = claim["change"]
        parts.append(f"* {path.stem}, {100 * (1 - claim['density']):.1f} % pruned, k = {claim['k']}, {claim['runs']} runs: "
                     f"accuracy {claim['dense']['mean']:.2f} % dense, {claim['shared']['mean']:.2f} % pruned and shared, "
                     f"{claim['retrained']['mean']:.2f} % retrained; change {change['mean']:+.2f} +- {change['interval']:.2f} points")
    return "\n".join(parts) + "\n"


def plots(rows, folder):
    for family in sorted({row["family"] for row in rows}):
        members = [row for row in rows if row["family"] == family and row["percent"] is not None]
        if len({row["percent"] for row in members}) < 2:
            continue
        slug = re.sub(r"\W+", "-", family)
        lines = {f"papers {form}": [(r["percent"], 100 * r["papers"][form]) for r in members] for form in papers.FORMS}
        lines["Pondus"] = [(r["percent"], 100 * r["pondus"]["auto"]) for r in members]
        lines["xz -9e"] = [(r["percent"], 100 * r["general"]["xz -9e"]) for r in members]
        (folder / f"occupancy-{slug}.svg").write_text(
            plot.svg(f"Occupancy: {family}", "% pruned", "% of float32", lines))
        times = {name: [(r["percent"], 1e6 * r["seconds"][name]) for r in members if r["seconds"][name]]
                 for name in members[0]["seconds"]}
        (folder / f"time-{slug}.svg").write_text(plot.svg(f"y = xW: {family}", "% pruned", "microseconds", times))


def accuracy_plot(found, folder):
    """The cells of the grids whose networks are kept."""
    sizes = {f["network"]: f["occupancy"] for f in found}
    lines = {}
    for path in sorted(CHAIN.glob("*.json")):
        results = json.loads(path.read_text())
        for cell in results.get("grid", ()):
            name = f"{path.stem}{results['width']}-p{cell['percent']}-k{cell['k']}"
            if name in sizes and cell["method"] == "cws":
                lines.setdefault(path.stem, []).append((round(100 * sizes[name], 2), cell["retrained"]["mean"]))
    if lines:
        (folder / "accuracy.svg").write_text(plot.svg("Accuracy against size", "file, % of float32", "accuracy %",
                                                      lines, log=False))


def main():
    pondus, folder = measure.Pondus(*sys.argv[1:3]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    rows = [row_of(pondus, *matrix) for matrix in matrices(pondus)]
    found = networks(pondus)
    markdown = "\n".join([
        "# Tables\n", "Occupancy is per cent of the matrix as float32; Pondus files with everything counted.\n",
        *papers.HEADLINES, "\n## Against the best form\n", best_table(rows), "## Whole networks\n", network_table(found),
        "## Accuracy\n", accuracy_text(), "## Every form\n", occupancy_table(rows), "## Time of y = xW, one thread, nanoseconds per weight\n",
        time_table(rows)])
    (folder / "tables.md").write_text(markdown)
    (folder / "tables.json").write_text(json.dumps({"matrices": rows, "networks": found}, indent=1) + "\n")
    plots(rows, folder)
    accuracy_plot(found, folder)
    print(markdown)


if __name__ == "__main__":
    main()
