#!/usr/bin/env python3
"""Trains, prunes, shares and retrains one family of networks, and writes its accuracies and networks.

Needs Python 3.11 and: numpy==2.4.6 scikit-learn==1.9.1 jax==0.10.2. Usage: train.py mlp|cnn FOLDER PONDUS
Writes FOLDER/FAMILY.json and networks as FOLDER/*.pondus, encoded by the command PONDUS.
"""

import json
import subprocess
import sys
from pathlib import Path

from networks import FAMILIES, accuracy, initial, matrices  # first: it sets the number of threads

import numpy as np
import scipy.stats
from chain import folds, prune, share_and_retrain, soften, train_dense
from sharing import METHODS

SEEDS = 3
WIDTHS = {"mlp": (100, 200, 400), "cnn": (4, 8, 16)}
CLAIM = (95, 32, "cws")  # percent pruned, values, method
GRID = [(percent, k, method) for percent in (80, 90, 95, 97) for k in (16, 32) for method in METHODS]
STORED = ((60, 32), (90, 32), (95, 32), (30, 256))  # percent pruned and values of the networks that are kept
STORED_WIDTHS = {"mlp": 200, "cnn": 16}  # beside the chosen one: larger layers


def summary(values):
    """Mean and the half width of its 95 % interval by Student's t; none of one run."""
    mean, count = round(float(np.mean(values)), 3), len(values)
    if count == 1:
        return {"mean": mean}
    half = scipy.stats.t.ppf(0.975, count - 1) * np.std(values, ddof=1) / np.sqrt(count)
    return {"mean": mean, "interval": round(float(half), 3)}


def choose_width(family, splits):
    """(the smallest width within one point of the best, mean accuracy of each): one seed, all folds."""
    means = {}
    for width in WIDTHS[family]:
        layers = FAMILIES[family](width)
        scores = [accuracy(layers, *train_dense(layers, data, 0), test) for data, test in splits]
        means[width] = round(float(np.mean(scores)), 3)
    return min(w for w, mean in means.items() if mean >= max(means.values()) - 1), means


def density(weights, names):
    """The kept weights, as a part of all that may be pruned."""
    arrays = [np.asarray(weights[name]) for name in names]
    return sum(np.count_nonzero(a) for a in arrays) / sum(a.size for a in arrays)


def run_fold(layers, data, test, seed, cells):
    """Accuracies of one trained network: dense, pruned by percent, and (before, after) by cell (percent, k, method)."""
    network = train_dense(layers, data, seed)
    found = {"dense": accuracy(layers, *network, test), "pruned": {}, "shared": {}, "density": {}}
    softened = soften(layers, *network, data)
    for percent in sorted({cell[0] for cell in cells}):
        pruned = prune(layers, *network, softened, percent, seed)
        found["pruned"][percent] = accuracy(layers, *pruned[:2], test)
        for cell in (c for c in cells if c[0] == percent):
            before, weights, statistics = share_and_retrain(layers, pruned, softened, test, *cell[1:], seed)
            found["shared"][cell] = before, accuracy(layers, weights, statistics, test)
            found["density"][cell] = density(weights, matrices(layers))
    return found


def claim(layers, splits):
    """The claim's cell on all folds and seeds."""
    runs = [run_fold(layers, data, test, seed, [CLAIM]) for seed in range(SEEDS) for data, test in splits]
    shared = [run["shared"][CLAIM] for run in runs]
    return {"percent": CLAIM[0], "k": CLAIM[1], "method": CLAIM[2], "runs": len(runs),
            "density": float(np.mean([run["density"][CLAIM] for run in runs])),
            "dense": summary([run["dense"] for run in runs]),
            "pruned": summary([run["pruned"][CLAIM[0]] for run in runs]),
            "shared": summary([before for before, _ in shared]),
            "retrained": summary([after for _, after in shared]),
            "change": summary([after - run["dense"] for run, (_, after) in zip(runs, shared)])}


def grid(runs):
    """Accuracies of each cell of the grid over runs, one seed."""
    return [{"percent": c[0], "k": c[1], "method": c[2], "folds": len(runs),
             "pruned": summary([run["pruned"][c[0]] for run in runs]),
             "shared": summary([run["shared"][c][0] for run in runs]),
             "retrained": summary([run["shared"][c][1] for run in runs])} for c in GRID]


def store(folder, pondus, family, width, split):
    """Networks of one fold and seed, whole, at several percents: the claim's k, and 256 where much is left."""
    layers, (data, test) = FAMILIES[family](width), split
    network = train_dense(layers, data, 0)
    softened = soften(layers, *network, data)
    for percent, k in STORED:
        pruned = prune(layers, *network, softened, percent, 0)
        _, weights, statistics = share_and_retrain(layers, pruned, softened, test, k, CLAIM[2], 0)
        name = folder / f"{family}{width}-p{percent}-k{k}"
        np.savez(f"{name}.npz", **{n: np.asarray(a, np.float32) for n, a in (weights | statistics).items()})
        subprocess.run([pondus, "encode", f"{name}.npz", "-o", f"{name}.pondus"], check=True)


def main():
    family, folder, pondus = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    folder.mkdir(parents=True, exist_ok=True)
    splits = folds()
    width, means = choose_width(family, splits)
    layers = FAMILIES[family](width)
    weights = sum(a.size for a in initial(layers, np.random.default_rng(0))[0].values())
    results = {"widths": means, "width": width, "weights": weights, "claim": claim(layers, splits)}
    for stored in (width, STORED_WIDTHS[family]):
        store(folder, pondus, family, stored, splits[0])
    runs = []
    for data, test in splits:
        runs.append(run_fold(layers, data, test, 0, GRID))
        results["grid"] = grid(runs)
        (folder / f"{family}.json").write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
