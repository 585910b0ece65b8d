"""Coded blocks of context_map, as the specification describes them: side information, extra bits, states and words."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from .fields import Field, word

SLOTS, LEAST, LANES = 1 << 12, 1 << 16, 32


class Numbers:
    """The binary coder. Models are dictionaries from the name of a bit model to its state."""

    def __init__(self):
        self.low, self.range, self.data = 0, (1 << 32) - 1, bytearray()

    def bit(self, models, name, bit):
        zero, seen = models.get(name, (1 << 15, 0))
        bound = (self.range >> 16) * zero
        rate = min(6, (seen + 1).bit_length())
        if bit:
            self.low, self.range, zero = self.low + bound, self.range - bound, zero - (zero >> rate)
        else:
            self.range, zero = bound, zero + (65535 - zero >> rate)
        models[name] = zero, min(31, seen + 1)
        while self.range < 1 << 24:
            self.range <<= 8
            self._shift()

    def _shift(self):
        if self.low >> 32:
            at = len(self.data) - 1
            while self.data[at] == 255:
                self.data[at], at = 0, at - 1
            self.data[at] += 1
        self.data.append(self.low >> 24 & 255)
        self.low = (self.low & 0xFFFFFF) << 8

    def tree(self, models, width, number):
        p = 1
        for i in reversed(range(width)):
            self.bit(models, p, number >> i & 1)
            p = 2 * p + (number >> i & 1)

    def number(self, models, number):
        length = number.bit_length()
        self.tree(models.setdefault("length", {}), 5, length)
        p = 1
        for i in reversed(range(1, length)):
            bit = number >> i - 1 & 1
            self.bit(models, (length, p) if p < 4 else i, bit)
            p = 2 * p + bit

    def finish(self):
        for _ in range(4):
            self._shift()
        return bytes(self.data)


@dataclass
class Context:
    """The choices of a block; `rows` has (class, references), `columns` (class, reference + 1), where not default."""
    width: int
    tables: list
    extra: tuple | None = None
    classes: tuple = (1, 1, 1)
    thresholds: tuple = ()
    values: tuple = ()
    symbol_class: tuple = ()
    rows: dict = field(default_factory=dict)
    columns: dict = field(default_factory=dict)
    map: tuple = ()
    named: tuple = ()

    def row(self, i):
        return self.rows.get(i, (0, ()))

    def column(self, j):
        return self.columns.get(j, (0, 0))

    def tokens(self, indices):
        """The token of each index."""
        first = self.firsts()
        return [bisect_right(first, index) - 1 for index in indices] if first else list(indices)

    def firsts(self):
        """The first entry of each token, where tokens have extra bits."""
        return [0, *accumulate(1 << e for e in self.extra[:-1])] if self.extra else []


def side(made, cells):
    """The side information of a block of this many cells, whatever its numbers."""
    out = Numbers()
    out.tree({}, 16, made.width - 1)
    if made.extra is not None:
        out.tree({}, 8, len(made.extra) - 1)
        models = {}
        for extra in made.extra:
            out.number(models, extra)
    for count in made.classes:
        out.tree({}, 4, count - 1)
    out.tree({}, 6, len(made.thresholds))
    out.tree({}, 7, len(made.tables) - 1)
    _values(out, made)
    _rows(out, made, -(-cells // made.width))
    _columns(out, made)
    _map(out, made)
    models, above = {}, [0] * len(made.tables[0])
    for table in made.tables:
        _table(out, models, above, table)
        above = table
    return out.finish()


def _values(out, made):
    if made.thresholds:
        models, before = {}, 0
        for value in made.values:
            step = value - before
            out.number(models, -2 * step - 1 if step < 0 else 2 * step)
            before = value
        models, before = {}, -(1 << 14)
        for threshold in made.thresholds:
            out.number(models, threshold - before - 1)
            before = threshold
    if made.classes[2] > 1:
        models = {}
        for number in made.symbol_class:
            out.tree(models, 4, number)


def _rows(out, made, rows):
    classes, counts, references, coefficients = {}, {}, {}, {}
    before = 0, ()
    for i in range(rows):
        number, used = made.row(i)
        if made.classes[0] > 1:
            out.tree(classes.setdefault(before[0], {}), 4, number)
        if made.thresholds:
            out.tree(counts.setdefault(len(before[1]), {}), 3, len(used))
            for r, (row, coefficient) in enumerate(used):
                out.tree(references, (rows - 1).bit_length(), row)
                out.tree(coefficients.setdefault(r, {}), 8, coefficient + 128)
        before = number, used


def _columns(out, made):
    classes, references, before = {}, {}, 0
    for j in range(made.width):
        number, reference = made.column(j)
        if made.classes[1] > 1:
            out.tree(classes.setdefault(before, {}), 4, number)
        if made.classes[2] > 1:
            out.tree(references, made.width.bit_length(), reference)
        before = number


def _map(out, made):
    """`named` holds contexts whose table is named though it need not be."""
    same, tables = {}, {}
    if len(made.tables) == 1:
        return
    for x, table in enumerate(made.map):
        y = made.classes[2]
        above = made.map[x - y] if x >= y else made.map[x - 1] if x else 0
        differs = table != above or x in made.named
        out.tree(same, 1, differs)
        if differs:
            out.tree(tables, (len(made.tables) - 1).bit_length(), table)


def _table(out, models, above, table):
    left, before = SLOTS, 0
    for b, frequency in zip(above, table):
        if left != 0:
            z = (before.bit_length() + 1) // 2, (b.bit_length() + 1) // 2
            out.number(models.setdefault(z, {}), frequency)
        left, before = left - frequency, frequency


def tables_of(made, tokens):
    """The number of the table of each token."""
    tables = []
    for at, _ in enumerate(tokens):
        i, j = divmod(at, made.width)
        (row_class, used), (column_class, reference) = made.row(i), made.column(j)
        p = 32 + sum(c * made.values[tokens[r * made.width + j]] for r, c in used) >> 6
        number = sum(t <= p for t in made.thresholds)
        y = made.symbol_class[tokens[at - j + reference - 1]] if reference else 0
        x = row_class * made.classes[1] + column_class
        x = (x * (len(made.thresholds) + 1) + number) * made.classes[2] + y
        tables.append(made.map[x] if len(made.tables) > 1 else 0)
    return tables


def rans(made, tokens, early=None):
    """States and words; for cell number `early` a word is put before it must be."""
    starts = [[0, *accumulate(table)] for table in made.tables]
    states, words = [LEAST] * LANES, []
    for at, (token, table) in reversed(list(enumerate(zip(tokens, tables_of(made, tokens))))):
        lane = at % made.width % LANES
        frequency, state = made.tables[table][token], states[lane]
        if state >= frequency << 20 or at == early:
            words.append(state & 0xFFFF)
            state >>= 16
        states[lane] = (state // frequency << 12) + state % frequency + starts[table][token]
    return states, words[::-1]


def coded(made, indices, early=None):
    """The fields of a coded block; `early` as for `rans`."""
    tokens, first, bits, size = made.tokens(indices), made.firsts(), 0, 0
    for index, token in zip(indices, tokens) if first else ():
        bits |= index - first[token] << size
        size += made.extra[token]
    states, words = rans(made, tokens, early)
    data = side(made, len(tokens))
    return [word("side_bytes", 4, len(data)), word("extra_bytes", 4, (size + 7) // 8), Field("side", data),
            word("extra", (size + 7) // 8, bits),
            Field("states", b"".join(state.to_bytes(4, "little") for state in states)),
            Field("words", b"".join(number.to_bytes(2, "little") for number in words))]
