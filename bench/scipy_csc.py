"""Prints how fast SciPy multiplies by CSC matrices, y = W x, as JSON: weights per second by the name of the matrix."""

import json
import pathlib
import sys
import time

import numpy
from scipy import sparse

ROUNDS = 15


def speed(matrix):
    """Weights per second, the median of some rounds on one thread; the result is compared with the dense product."""
    csc = sparse.csc_matrix(matrix)
    x = numpy.random.default_rng(1).standard_normal(matrix.shape[1]).astype(numpy.float32)
    exact = matrix.astype(numpy.float64) @ x
    bound = abs(matrix).astype(numpy.float64) @ abs(x) * matrix.shape[1] * 2.0**-24 + 1e-30
    assert (abs(csc @ x - exact) <= bound).all()
    seconds = []
    for _ in range(ROUNDS):
        begin = time.thread_time()
        csc @ x
        seconds.append(time.thread_time() - begin)
    return matrix.size / sorted(seconds)[ROUNDS // 2]


def synthetic(rows, cols, k, zeros):
    """A matrix like that of the same name in the program: as many zeros and values, at other places."""
    random = numpy.random.default_rng(k * 100 + zeros)
    values = random.integers(1, k, (rows, cols)).astype(numpy.float32)
    return numpy.where(random.random((rows, cols)) * 100 < zeros, numpy.float32(0), values)


def main(rows, folder, only):
    speeds = {}
    for zeros in (0, 50, 90, 97, 99):
        for k in (16, 32, 256):
            name = f"random-z{zeros}-k{k}"
            if any(text in name for text in only.split(",")):
                speeds[name] = speed(synthetic(rows, 4096, k, zeros))
    for path in sorted(pathlib.Path(folder).glob("*.npy")):
        if any(text in path.stem for text in only.split(",")):
            speeds[path.stem] = speed(numpy.load(path))
    json.dump(speeds, sys.stdout, indent=1)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
