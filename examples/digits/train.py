#!/usr/bin/env python3
"""Trains, prunes and shares the network of this folder and writes its four data files.

Needs Python 3.11 and: numpy==2.4.6 scikit-learn==1.9.1 jax==0.10.2 safetensors==0.8.0
Usage: train.py [FOLDER]   (default: the folder of this file). The images come with scikit-learn.

The steps, for every convolution and fully connected matrix W (biases and batch norm are neither
pruned nor shared, but train on):
  dense   ordinary training
  prune   T = 90th percentile of |W|; keep |w| > T, else +0.0; retrain, the mask fixed
  share   k-means over the nonzeros alone, at most 31 centres (32 values with zero); retrain the
          centres, each by the sum of the gradients of its weights, assignment fixed
"""

import os

# One thread: the order of every sum, and so the result, does not depend on the core count.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
for variable in ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import save
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 1
TEST_COUNT = 450
BATCH = 64
PERCENTILE = 90.0
CENTRES_MOST = 31
EPSILON = 1e-5  # of batch norm
MOMENTUM = 0.1  # of the running statistics
LEAST_MARGIN = 1e-2  # between the two largest scores, far above any rounding difference

CONVOLUTIONS = {"features.0": (16, 1, 3, 3), "features.3": (32, 16, 3, 3)}  # OIHW
NORMS = {"features.1": 16, "features.4": 32}
LINEARS = {"classifier.0": (96, 512), "classifier.2": (48, 96), "classifier.4": (10, 48)}  # OI
MATRICES = [f"{layer}.weight" for layer in (CONVOLUTIONS | LINEARS)]


def load_split():
    """(train images, train labels, test images, test labels); images uint8 N x 8 x 8, 0 to 16."""
    digits = load_digits()
    train, test, train_labels, test_labels = train_test_split(
        digits.images.astype(np.uint8),
        digits.target.astype(np.uint8),
        test_size=TEST_COUNT,
        stratify=digits.target,
        random_state=SEED,
    )
    return train, train_labels, test, test_labels


def initial_parameters(rng):
    """He-normal matrices, zero biases, unit scales: name -> float32 array."""
    parameters = {}
    for layer, shape in (CONVOLUTIONS | LINEARS).items():
        deviation = np.sqrt(2.0 / np.prod(shape[1:]))
        parameters[f"{layer}.weight"] = rng.normal(0.0, deviation, shape)
        parameters[f"{layer}.bias"] = np.zeros(shape[0])
    for layer, channels in NORMS.items():
        parameters[f"{layer}.weight"] = np.ones(channels)
        parameters[f"{layer}.bias"] = np.zeros(channels)
    return {name: jnp.asarray(value, jnp.float32) for name, value in parameters.items()}


def initial_statistics():
    statistics = {}
    for layer, channels in NORMS.items():
        statistics[f"{layer}.running_mean"] = jnp.zeros(channels, jnp.float32)
        statistics[f"{layer}.running_var"] = jnp.ones(channels, jnp.float32)
        statistics[f"{layer}.num_batches_tracked"] = jnp.zeros((), jnp.int32)
    return statistics


def convolve(weights, layer, x):
    y = jax.lax.conv_general_dilated(
        x, weights[f"{layer}.weight"], (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NCHW")
    )
    return y + weights[f"{layer}.bias"][:, None, None]


def normalise(weights, statistics, layer, x, training):
    """Batch norm over N, H and W; (output, the layer's running statistics afterwards)."""
    if training:
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
        count = x.size // x.shape[1]
        old_mean, old_var = (statistics[f"{layer}.running_{s}"] for s in ("mean", "var"))
        updated = {
            f"{layer}.running_mean": (1 - MOMENTUM) * old_mean + MOMENTUM * mean,
            f"{layer}.running_var": (1 - MOMENTUM) * old_var + MOMENTUM * var * count / (count - 1),
            f"{layer}.num_batches_tracked": statistics[f"{layer}.num_batches_tracked"] + 1,
        }
    else:
        mean, var = statistics[f"{layer}.running_mean"], statistics[f"{layer}.running_var"]
        updated = {}
    scale = weights[f"{layer}.weight"] / jnp.sqrt(var + EPSILON)
    y = (x - mean[:, None, None]) * scale[:, None, None]
    return y + weights[f"{layer}.bias"][:, None, None], updated


def forward(weights, statistics, images, training=False):
    """(scores N x 10, running statistics afterwards)."""
    x = images[:, None].astype(jnp.float32) / 16
    updated = {}
    for convolution, norm in zip(CONVOLUTIONS, NORMS):
        x = convolve(weights, convolution, x)
        x, update = normalise(weights, statistics, norm, x, training)
        x = jax.nn.relu(x)
        updated |= update
    x = x.reshape(x.shape[0], x.shape[1], 4, 2, 4, 2).max((3, 5)).reshape(x.shape[0], -1)
    for layer in LINEARS:
        x = x @ weights[f"{layer}.weight"].T + weights[f"{layer}.bias"]
        x = x if layer == list(LINEARS)[-1] else jax.nn.relu(x)
    return x, updated


def make_step(expand):
    """One Adam step on the free parameters; expand maps them to the weights of the network."""

    def loss(free, statistics, images, labels):
        scores, updated = forward(expand(free), statistics, images, training=True)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1)
        return -chosen.mean(), updated

    @jax.jit
    def step(free, first, second, statistics, time, rate, images, labels):
        gradient, statistics = jax.grad(loss, has_aux=True)(free, statistics, images, labels)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)

        def moved(parameter, m, v):
            return parameter - rate * (m / (1 - 0.9**time)) / (
                jnp.sqrt(v / (1 - 0.999**time)) + 1e-8
            )

        return jax.tree.map(moved, free, first, second), first, second, statistics

    return step


