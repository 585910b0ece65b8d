"""Two families of small networks for scikit-learn's digits, and their training, in JAX on one thread.

A family is a list of layers; a network's weights are a dictionary from PyTorch's names to float32
arrays in PyTorch's layouts: fully connected out x in, convolutions out x in x 3 x 3. A convolution
without batch norm's tensors has it folded in.
"""

import os

# One thread: the order of every sum, and so the result, does not depend on the core count.
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
for variable in ("NPROC", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import functools

import jax
import jax.numpy as jnp
import numpy as np

BATCH = 64
EPSILON = 1e-5  # of batch norm
MOMENTUM = 0.1  # of the running statistics


def mlp(width):
    """64 -> 3 width -> width -> 10, fully connected."""
    return (("fc", "fc1", 64, 3 * width), ("fc", "fc2", 3 * width, width), ("fc", "fc3", width, 10))


def cnn(width):
    """Three 3 x 3 convolutions with batch norm, two 2 x 2 max pools, two fully connected layers."""
    w = width
    return (("conv", "conv1", 1, w), ("conv", "conv2", w, 2 * w), ("pool",), ("conv", "conv3", 2 * w, 4 * w),
            ("pool",), ("flat",), ("fc", "fc1", 16 * w, 8 * w), ("fc", "fc2", 8 * w, 10))


FAMILIES = {"mlp": mlp, "cnn": cnn}


def matrices(layers):
    """The names of the weights that are pruned and shared: all but biases and batch norm."""
    return [f"{layer[1]}.weight" for layer in layers if layer[0] in ("fc", "conv")]


def initial(layers, rng):
    """(weights, running statistics): He-normal matrices, zero biases, unit scales."""
    weights, statistics = {}, {}
    for layer in layers:
        if layer[0] not in ("fc", "conv"):
            continue
        kind, name, before, after = layer
        shape = (after, before) if kind == "fc" else (after, before, 3, 3)
        weights[f"{name}.weight"] = rng.normal(0.0, np.sqrt(2.0 / np.prod(shape[1:])), shape)
        weights[f"{name}.bias"] = np.zeros(after)
        if kind == "conv":
            weights[f"{name}.norm.weight"] = np.ones(after)
            weights[f"{name}.norm.bias"] = np.zeros(after)
            statistics[f"{name}.norm.running_mean"] = np.zeros(after)
            statistics[f"{name}.norm.running_var"] = np.ones(after)
    as_float32 = functools.partial(jax.tree.map, lambda a: jnp.asarray(a, jnp.float32))
    return as_float32(weights), as_float32(statistics)


def convolve(x, kernel):
    """3 x 3, stride 1, same size; x is N x H x W x C, kernel O x C x 3 x 3."""
    height, width = x.shape[1:3]
    padded = jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i:i + height, j:j + width] for i in range(3) for j in range(3)]
    flat = kernel.transpose(2, 3, 1, 0).reshape(-1, kernel.shape[0])
    return jnp.concatenate(shifted, axis=3) @ flat


def normalise(weights, statistics, name, x, training):
    """Batch norm; (output, the layer's running statistics afterwards)."""
    updated = {}
    if training:
        mean, var = x.mean((0, 1, 2)), x.var((0, 1, 2))
        count = x.size // x.shape[3]
        for key, now in (("mean", mean), ("var", var * count / (count - 1))):
            full = f"{name}.running_{key}"
            updated[full] = (1 - MOMENTUM) * statistics[full] + MOMENTUM * now
    else:
        mean, var = statistics[f"{name}.running_mean"], statistics[f"{name}.running_var"]
    y = (x - mean) * weights[f"{name}.weight"] / jnp.sqrt(var + EPSILON)
    return y + weights[f"{name}.bias"], updated


def folded(layers, weights, statistics):
    """The weights of the same function without batch norm: convolutions and their biases take its factors."""
    kept = {name: array for name, array in weights.items() if ".norm." not in name}
    for name in (layer[1] for layer in layers if layer[0] == "conv"):
        factor = weights[f"{name}.norm.weight"] / jnp.sqrt(statistics[f"{name}.norm.running_var"] + EPSILON)
        shift = weights[f"{name}.bias"] - statistics[f"{name}.norm.running_mean"]
        kept[f"{name}.weight"] = weights[f"{name}.weight"] * factor[:, None, None, None]
        kept[f"{name}.bias"] = shift * factor + weights[f"{name}.norm.bias"]
    return kept


