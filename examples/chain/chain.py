"""The chain on one network: train, prune little by little while retraining, fold batch norm, share, retrain the centres."""

import jax
import jax.numpy as jnp
import numpy as np
from networks import accuracy, dense, folded, forward, gathered, initial, masked, matrices, train
from sharing import prune_masks, share
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold

FOLDS, INNER_FOLDS = 5, 4
DENSE_EPOCHS, PRUNE_EPOCHS, SHARE_EPOCHS = 30, 240, 20
DENSE_RATE, PRUNE_RATE, SHARE_RATE = 2e-3, 2e-3, 5e-4
RAMP = 0.6  # of the epochs of pruning, until the mask is final


def split(images, labels, count):
    """(training images and targets, other images and labels) of each fold."""
    targets = np.eye(10, dtype=np.float32)[labels]
    parts = StratifiedKFold(count, shuffle=True, random_state=0).split(images, labels)
    return [((images[a], targets[a]), (images[b], labels[b])) for a, b in parts]


def folds():
    """Of 1797 images of 0 to 1, 8 x 8; what is tested is the other part."""
    digits = load_digits()
    return split((digits.images / 16).astype(np.float32), digits.target.astype(np.int32), FOLDS)


def inner_folds(data):
    """Of the training part of a fold; what is chosen is chosen on the other part."""
    images, targets = data
    return split(images, targets.argmax(1).astype(np.int32), INNER_FOLDS)


def train_dense(layers, data, seed):
    """(weights, running statistics)"""
    rng = np.random.default_rng(seed)
    weights, statistics = initial(layers, rng)
    return train(layers, dense, lambda *_: 0, weights, statistics, data, DENSE_EPOCHS, DENSE_RATE, rng)


def soften(layers, network, data, setting):
    """The data with targets for retraining: `labels` parts of the labels, the rest of the dense network's answers."""
    labels, temperature = setting
    images, targets = data
    answers = jax.nn.softmax(forward(layers, *network, images)[0] / temperature)
    return images, labels * targets + (1 - labels) * np.asarray(answers)


def train_on(layers, network, data, seed):
    """The dense network, trained for as long as a pruned one: (weights, running statistics)."""
    rng = np.random.default_rng(seed + 1000)
    network = train(layers, dense, lambda *_: 0, *network, data, PRUNE_EPOCHS, PRUNE_RATE, rng)
    return train(layers, dense, lambda *_: 0, *network, data, SHARE_EPOCHS, SHARE_RATE, rng)


class Pruner:
    """The masks of each epoch: percent grows as 1 - (1 - t)^3, and what was pruned stays so."""

    def __init__(self, layers, percent):
        self.names, self.percent = matrices(layers), percent
        self.ramp = RAMP * PRUNE_EPOCHS
        self.masks, self.final = {}, False

    def __call__(self, epoch, free):
        if self.final:
            return self.masks
        t = min(1.0, (epoch + 1) / self.ramp)
        self.final = t == 1.0
        self.masks = prune_masks(masked(free, self.masks), self.names, self.percent * (1 - (1 - t) ** 3))
        return self.masks


def prune(layers, network, data, percent, seed):
    """(weights without batch norm, masks) after retraining."""
    rng = np.random.default_rng(seed + 1000)
    pruner = Pruner(layers, percent)
    free, statistics = train(layers, masked, pruner, *network, data, PRUNE_EPOCHS, PRUNE_RATE, rng)
    return folded(layers, masked(free, pruner.masks), statistics), pruner.masks


def share_and_retrain(layers, pruned, data, test, k, method, seed):
    """(accuracy right after sharing, weights after retraining)."""
    weights, masks = pruned
    rng = np.random.default_rng(seed + 2000)
    centres, indices = share(weights, masks, k, method, rng)
    free = {name: array for name, array in weights.items() if name not in masks}
    free |= {group: jnp.asarray(values) for group, values in centres.items()}
    indices = jax.tree.map(jnp.asarray, indices)
    before = accuracy(layers, gathered(free, indices), {}, test)
    free, _ = train(layers, gathered, lambda *_: indices, free, {}, data, SHARE_EPOCHS, SHARE_RATE, rng)
    return before, gathered(free, indices)