def train(free, statistics, expand, data, epochs, rate, rng):
    """Trains with a cosine rate; (free parameters, running statistics)."""
    images, labels = data
    step = make_step(expand)
    first = second = jax.tree.map(jnp.zeros_like, free)
    batches = len(images) // BATCH
    for time in range(epochs * batches):
        if time % batches == 0:
            order = rng.permutation(len(images))
        chosen = order[time % batches * BATCH :][:BATCH]
        now = rate * 0.5 * (1 + np.cos(np.pi * time / (epochs * batches)))
        free, first, second, statistics = step(
            free, first, second, statistics, time + 1.0, now, images[chosen], labels[chosen]
        )
    return free, statistics


def prune(parameters):
    """name -> the mask of the kept weights of each matrix."""
    masks = {}
    for name in MATRICES:
        magnitude = np.abs(np.asarray(parameters[name]))
        masks[name] = magnitude > np.percentile(magnitude, PERCENTILE)
    return masks


def masked(masks):
    def expand(free):
        return free | {name: jnp.where(mask, free[name], 0.0) for name, mask in masks.items()}

    return expand


def share(weights, masks):
    """(weights with every matrix replaced by its centres, name -> 0 if pruned, else 1 + centre)."""
    free, indices = dict(weights), {}
    for name, mask in masks.items():
        kept = np.asarray(weights[name])[mask].reshape(-1, 1)
        centre_count = min(CENTRES_MOST, len(np.unique(kept)))
        clusters = KMeans(centre_count, n_init=4, random_state=SEED).fit(kept.astype(np.float64))
        free[name] = jnp.asarray(clusters.cluster_centers_[:, 0], jnp.float32)
        indices[name] = np.zeros(mask.shape, np.int32)
        indices[name][mask] = 1 + clusters.labels_
    return free, indices


def gathered(indices):
    """Differentiating the gather sums the gradients of the weights that share a centre."""

    def expand(free):
        zero = jnp.zeros(1, jnp.float32)
        return free | {n: jnp.concatenate([zero, free[n]])[i] for n, i in indices.items()}

    return expand


def evaluate(weights, statistics, images, labels):
    """(correct answers, least difference between the two largest scores of an image)."""
    scores = np.asarray(forward(weights, statistics, images)[0])
    top = np.sort(scores, axis=1)
    return int((scores.argmax(1) == labels).sum()), float((top[:, -1] - top[:, -2]).min())


def train_all(data, test):
    """(weights, statistics, correct when dense, correct when pruned and shared)."""
    rng = np.random.default_rng(SEED)
    free, statistics = initial_parameters(rng), initial_statistics()
    free, statistics = train(free, statistics, lambda f: f, data, 30, 2e-3, rng)
    dense, _ = evaluate(free, statistics, *test)

    masks = prune(free)
    expand = masked(masks)
    free, statistics = train(free, statistics, expand, data, 40, 2e-3, rng)
    pruned, _ = evaluate(expand(free), statistics, *test)

    free, indices = share(expand(free), masks)
    expand = gathered(indices)
    free, statistics = train(free, statistics, expand, data, 20, 5e-4, rng)
    shared, margin = evaluate(expand(free), statistics, *test)
    print(f"correct of {len(test[1])}: dense {dense}, pruned {pruned}, shared {shared}")
    print(f"least margin {margin:.4f}")
    if margin < LEAST_MARGIN:
        raise SystemExit("an image is too near a tie: choose another seed")
    return expand(free), statistics, dense, shared


def write(folder, weights, statistics, test, dense, shared):
    tensors = {name: np.asarray(value) for name, value in (weights | statistics).items()}
    for layer in NORMS:
        name = f"{layer}.num_batches_tracked"
        tensors[name] = tensors[name].astype(np.int64)
    file = save(tensors, metadata={"format": "pt"})
    (folder / "digits.safetensors").write_bytes(file)
    images, labels = test
    np.save(folder / "digits-test-images.npy", images)
    np.save(folder / "digits-test-labels.npy", labels)
    (folder / "accuracy.txt").write_text(
        f"correct {shared} of {len(labels)}\n"
        f"# dense baseline, before pruning and sharing: correct {dense} of {len(labels)}\n"
    )


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    images, labels, *test = load_split()
    weights, statistics, dense, shared = train_all((images, labels.astype(np.int32)), test)
    write(folder, weights, statistics, test, dense, shared)


if __name__ == "__main__":
    main()
