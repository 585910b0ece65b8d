"""Adaptive numbers and interleaved rANS (spec/rans.md)."""

from bisect import bisect_right
from itertools import accumulate

SLOTS, LEAST = 1 << 12, 1 << 16


class Numbers:
    """Reads numbers from data[at:end]. Models are dictionaries from the name of a bit model to its state. § Numbers"""

    def __init__(self, data, at, end):
        self.data, self.at, self.end = data, at + 4, end
        self.range = (1 << 32) - 1
        self.code = int.from_bytes(bytes(data[at:min(at + 4, end)]).ljust(4, b"\0"), "big")

    def bit(self, models, name):
        zero, seen = models.get(name, (1 << 15, 0))
        bound, rate = (self.range >> 16) * zero, min(6, (seen + 1).bit_length())
        bit = int(self.code >= bound)
        if bit:
            self.code, self.range, zero = self.code - bound, self.range - bound, zero - (zero >> rate)
        else:
            self.range, zero = bound, zero + (65535 - zero >> rate)
        models[name] = zero, min(31, seen + 1)
        while self.range < 1 << 24:
            self.range <<= 8
            self.code = self.code << 8 & 0xFFFFFFFF | (self.data[self.at] if self.at < self.end else 0)
            self.at += 1
        return bit

    def tree(self, models, width):
        p = 1
        for _ in range(width):
            p = 2 * p + self.bit(models, p)
        return p - (1 << width)

    def number(self, models):
        length = self.tree(models.setdefault("length", {}), 5)
        p = 1 if length else 0
        for i in range(length - 1, 0, -1):
            p = 2 * p + self.bit(models, (length, p) if p < 4 else i)
        return p

    def ends_well(self):
        return self.at == self.end and self.code == 0


class Table:
    """Symbols by slot."""

    def __init__(self, frequencies):
        self.starts = [0, *accumulate(frequencies)]
        self.frequencies = frequencies

    def step(self, state):
        """The symbol that leaves a state, and the state after it."""
        slot = state % SLOTS
        symbol = bisect_right(self.starts, slot) - 1
        return symbol, self.frequencies[symbol] * (state >> 12) + slot - self.starts[symbol]
