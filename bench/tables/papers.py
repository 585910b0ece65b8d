"""What the papers' forms take for a matrix, in bits, by their formulas.

W is n x m, stored column by column; k distinct values, b = 32 bits of a plain weight. Sources: "Compression strategies and
space-conscious representations for deep neural networks" (2020), "Efficient and Compact Representations of Deep Neural
Networks via Entropy Coding" (2023).
"""

import heapq
import math

import numpy as np

B = 32


def bits(x):
    """The smallest word with x < 2^bits."""
    return next(word for word in (8, 16, 32, 64) if x < 1 << word)


def huffman(frequencies):
    """(all bits, longest codeword) of an unlimited Huffman code."""
    nodes = [(int(f), 0) for f in frequencies]
    heapq.heapify(nodes)
    total = 0
    while len(nodes) > 1:
        (a, depth_a), (b, depth_b) = heapq.heappop(nodes), heapq.heappop(nodes)
        total += a + b
        heapq.heappush(nodes, (a + b, max(depth_a, depth_b) + 1))
    return total, nodes[0][1] if nodes else 0


def tables(k, longest):
    """Of a canonical code: values, first codes, counts and a look-up by length."""
    t = math.ceil(math.log2(max(longest, 1)))
    power = bits(1 << longest) if longest < 63 else 64
    return k * B + (longest + 1) * bits(k) + (longest + 2) * power + (1 << t) * bits(longest)


def bound_tables(k):
    """B_k, of the worst code."""
    power = bits(1 << (k - 1)) if k <= 63 else 64
    return B * k + 2 * (k - 1) * bits(k) + k * power


def words(amount):
    return -(-amount // B) * B


class Facts:
    """What the formulas need to know of a float32 matrix. Cells are compared as bits."""

    def __init__(self, matrix):
        self.n, self.m = matrix.shape
        cells = np.ascontiguousarray(matrix, "<f4").view("<u4")
        self.values, self.index, self.counts = np.unique(cells, return_inverse=True, return_counts=True)
        self.index = self.index.reshape(cells.shape)
        self.k = len(self.values)
        self.nonzero_counts = self.counts[self.values != 0]
        self.nnz = int(self.nonzero_counts.sum())
        self.all, self.longest = huffman(self.counts)
        self.entries, self.entries_longest = huffman(self.nonzero_counts)

    @property
    def density(self):
        return self.nnz / (self.n * self.m)

    @property
    def entropy(self):
        """H(W), order 0, bits per weight."""
        shares = self.counts / self.counts.sum()
        return float(-(shares * np.log2(shares)).sum())


def ham(f):
    return words(f.all) + tables(f.k, f.longest)


def sham(f):
    k = len(f.nonzero_counts)
    return words(f.entries) + (f.nnz + f.m) * bits(f.n) + (tables(k, f.entries_longest) if k else 0)


def csc(f):
    return f.nnz * (B + bits(f.n)) + f.m * bits(f.n)


def index_map(f):
    """In the tighter of the two forms that the papers give."""
    return f.n * f.m * math.ceil(math.log2(f.k)) + f.k * B


def cser(f):
    """For each column and each of its distinct values but the most frequent of all, the positions."""
    most = f.counts.argmax()
    positions = f.n * f.m - int(f.counts[most])
    runs = sum(np.count_nonzero(np.bincount(column, minlength=f.k)) - (most in column) for column in f.index.T)
    return (f.k * B + positions * bits(f.n) + runs * bits(f.k) + (runs + 1) * bits(positions)
            + (f.m + 1) * bits(runs + 1))


def ham_bound(f):
    return f.n * f.m * (1 + math.log2(f.k)) + bound_tables(f.k)


def sham_bound(f):
    """With snm row indices; the first paper's own statement counts n."""
    k = max(len(f.nonzero_counts), 1)
    return f.nnz * (1 + math.log2(k) + bits(f.n)) + bits(f.n) * (f.m + 1) + bound_tables(k)


FORMS = {"HAM": ham, "sHAM": sham, "CSC": csc, "IM": index_map, "CSER": cser}
BOUNDS = {"HAM bound": ham_bound, "sHAM bound": sham_bound}
HEADLINES = [
    "The papers report 0.6 % of the fully connected layers at no loss of accuracy,",
    "5.44 % of a whole network, and compression by up to 165 times.",
]
