"""The chain on one network: train, prune little by little while retraining, share, retrain the centres."""

import jax
import jax.numpy as jnp
import numpy as np
from networks import accuracy, dense, forward, gathered, initial, masked, matrices, train
from sharing import prune_masks, share
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold

FOLDS = 5
DENSE_EPOCHS, PRUNE_EPOCHS, SHARE_EPOCHS = 30, 240, 20
DENSE_RATE, PRUNE_RATE, SHARE_RATE = 2e-3, 2e-3, 5e-4
RAMP = 0.6  # of the epochs of pruning, until the mask is final
TEMPERATURE, LABELS = 3.0, 0.6  # retraining learns from labels, and for the rest from the dense network's answers


def folds():
    """(training images and targets, test images and labels) of each fold: 1797 images of 0 to 1, 8 x 8."""
    digits = load_digits()
    images, labels = (digits.images / 16).astype(np.float32), digits.target.astype(np.int32)
    targets = np.eye(10, dtype=np.float32)[labels]
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(images, labels)
    return [((images[a], targets[a]), (images[b], labels[b])) for a, b in split]


def train_dense(layers, data, seed):
    """(weights, running statistics)"""
    rng = np.random.default_rng(seed)
    weights, statistics = initial(layers, rng)
    return train(layers, dense, lambda *_: 0, weights, statistics, data, DENSE_EPOCHS, DENSE_RATE, rng)


def soften(layers, weights, statistics, data):
    """The data with targets for retraining."""
    images, targets = data
    answers = jax.nn.softmax(forward(layers, weights, statistics, images)[0] / TEMPERATURE)
    return images, LABELS * targets + (1 - LABELS) * np.asarray(answers)


class Pruner:
    """The masks of each epoch: percent grows as 1 - (1 - t)^3, and what was pruned stays so."""

    def __init__(self, layers, percent):
        self.names, self.percent = matrices(layers), percent
        self.masks, self.final = {}, False

    def __call__(self, epoch, free):
        if self.final:
            return self.masks
        t = min(1.0, (epoch + 1) / (RAMP * PRUNE_EPOCHS))
        self.final = t == 1.0
        self.masks = prune_masks(masked(free, self.masks), self.names, self.percent * (1 - (1 - t) ** 3))
        return self.masks


def prune(layers, weights, statistics, data, percent, seed):
    """(weights, statistics, masks) after retraining."""
    rng = np.random.default_rng(seed + 1000)
    pruner = Pruner(layers, percent)
    free, statistics = train(layers, masked, pruner, weights, statistics, data, PRUNE_EPOCHS, PRUNE_RATE, rng)
    return masked(free, pruner.masks), statistics, pruner.masks


def share_and_retrain(layers, pruned, data, test, k, method, seed):
    """(accuracy right after sharing, weights, statistics after retraining)."""
    weights, statistics, masks = pruned
    rng = np.random.default_rng(seed + 2000)
    centres, indices = share(weights, masks, k, method, rng)
    free = {**weights, **{name: jnp.asarray(c) for name, c in centres.items()}}
    indices = {name: jnp.asarray(i) for name, i in indices.items()}
    before = accuracy(layers, gathered(free, indices), statistics, test)
    free, statistics = train(layers, gathered, lambda *_: indices, free, statistics, data, SHARE_EPOCHS,
                             SHARE_RATE, rng)
    return before, gathered(free, indices), statistics
