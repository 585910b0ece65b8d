#!/usr/bin/env python3
"""Trains, prunes, shares and retrains one family of networks, and writes its accuracies and networks.

Needs Python 3.11 and: numpy==2.4.6 scikit-learn==1.9.1 jax==0.10.2. Usage: train.py mlp|cnn FOLDER PONDUS
Writes FOLDER/FAMILY.json and networks as FOLDER/*.pondus, encoded by the command PONDUS. FOLDER/FAMILY-steps.json
keeps what is done, so that a run that was stopped goes on where it was.

Nothing is chosen on the images that are tested: in each of the five folds the width, and the targets of retraining, are
chosen on inner folds of its training part.
"""

import json
import subprocess
import sys
from pathlib import Path

from networks import FAMILIES, accuracy, initial, matrices  # first: it sets the number of threads

import numpy as np
import scipy.stats
from chain import folds, inner_folds, prune, share_and_retrain, soften, train_dense, train_on
from sharing import METHODS

SEEDS = 3
WIDTHS = {"mlp": (100, 200, 400), "cnn": (4, 8, 16)}
WIDTH_FOLDS = 2  # inner folds that choose the width; the first one alone chooses the setting
SETTINGS = ((1.0, 1.0), (0.6, 3.0))  # part of the labels in the targets of retraining, temperature of the rest
UNIFIED = "unified cws"
CLAIMS = {"mlp": ([(95, 32, UNIFIED)], [(97, 32, UNIFIED)]),  # per cent pruned, values, method
          "cnn": ([(95, 32, UNIFIED), (95, 16, UNIFIED)],)}
GRID_FOLDS = 2
GRID = [(percent, k, method) for percent in (80, 90, 95, 97) for k in (16, 32) for method in (*METHODS, UNIFIED)]
STORED = ((95, 32, UNIFIED), (97, 32, UNIFIED), (95, 16, UNIFIED), (90, 32, UNIFIED), (80, 32, UNIFIED), (30, 256, "cws"))


def summary(values):
    """Mean and the half width of its 95 % interval by Student's t."""
    half = scipy.stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return {"mean": round(float(np.mean(values)), 3), "interval": round(float(half), 3)}


class Steps:
    """Results by name, kept in a file."""

    def __init__(self, path):
        self.path = path
        self.done = json.loads(path.read_text()) if path.exists() else {}

    def __call__(self, name, work):
        if name not in self.done:
            self.done[name] = work()
            self.path.write_text(json.dumps(self.done, indent=1) + "\n")
        return self.done[name]


def validate_widths(family, data):
    """Mean accuracy of each width."""
    found = []
    for layers in map(FAMILIES[family], WIDTHS[family]):
        scores = [accuracy(layers, *train_dense(layers, inner, 0), other) for inner, other in inner_folds(data)[:WIDTH_FOLDS]]
        found.append(float(np.mean(scores)))
    return found


def validate_settings(layers, data, claim):
    """Accuracy of each setting at the claim, on the first inner fold."""
    inner, other = inner_folds(data)[0]
    network = train_dense(layers, inner, 0)
    found = []
    for setting in SETTINGS:
        softened = soften(layers, network, inner, setting)
        pruned = prune(layers, network, softened, claim[0], 0)
        _, weights = share_and_retrain(layers, pruned, softened, other, *claim[1:], 0)
        found.append(accuracy(layers, weights, {}, other))
    return found


def density(weights, names):
    """The kept weights, as a part of all that may be pruned."""
    arrays = [np.asarray(weights[name]) for name in names]
    return sum(np.count_nonzero(a) for a in arrays) / sum(a.size for a in arrays)


