#!/usr/bin/env python3
"""Times y = xW for the matrices that tables.py has left in FOLDER, again where it has been done: rows.json gets them.

Usage: times.py TIMER FOLDER   TIMER is bench_tables_product. About half a minute; run it on a quiet machine.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import scipy.sparse

ROUNDS, ROUND_SECONDS = 3, 0.005


def best_time(work):
    """Seconds of processor time of one call: the best of some rounds."""
    work()
    best = float("inf")
    for _ in range(ROUNDS):
        begin, calls, passed = time.process_time(), 0, 0
        while passed < ROUND_SECONDS:
            work()
            calls += 1
            passed = time.process_time() - begin
        best = min(best, passed / calls)
    return best


def product_times(matrix):
    """Dense, and in SciPy's CSC, whose product is transposed(W) x; one thread."""
    x = np.random.default_rng(1).standard_normal(matrix.shape[0]).astype(np.float32)
    dense = np.ascontiguousarray(matrix, np.float32)
    sparse = scipy.sparse.csc_matrix(dense).T
    return {"OpenBLAS": best_time(lambda: x @ dense), "SciPy CSC": best_time(lambda: sparse @ x)}


def main():
    timer, folder = sys.argv[1], Path(sys.argv[2])
    sizes = json.loads((folder / "sizes.json").read_text())
    for row in sizes["matrices"]:
        own = folder / "files" / row["folder"]
        row["seconds"] = product_times(np.load(own / "w.npy"))
        for encoding, size in row["pondus"].items():
            if size is not None and (own / f"{encoding}.pondus").exists():
                done = subprocess.run([timer, own / f"{encoding}.pondus"], capture_output=True, check=True)
                row["seconds"][f"Pondus {encoding}"] = json.loads(done.stdout)["w"]
    (folder / "tables.json").write_text(json.dumps(sizes, indent=1) + "\n")


if __name__ == "__main__":
    main()
