"""Pruning and the papers' four quantisers in NumPy, fitted on the nonzeros: weights in, centres and indices out."""

import numpy as np
from sklearn.cluster import KMeans


def prune_masks(weights, names, percent):
    """name -> the kept weights: |w| > T, T the percentile (linear interpolation) of |w| over all named tensors."""
    magnitudes = {name: np.abs(np.asarray(weights[name])) for name in names}
    threshold = np.percentile(np.concatenate([m.ravel() for m in magnitudes.values()]), percent)
    return {name: m > threshold for name, m in magnitudes.items()}


def nearest(values, centres):
    """The index of the nearest of ascending centres."""
    return np.searchsorted((centres[1:] + centres[:-1]) / 2, values, side="left")


def cws(values, k, rng):
    """k-means with a k-means++ start."""
    k = min(k, len(np.unique(values)))
    means = KMeans(k, n_init=2, random_state=int(rng.integers(1 << 31))).fit(values[:, None])
    centres = np.sort(means.cluster_centers_[:, 0])
    return centres, nearest(values, centres)


def pws(values, k, rng):
    """Quantiles i/(k-1); up with probability (w-v)/(V-v), so that the mean is kept."""
    centres = np.unique(np.quantile(values, np.linspace(0, 1, max(k, 2))))
    if len(centres) == 1:
        return centres, np.zeros(len(values), int)
    low = np.clip(np.searchsorted(centres, values, side="right") - 1, 0, len(centres) - 2)
    chance = (values - centres[low]) / (centres[low + 1] - centres[low])
    return centres, low + (rng.random(len(values)) < chance)


def uq(values, k, _):
    """Multiples of d, the smallest (to one part in 1024) that leaves at most k distinct values."""
    d = (values.max() - values.min()) / (2 * k) + 1e-12
    while len(np.unique(np.round(values / d))) > k:
        d *= 1 + 1 / 1024
    multiples, indices = np.unique(np.round(values / d), return_inverse=True)
    return d * multiples, indices


def ecsq(values, k, _, rate=0.05):
    """Entropy-constrained: argmin (w-c)^2 - lambda ln p, from equal-count cells until the cost settles.
    lambda is rate times the variance over ln k."""
    lagrange = rate * values.var() / np.log(max(k, 2))
    order = np.argsort(values, kind="stable")
    indices = np.empty(len(values), int)
    indices[order] = np.arange(len(values)) * k // len(values)
    last = np.inf
    for _ in range(200):
        used, indices = np.unique(indices, return_inverse=True)
        counts = np.bincount(indices)
        centres = np.bincount(indices, weights=values) / counts
        costs = (values[:, None] - centres) ** 2 - lagrange * np.log(counts / len(values))
        indices = costs.argmin(1)
        cost = costs.min(1).sum()
        if last - cost <= 1e-7 * abs(cost):
            break
        last = cost
    used, indices = np.unique(indices, return_inverse=True)
    return centres[used], indices


METHODS = {"cws": cws, "pws": pws, "uq": uq, "ecsq": ecsq}


def groups_of(masks, unified):
    """Group -> names of tensors that share centres: each alone, or all fully connected and all convolutional ones."""
    groups = {}
    for name, mask in masks.items():
        group = ("all fully connected" if mask.ndim == 2 else "all convolutional") if unified else f"centres of {name}"
        groups.setdefault(group, []).append(name)
    return groups


def share(weights, masks, k, method, rng):
    """`method` is one of METHODS, perhaps after "unified ".

    (group -> float32 centres, group -> name -> 0 if pruned, else 1 + centre). Zero is one of the k values.
    """
    masks = {name: np.asarray(mask) for name, mask in masks.items()}
    unified = method.startswith("unified ")
    centres, indices = {}, {}
    for group, names in groups_of(masks, unified).items():
        kept = [np.asarray(weights[name], np.float64)[masks[name]] for name in names]
        found, labels = METHODS[method.removeprefix("unified ")](np.concatenate(kept), k - 1, rng)
        centres[group] = np.zeros(k - 1, np.float32)  # of one size whatever was found: one compilation for all
        centres[group][:len(found)] = found
        indices[group] = {}
        for name, part in zip(names, np.split(labels, np.cumsum([len(w) for w in kept])[:-1])):
            index = np.zeros(masks[name].shape, np.int32)
            index[masks[name]] = 1 + part
            indices[group][name] = index
    return centres, indices