class Fold:
    """One of the five: its data, and what is chosen from its training part alone."""

    def __init__(self, family, number, parts, steps):
        self.number, self.steps = number, steps
        self.data, self.test = parts
        self.width_scores = steps(f"widths {number}", lambda: validate_widths(family, self.data))
        best = max(self.width_scores)
        self.width = min(w for w, score in zip(WIDTHS[family], self.width_scores) if score >= best - 1)
        self.layers = FAMILIES[family](self.width)
        self.setting_scores = steps(f"settings {number}", lambda: validate_settings(self.layers, self.data, CLAIMS[family][0][0]))
        self.setting = SETTINGS[int(np.argmax(self.setting_scores))]

    def run(self, seed, cells):
        """Accuracies of one trained network: dense, pruned by percent, and [before, after, density] by cell."""
        return self.steps(f"run {self.number} {seed} {cells}", lambda: self.measure(seed, cells))

    def measure(self, seed, cells):
        network = train_dense(self.layers, self.data, seed)
        softened = soften(self.layers, network, self.data, self.setting)
        found = {"dense": accuracy(self.layers, *network, self.test), "pruned": {}, "shared": {}}
        for percent in sorted({cell[0] for cell in cells}):
            pruned = prune(self.layers, network, softened, percent, seed)
            found["pruned"][str(percent)] = accuracy(self.layers, pruned[0], {}, self.test)
            for cell in (c for c in cells if c[0] == percent):
                before, weights = share_and_retrain(self.layers, pruned, softened, self.test, *cell[1:], seed)
                after = accuracy(self.layers, weights, {}, self.test)
                found["shared"][str(cell)] = [before, after, density(weights, matrices(self.layers))]
        return found

    def trained_on(self, seed):
        """Accuracy of the dense network after as many epochs, with the same targets."""

        def work():
            network = train_dense(self.layers, self.data, seed)
            softened = soften(self.layers, network, self.data, self.setting)
            return accuracy(self.layers, *train_on(self.layers, network, softened, seed), self.test)

        return self.steps(f"trained on {self.number} {seed}", work)

    def store(self, folder, pondus, family):
        """Networks of the first seed, whole, at several percents."""
        network = train_dense(self.layers, self.data, 0)
        softened = soften(self.layers, network, self.data, self.setting)
        for percent, k, method in STORED:
            name = folder / f"{family}{self.width}-p{percent}-{'u' if 'unified' in method else 'k'}{k}"
            if name.with_suffix(".pondus").exists():
                continue
            pruned = prune(self.layers, network, softened, percent, 0)
            _, weights = share_and_retrain(self.layers, pruned, softened, self.test, k, method, 0)
            np.savez(f"{name}.npz", **{n: np.asarray(a, np.float32) for n, a in weights.items()})
            subprocess.run([pondus, "encode", f"{name}.npz", "-o", f"{name}.pondus", "--effort", "9", "--align", "8"],
                           check=True)


def cell_results(cell, runs):
    """Of one cell over all runs; the change is from the dense network of the same run."""
    shared = [run["shared"][str(cell)] for run in runs]
    return {"percent": cell[0], "k": cell[1], "method": cell[2], "runs": len(runs),
            "density": round(float(np.mean([s[2] for s in shared])), 5),
            "dense": summary([run["dense"] for run in runs]),
            "pruned": summary([run["pruned"][str(cell[0])] for run in runs]),
            "shared": summary([s[0] for s in shared]),
            "retrained": summary([s[1] for s in shared]),
            "change": summary([s[1] - run["dense"] for run, s in zip(runs, shared)])}


def write(path, results):
    path.write_text(json.dumps(results, indent=1) + "\n")


def main():
    family, folder, pondus = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    out, steps = folder / f"{family}.json", Steps(folder / f"{family}-steps.json")
    parts = [Fold(family, number, split, steps) for number, split in enumerate(folds())]
    results = {
        "width": parts[0].width,
        "weights": sum(a.size for a in initial(parts[0].layers, np.random.default_rng(0))[0].values()),
        "folds": [{"width": part.width, "validated widths": dict(zip(map(str, WIDTHS[family]), part.width_scores)),
                   "setting": part.setting, "validated settings": part.setting_scores} for part in parts],
        "claims": []}
    for claims in CLAIMS[family]:
        runs = [part.run(seed, claims) for seed in range(SEEDS) for part in parts]
        results["claims"] += [cell_results(claim, runs) for claim in claims]
        write(out, results)
        parts[0].store(folder, pondus, family)
    runs = [part.run(0, GRID) for part in parts[:GRID_FOLDS]]
    results["grid"] = [cell_results(cell, runs) for cell in GRID]
    write(out, results)
    results["trained on"] = summary([part.trained_on(0) for part in parts])
    write(out, results)


if __name__ == "__main__":
    main()
