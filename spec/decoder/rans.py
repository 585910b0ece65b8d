"""Adaptive numbers and interleaved rANS (spec/rans.md)."""

from .primitives import number

LANES, SLOTS, LEAST = 32, 1 << 12, 1 << 16


class Numbers:
    """Reads the numbers in data[at:end]; a bit model is named by a tuple. § Numbers"""

    def __init__(self, data, at, end):
        self.bytes, self.read, self.models = data[at:end], 4, {}
        self.range, self.code = (1 << 32) - 1, int.from_bytes(self.bytes[:4].ljust(4, b"\0"), "big")

    def bit(self, *model):
        """A bit under a model."""
        zero, seen = self.models.get(model, (1 << 15, 0))
        bound, rate = (self.range >> 16) * zero, min(6, (seen + 1).bit_length())
        bit = int(self.code >= bound)
        if bit:
            self.code, self.range, zero = self.code - bound, self.range - bound, zero - (zero >> rate)
        else:
            self.range, zero = bound, zero + (65535 - zero >> rate)
        self.models[model] = zero, min(31, seen + 1)
        while self.range < 1 << 24:
            self.range, self.code = self.range << 8, self.code << 8 & 0xFFFFFFFF | number(self.bytes, self.read, 1)
            self.read += 1
        return bit

    def tree(self, width, *name):
        """tree(width) over the models of a name."""
        p = 1
        for _ in range(width):
            p = 2 * p + self.bit(*name, p)
        return p - (1 << width)

    def number(self, *kind):
        """A number over the models of a kind."""
        length = self.tree(5, *kind, "length")
        p = 1 if length else 0
        for i in range(length - 1, 0, -1):
            p = 2 * p + (self.bit(*kind, "high", length, p) if p < 4 else self.bit(*kind, "low", i))
        return p


class States:
    """The 32 states at `at` and the words up to `end`. § States and words"""

    def __init__(self, data, at, end):
        self.states = [number(data, at + 4 * lane, 4) for lane in range(LANES)]
        self.words = [number(data, i, 2) for i in range(at + 4 * LANES, end, 2)]
        self.read, self.began_well = 0, min(self.states) >= LEAST

    def symbol(self, lane, table):
        """The next symbol of a lane under a table."""
        symbol, frequency, place = table[self.states[lane] % SLOTS]
        state = frequency * (self.states[lane] >> 12) + place
        if state < LEAST:
            state = state << 16 | (self.words[self.read] if self.read < len(self.words) else 0)
            self.read += 1
        self.states[lane] = state
        return symbol


def table_of(frequencies):
    """For each slot its symbol, the symbol's frequency, and the slot's place among the symbol's. § States and words"""
    return [(symbol, frequency, place) for symbol, frequency in enumerate(frequencies) for place in range(frequency)]
