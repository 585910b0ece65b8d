"""context_map (spec/encodings/context_map.md): each cell as a token under the table of its context."""

from bisect import bisect_right
from itertools import accumulate

from ..primitives import Bits, bytes_for, number, packed, require
from ..rans import LANES, SLOTS, Numbers, States, table_of

ID, BLOCK_LIMIT, USES = 9, 1 << 23, "codebook"
LEAST_CELLS, GROUP, MOST_EXTRA, MOST_VALUE, MOST_THRESHOLD, MOST_REFERENCES = 1024, 32, 23, 2047, 1 << 14, 4


def decode(data, at, end, block):
    """§ Payload"""
    require(at + 4 <= end, "context_map.size", at)
    decode_indices = _coded if number(data, at, 4) else _packed
    return [block.table[index] for index in decode_indices(data, at, end, block.count, len(block.table))]


def _packed(data, at, end, count, k):
    """The packed form. § Payload"""
    width = (k - 1).bit_length()
    require(end == at + 4 + bytes_for(count * width), "context_map.size", at)
    indices, padding = packed(data, at + 4, width, count)
    require(padding == 0, "context_map.padding", end - 1)
    require(max(indices) < k, "context_map.index", at + 4)
    return indices


def _coded(data, at, end, count, k):
    """The coded form. § Payload"""
    side_at, extra_at = at + 8, at + 8 + number(data, at, 4)
    states_at = extra_at + number(data, at + 4, 4)
    words_bytes = end - states_at - 4 * LANES
    whole = count >= LEAST_CELLS and side_at <= end and words_bytes >= 0 and words_bytes % 2 == 0
    require(whole, "context_map.size", at)
    side, states = Side(Numbers(data, side_at, extra_at), side_at, count, k), States(data, states_at, end)
    tokens = _tokens(side, states, count)
    require(states.read == len(states.words), "context_map.words", at)
    require(states.are_good(), "context_map.states", at)
    bits = Bits(data, extra_at)
    indices = [side.firsts[token] + bits.take(side.extras[token]) for token in tokens]
    require(bits.end() == states_at, "context_map.extra", extra_at)
    require(bits.padding() == 0, "context_map.padding", states_at - 1)
    require(max(indices) < k, "context_map.index", extra_at)
    return indices


def _tokens(side, states, count):
    """The tokens of all cells in line order. § Contexts"""
    rows = []
    for i in range(side.rows):
        row, references = [], [(rows[other], coefficient) for other, coefficient in side.row_references[i]]
        rows.append(row)
        for j in range(min(side.width, count - i * side.width)):
            p = 32 + sum(coefficient * side.values[other[j]] for other, coefficient in references) >> 6
            column = side.column_references[j]
            y = side.classes[row[column]] if column >= 0 else 0
            context = side.row_classes[i] * side.C + side.column_classes[j]
            context = (context * (side.B + 1) + bisect_right(side.thresholds, p)) * side.Y + y
            row.append(states.symbol(j % LANES, side.tables[context]))
    return [token for row in rows for token in row]


class Side:
    """The side information of `count` cells over `k` entries, its numbers named as in the text. § Side information"""

    def __init__(self, numbers, at, count, k):
        self.at, self.tree, self.number = at, numbers.tree, numbers.number
        self.width = self.tree(16, "width") + 1
        self._require(GROUP <= self.width <= count, "width")
        self.rows = -(-count // self.width)
        self._read_tokens(k)
        self.R, self.C, self.Y = (self.tree(4, name) + 1 for name in "RCY")
        self.B, self.N = self.tree(6, "B"), self.tree(7, "N") + 1
        self.contexts = self.R * self.C * (self.B + 1) * self.Y
        self._require(self.contexts <= min(1 << 14, count // 16) and self.N <= 1 + count // 1024, "contexts")
        self._read_values()
        self.classes = [self._read_class(self.Y, "symbol class") for _ in self.extras]
        self._read_rows()
        self._read_columns()
        self._read_tables()
        self._require(numbers.end_well(), "side-end")

    def _require(self, condition, rule):
        require(condition, "context_map." + rule, self.at)

    def _read_tokens(self, k):
        self.extras = [0] * k
        if k > 256:
            self.extras = [0] * (self.tree(8, "T") + 1)
            for t in range(len(self.extras)):
                self.extras[t] = self.number("extra")
                self._require(self.extras[t] <= MOST_EXTRA, "tokens")
        *self.firsts, total = accumulate((1 << extra for extra in self.extras), initial=0)
        self._require(self.firsts[-1] < k <= total, "tokens")

    def _read_values(self):
        value, threshold, self.values, self.thresholds = 0, -MOST_THRESHOLD, [], []
        for _ in self.extras if self.B else ():
            folded = self.number("value")
            value += folded // 2 if folded % 2 == 0 else -(folded + 1) // 2
            self._require(abs(value) <= MOST_VALUE, "value")
            self.values.append(value)
        for _ in range(self.B):
            threshold += 1 + self.number("threshold")
            self._require(threshold <= MOST_THRESHOLD, "value")
            self.thresholds.append(threshold)

    def _read_class(self, classes, *name):
        found = self.tree(4, *name) if classes > 1 else 0
        self._require(found < classes, "class")
        return found

    def _read_rows(self):
        self.row_classes, self.row_references, row_class, references = [], [], 0, 0
        for i in range(self.rows):
            row_class = self._read_class(self.R, "row class", row_class)
            references = self.tree(3, "count", references) if self.B else 0
            self._require(references <= MOST_REFERENCES, "reference")
            self.row_classes.append(row_class)
            self.row_references.append([self._read_reference(i, r) for r in range(references)])

    def _read_reference(self, i, r):
        row = self.tree((self.rows - 1).bit_length(), "row")
        self._require(row < i, "reference")
        return row, self.tree(8, "coefficient", r) - 128

    def _read_columns(self):
        self.column_classes, self.column_references, column_class = [], [], 0
        for j in range(self.width):
            column_class = self._read_class(self.C, "column class", column_class)
            column = self.tree(self.width.bit_length(), "column") if self.Y > 1 else 0
            self._require(column <= j // GROUP * GROUP, "reference")
            self.column_classes.append(column_class)
            self.column_references.append(column - 1)

    def _read_tables(self):
        numbers = []
        for x in range(self.contexts):
            inherited = table = numbers[x - self.Y if x >= self.Y else x - 1] if x else 0
            if self.N > 1 and self.tree(1, "same"):
                table = self.tree((self.N - 1).bit_length(), "table")
                self._require(table < self.N and table != inherited, "table")
            numbers.append(table)
        frequencies, tables = [0] * len(self.extras), []
        for _ in range(self.N):
            frequencies = self._read_frequencies(frequencies)
            tables.append(table_of(frequencies))
        self.tables = [tables[n] for n in numbers]

    def _read_frequencies(self, table_before):
        frequencies, before, left = [], 0, SLOTS
        for above in table_before:
            before = self.number("frequency", *((f.bit_length() + 1) // 2 for f in (before, above))) if left else 0
            left -= before
            self._require(left >= 0, "frequencies")
            frequencies.append(before)
        self._require(left == 0, "frequencies")
        return frequencies
