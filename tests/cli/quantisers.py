"""Pruning and sharing against NumPy and scikit-learn, where setup.sh could get them."""

import pathlib
import sys

from support import SKIP, good, main, make, npy

sys.path.append("/usr/local/lib/pondus-python")
try:
    import numpy as np
    from sklearn.cluster import KMeans
except ImportError:
    print("numpy or scikit-learn is not installed")
    sys.exit(SKIP)


def weights():
    """100 x 90, three quarters of them zero, the rest of two bells."""
    generator = np.random.default_rng(1)
    values = np.where(generator.random(9000) < 0.3, generator.normal(1, 0.1, 9000), generator.normal(0, 0.7, 9000))
    values[np.argsort(np.abs(values))[:6750]] = 0
    return values.astype("<f4")


def altered(values, *command):
    """What the command makes of them, as float64."""
    make("w.npy", npy("<f4", (100, 90), values.tobytes()))
    good(command[0], "w.npy", "-o", "out.npz", *command[1:])
    return np.load("out.npz")["w"].ravel().astype(float)


def shared(values, method, k, *more):
    """The centres of the nonzeros, k without zero, and the squared error."""
    out = altered(values, "share", "--method", method, "-k", k + 1, *more)
    assert np.array_equal(out == 0, values == 0)
    return np.unique(out[out != 0]), float(((out - values) ** 2).sum())


def percentiles():
    values = np.random.default_rng(2).normal(0, 1, 9000).astype("<f4")
    for percent in (0, 33.3, 90, 99.9, 100):
        out = altered(values, "prune", "--percent", percent)
        expected = np.where(np.abs(values) > np.percentile(np.abs(values.astype(float)), percent), values, 0)
        assert np.array_equal(out, expected.astype(float)), percent


def k_means():
    values = weights()
    nonzero = values[values != 0].astype(float)[:, None]
    for k in (2, 5, 16, 31):
        theirs = KMeans(k, n_init=10, random_state=0).fit(nonzero).inertia_
        ours, exact = shared(values, "cws", k)[1], shared(values, "cws", k, "--exact")[1]
        assert exact <= theirs * (1 + 1e-6) and exact <= ours * (1 + 1e-6), (k, exact, ours, theirs)
        assert ours <= theirs * 1.05, (k, ours, theirs)


def quantiles():
    values = weights()
    for k in (2, 7, 31):
        centres = shared(values, "pws", k)[0]
        assert np.allclose(centres, np.quantile(values[values != 0].astype(float), np.linspace(0, 1, k)), rtol=1e-6)


def multiples():
    values = weights()
    nonzero = values[values != 0].astype(float)
    out = altered(values, "share", "--method", "uq", "-k", 12)
    centres = np.unique(out[out != 0])
    step = np.diff(centres).min()
    assert np.allclose(centres / step, np.round(centres / step), atol=1e-4)
    assert np.allclose(out[values != 0], step * np.round(nonzero / step), atol=1e-5)
    assert len(np.unique(np.round(nonzero / (0.99 * step)))) > 11  # no smaller step of a scan would do


def entropy_constrained():
    """Within one per cent of the least cost that NumPy's own iteration finds for the same bits."""
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "chain"))
    from sharing import ecsq
    values = weights()
    nonzero = values[values != 0].astype(float)
    centres, indices = ecsq(nonzero, 31, None, rate=0.05)
    theirs = ((centres[indices] - nonzero) ** 2).sum()
    counts = np.append(np.bincount(indices), (values == 0).sum()) / len(values)
    bits = -(counts * np.log2(counts)).sum()
    make("w.npy", npy("<f4", (100, 90), values.tobytes()))
    good("share", "w.npy", "-o", "out.npz", "--method", "ecsq", "--bits", bits)
    out = np.load("out.npz")["w"].ravel().astype(float)
    assert ((out - values) ** 2).sum() <= theirs * 1.1


main(percentiles, k_means, quantiles, multiples, entropy_constrained)
