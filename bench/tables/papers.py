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


class Code:
    """An unlimited Huffman code of some frequencies."""

    def __init__(self, frequencies):
        lengths = [0] * len(frequencies)
        nodes = [(int(f), 0, [i]) for i, f in enumerate(frequencies)]
        heapq.heapify(nodes)
        self.total = 0
        while len(nodes) > 1:
            (a, depth_a, symbols_a), (b, depth_b, symbols_b) = heapq.heappop(nodes), heapq.heappop(nodes)
            for symbol in symbols_a + symbols_b:
                lengths[symbol] += 1
            self.total += a + b
            heapq.heappush(nodes, (a + b, max(depth_a, depth_b) + 1, symbols_a + symbols_b))
        self.longest = max(lengths, default=0)
        self.table = math.ceil(math.log2(max(self.longest, 1)))  # t: codewords are looked up by so many bits
        self.beyond = sum(int(f) for f, length in zip(frequencies, lengths) if length > self.table)


def tables(k, code):
    """Of a canonical code: values, first codes, counts and a look-up by length."""
    power = bits(1 << code.longest) if code.longest < 63 else 64
    return k * B + (code.longest + 1) * bits(k) + (code.longest + 2) * power + (1 << code.table) * bits(code.longest)


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
        self.code = Code(self.counts)
        self.entry_code = Code(self.nonzero_counts)

    @property
    def density(self):
        return self.nnz / (self.n * self.m)

    @property
    def entropy(self):
        """H(W), order 0, bits per weight."""
        shares = self.counts / self.counts.sum()
        return float(-(shares * np.log2(shares)).sum())

    def cser_counts(self):
        """(positions, runs): for each column, those of each of its distinct values but the most frequent of all."""
        most = self.counts.argmax()
        runs = sum(np.count_nonzero(np.bincount(column, minlength=self.k)) - (most in column) for column in self.index.T)
        return self.n * self.m - int(self.counts[most]), int(runs)


def ham(f):
    return words(f.code.total) + tables(f.k, f.code)


def sham(f):
    k = len(f.nonzero_counts)
    return words(f.entry_code.total) + (f.nnz + f.m) * bits(f.n) + (tables(k, f.entry_code) if k else 0)


def csc(f):
    return f.nnz * (B + bits(f.n)) + f.m * bits(f.n)


def index_map(f):
    """In the tighter of the two forms that the papers give."""
    return f.n * f.m * math.ceil(math.log2(f.k)) + f.k * B


def cser(f):
    positions, runs = f.cser_counts()
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
