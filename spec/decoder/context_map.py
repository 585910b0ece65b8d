"""context_map (spec/encodings/context_map.md): each cell as a token under the table of its context."""

from bisect import bisect_right
from itertools import accumulate

from .primitives import Bits, decode_indices, look_up, number, require
from .rans import LANES, LEAST, SLOTS, Numbers, States, table_of


def decode_context_map(data, at, end, block):
    """The packed form here, the other below. § Payload"""
    require(at + 4 <= end, "context_map.size", at)
    if number(data, at, 4) == 0:
        return decode_indices(data, at, end, block, "context_map", head=4)
    side_at, count, k = at + 8, block.count, len(block.table)
    extra_at = side_at + number(data, at, 4)
    states_at = extra_at + number(data, at + 4, 4)
    words_bytes = end - states_at - 4 * LANES
    require(count >= 1024 and words_bytes >= 0 and words_bytes % 2 == 0, "context_map.size", at)
    side, states = Side(data, side_at, extra_at, count, k), States(data, states_at, end)
    tokens = _tokens(side, states, count)
    require(states.read == len(states.words), "context_map.words", at)
    require(states.began_well and all(state == LEAST for state in states.states), "context_map.states", at)
    bits = Bits(data, extra_at)
    indices = [side.firsts[token] + bits.take(side.extras[token]) for token in tokens]
    require(bits.end() == states_at, "context_map.extra", extra_at)
    require(bits.padding() == 0, "context_map.padding", states_at - 1)
    return look_up(block.table, indices, "context_map.index", extra_at)


def _tokens(side, states, count):
    """The tokens of all cells in line order. § Contexts"""
    tokens = []
    for i, (row_class, references) in enumerate(side.rows):
        for j, (column_class, column) in enumerate(side.columns[:count - i * side.width]):
            p = 32 + sum(coefficient * side.values[tokens[other * side.width + j]] for other, coefficient in references) >> 6
            y = side.classes[tokens[i * side.width + column]] if column >= 0 else 0
            context = ((row_class * side.C + column_class) * (side.B + 1) + bisect_right(side.thresholds, p)) * side.Y + y
            tokens.append(states.symbol(j % LANES, side.tables[side.table_numbers[context]]))
    return tokens


class Side(Numbers):
    """The side information of `count` cells over `k` entries, its numbers named as in the text. § Side information, § Rules"""

    def __init__(self, data, at, end, count, k):
        super().__init__(data, at, end)
        self.at, self.width = at, self.tree(16, "width") + 1
        self._require(32 <= self.width <= count, "width")
        self.extras = [self.number("extra") for _ in range(self.tree(8, "T") + 1)] if k > 256 else [0] * k
        self._require(max(self.extras) <= 23, "tokens")
        *self.firsts, total = accumulate((1 << extra for extra in self.extras), initial=0)
        self._require(self.firsts[-1] < k <= total, "tokens")
        self.R, self.C, self.Y = (self.tree(4, name) + 1 for name in "RCY")
        self.B, self.N = self.tree(6, "B"), self.tree(7, "N") + 1
        contexts = self.R * self.C * (self.B + 1) * self.Y
        self._require(contexts <= min(1 << 14, count // 16) and self.N <= 1 + count // 1024, "contexts")
        folded = [self.number("value") for _ in self.extras if self.B]
        self.values = [*accumulate(-(n + 1) // 2 if n % 2 else n // 2 for n in folded)]
        self._require(all(abs(value) <= 2047 for value in self.values), "value")
        _, *self.thresholds = accumulate((self.number("threshold") + 1 for _ in range(self.B)), initial=-(1 << 14))
        self._require(max(self.thresholds, default=0) <= 1 << 14, "value")
        self.classes = [self._read_class(self.Y, "symbol class") for _ in self.extras]
        self.rows, self.columns = list(self._read_rows(-(-count // self.width))), list(self._read_columns())
        self.table_numbers = self._read_table_numbers(contexts)
        frequencies, self.tables = [0] * len(self.extras), []
        for _ in range(self.N):
            frequencies = list(self._read_frequencies(frequencies))
            self.tables.append(table_of(frequencies))
        self._require(self.read == len(self.bytes) and self.code == 0, "side-end")

    def _require(self, condition, rule):
        require(condition, "context_map." + rule, self.at)

    def _read_class(self, classes, *name):
        found = self.tree(4, *name) if classes > 1 else 0
        self._require(found < classes, "class")
        return found

    def _read_rows(self, count):
        """Of each row its class, and row and coefficient of its references."""
        row_class, references, width = 0, [], (count - 1).bit_length()
        for i in range(count):
            row_class = self._read_class(self.R, "row class", row_class)
            reference_count = self.tree(3, "count", len(references)) if self.B else 0
            references = [(self.tree(width, "row"), self.tree(8, "coefficient", r) - 128) for r in range(reference_count)]
            self._require(reference_count <= 4 and all(row < i for row, _ in references), "reference")
            yield row_class, references

    def _read_columns(self):
        """Of each column its class and its reference, -1 for none."""
        column_class = 0
        for j in range(self.width):
            column_class = self._read_class(self.C, "column class", column_class)
            column = self.tree(self.width.bit_length(), "column") if self.Y > 1 else 0
            self._require(column <= j // 32 * 32, "reference")
            yield column_class, column - 1

    def _read_table_numbers(self, contexts):
        numbers = []
        for x in range(contexts):
            inherited = table = numbers[x - self.Y if x >= self.Y else x - 1] if x else 0
            if self.N > 1 and self.tree(1, "same"):
                table = self.tree((self.N - 1).bit_length(), "table")
                self._require(table < self.N and table != inherited, "table")
            numbers.append(table)
        return numbers

    def _read_frequencies(self, table_before):
        before, left = 0, SLOTS
        for above in table_before:
            before = self.number("frequency", *((f.bit_length() + 1) // 2 for f in (before, above))) if left > 0 else 0
            left -= before
            yield before
        self._require(left == 0, "frequencies")