def pool(x):
    n, height, width, channels = x.shape
    return x.reshape(n, height // 2, 2, width // 2, 2, channels).max((2, 4))


def forward(layers, weights, statistics, images, training=False):
    """(scores N x 10, running statistics afterwards); images N x 8 x 8 of 0 to 1."""
    x = images[..., None] if layers[0][0] == "conv" else images.reshape(len(images), 64)
    updated = {}
    for layer in layers:
        if layer[0] == "pool":
            x = pool(x)
        elif layer[0] == "flat":
            x = x.transpose(0, 3, 1, 2).reshape(len(x), -1)
        elif layer[0] == "fc":
            x = x @ weights[f"{layer[1]}.weight"].T + weights[f"{layer[1]}.bias"]
            x = x if layer is layers[-1] else jax.nn.relu(x)
        else:
            x = convolve(x, weights[f"{layer[1]}.weight"]) + weights[f"{layer[1]}.bias"]
            if f"{layer[1]}.norm.weight" in weights:
                x, update = normalise(weights, statistics, f"{layer[1]}.norm", x, training)
                updated |= update
            x = jax.nn.relu(x)
    return x, updated


def dense(free, _):
    """Every weight is free."""
    return free


def masked(free, masks):
    """Pruned weights stay zero."""
    return free | {name: jnp.where(mask, free[name], 0.0) for name, mask in masks.items()}


def gathered(free, indices):
    """free has the centres of each group, indices those of the weights of its tensors: 0 for zero, else
    1 + centre. Differentiating the gather sums the gradients of the weights that share a centre."""
    weights = {name: array for name, array in free.items() if name not in indices}
    for group, members in indices.items():
        values = jnp.concatenate([jnp.zeros(1, jnp.float32), free[group]])
        weights |= {name: values[index] for name, index in members.items()}
    return weights


@functools.partial(jax.jit, static_argnames=("layers", "expand"))
def epoch(layers, expand, fixed, state, images, targets, rates):
    """Adam through the batches; images batches x BATCH x 8 x 8, rates one number per batch, targets a
    distribution over the ten digits per image."""

    def loss(free, statistics, batch, wanted):
        scores, updated = forward(layers, expand(free, fixed), statistics, batch, training=True)
        return -(wanted * jax.nn.log_softmax(scores)).sum(1).mean(), updated

    def step(state, given):
        free, first, second, statistics, time = state
        batch, wanted, rate = given
        gradient, statistics = jax.grad(loss, has_aux=True)(free, statistics, batch, wanted)
        time = time + 1
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)

        def moved(parameter, m, v):
            return parameter - rate * (m / (1 - 0.9**time)) / (jnp.sqrt(v / (1 - 0.999**time)) + 1e-8)

        return (jax.tree.map(moved, free, first, second), first, second, statistics, time), None

    return jax.lax.scan(step, state, (images, targets, rates))[0]


def train(layers, expand, fixed, free, statistics, data, epochs, rate, rng):
    """Trains with a cosine rate; fixed(epoch, free) gives what is not trained. (free, statistics)."""
    images, targets = data
    batches = len(images) // BATCH
    zeros = jax.tree.map(jnp.zeros_like, free)
    state = (free, zeros, zeros, statistics, jnp.zeros(()))
    for number in range(epochs):
        order = rng.permutation(len(images))[:batches * BATCH].reshape(batches, BATCH)
        times = (number * batches + np.arange(batches)) / (epochs * batches)
        rates = jnp.asarray(rate * 0.5 * (1 + np.cos(np.pi * times)), jnp.float32)
        state = epoch(layers, expand, fixed(number, state[0]), state, images[order], targets[order], rates)
    return state[0], state[3]


@functools.partial(jax.jit, static_argnames="layers")
def predict(layers, weights, statistics, images):
    return forward(layers, weights, statistics, images)[0].argmax(1)


def accuracy(layers, weights, statistics, data):
    """In per cent of the images."""
    return 100.0 * float((predict(layers, weights, statistics, data[0]) == data[1]).mean())
