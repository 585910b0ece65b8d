"""context_map (spec/encodings/context_map.md): tokens under tables that contexts choose."""

from itertools import accumulate

from ..primitives import number, packed, padding_is_zero, require
from ..rans import LEAST, SLOTS, Numbers, Table

ID, BLOCK_LIMIT, USES = 9, 1 << 24, "codebook"
HEAD, STATES = 8, 128


def decode(data, at, end, block):
    """§ Payload"""
    require(end - at >= 4, "context_map.size", at)
    coded = number(data, at, 4) != 0
    indices = (_coded if coded else _packed)(data, at, end, block)
    cells = block.empty
    for place, index in enumerate(indices):
        cells[place] = block.table[index]
    return cells


def _packed(data, at, end, block):
    width = (len(block.table) - 1).bit_length()
    require(end - at == 4 + (block.count * width + 7) // 8, "context_map.size", at)
    require(padding_is_zero(data, at + 4, block.count * width), "context_map.padding", end - 1)
    indices = packed(data, at + 4, width, block.count)
    require(max(indices) < len(block.table), "context_map.index", at + 4)
    return indices


def _coded(data, at, end, block):
    require(block.count >= 1024 and end - at >= HEAD, "context_map.size", at)
    extra_at = at + HEAD + number(data, at, 4)
    states_at = extra_at + number(data, at + 4, 4)
    words_at = states_at + STATES
    require(words_at <= end and (end - words_at) % 2 == 0, "context_map.size", at)
    side = Side(Numbers(data, at + HEAD, extra_at), at + HEAD, len(block.table), block.count)
    tokens = _tokens(data, at, states_at, end, side)
    bits = sum(side.extra[t] for t in tokens)
    require((bits + 7) // 8 == states_at - extra_at, "context_map.extra", extra_at)
    if len(block.table) <= 256:
        return tokens
    require(padding_is_zero(data, extra_at, bits), "context_map.padding", states_at - 1)
    string, first = number(data, extra_at, states_at - extra_at), [0, *accumulate(1 << e for e in side.extra)]
    indices = []
    for token in tokens:
        indices.append(first[token] + (string & (1 << side.extra[token]) - 1))
        string >>= side.extra[token]
    require(max(indices) < len(block.table), "context_map.index", extra_at)
    return indices


class Side:
    """The choices of a block. § Side information"""

    def __init__(self, numbers, offset, entries, cells):
        self.numbers, self.offset, self.cells = numbers, offset, cells
        self.width = numbers.tree({}, 16) + 1
        self.require(32 <= self.width <= cells, "width")
        self.row_count = -(-cells // self.width)
        self.extra = [0] * entries if entries <= 256 else self.read_extra(entries)
        self.row_classes, self.column_classes, self.symbol_classes = (numbers.tree({}, 4) + 1 for _ in range(3))
        self.bins, self.table_count = numbers.tree({}, 6) + 1, numbers.tree({}, 7) + 1
        self.contexts = self.row_classes * self.column_classes * self.bins * self.symbol_classes
        self.require(self.contexts <= min(1 << 14, cells // 16) and self.table_count <= 1 + cells // 1024, "contexts")
        self.values = self.read_values() if self.bins > 1 else None
        self.thresholds = self.read_thresholds() if self.bins > 1 else []
        self.symbol_class = self.read_symbol_classes()
        self.rows = self.read_rows()
        self.columns = self.read_columns()
        self.map = self.read_map()
        self.tables = self.read_tables()
        self.require(numbers.ends_well(), "side-end")

    def require(self, condition, label):
        require(condition, "context_map." + label, self.offset)

    def read_extra(self, entries):
        extra, models, first, end = [], {}, 0, 0
        for _ in range(self.numbers.tree({}, 8) + 1):
            extra.append(self.numbers.number(models))
            self.require(extra[-1] <= 23, "tokens")
            first, end = end, end + (1 << extra[-1])
        self.require(first < entries <= end, "tokens")
        return extra

    def read_values(self):
        values, models, value = [], {}, 0
        for _ in self.extra:
            folded = self.numbers.number(models)
            value += -(folded // 2) - 1 if folded % 2 else folded // 2
            self.require(-2047 <= value <= 2047, "value")
            values.append(value)
        return values

    def read_thresholds(self):
        thresholds, models, threshold = [], {}, -(1 << 14)
        for _ in range(self.bins - 1):
            threshold += 1 + self.numbers.number(models)
            self.require(threshold <= 1 << 14, "value")
            thresholds.append(threshold)
        return thresholds

    def read_class(self, models, count):
        if count == 1:
            return 0
        number_of_class = self.numbers.tree(models, 4)
        self.require(number_of_class < count, "class")
        return number_of_class

    def read_symbol_classes(self):
        models = {}
        return [self.read_class(models, self.symbol_classes) for _ in self.extra]

    def read_rows(self):
        rows, classes, counts, references, coefficients = [], {}, {}, {}, {}
        before, count = 0, 0
        for i in range(self.row_count):
            before = self.read_class(classes.setdefault(before, {}), self.row_classes)
            used = []
            if self.bins > 1:
                count = self.numbers.tree(counts.setdefault(count, {}), 3)
                self.require(count <= 4, "reference")
            for r in range(count):
                row = self.numbers.tree(references, (self.row_count - 1).bit_length())
                self.require(row < i, "reference")
                used.append((row, self.numbers.tree(coefficients.setdefault(r, {}), 8) - 128))
            rows.append((before, used))
        return rows

    def read_columns(self):
        columns, classes, references, before = [], {}, {}, 0
        for j in range(self.width):
            before = self.read_class(classes.setdefault(before, {}), self.column_classes)
            reference = 0
            if self.symbol_classes > 1:
                reference = self.numbers.tree(references, self.width.bit_length())
                self.require(reference <= j // 32 * 32, "reference")
            columns.append((before, reference))
        return columns

    def read_map(self):
        tables, same, names = [0] * self.contexts, {}, {}
        for x in range(self.contexts if self.table_count > 1 else 0):
            y = self.symbol_classes
            tables[x] = tables[x - y] if x >= y else tables[x - 1] if x else 0
            if self.numbers.tree(same, 1):
                named = self.numbers.tree(names, (self.table_count - 1).bit_length())
                self.require(named != tables[x] and named < self.table_count, "table")
                tables[x] = named
        return tables

    def read_tables(self):
        tables, models, above = [], {}, [0] * len(self.extra)
        for _ in range(self.table_count):
            left, before, table = SLOTS, 0, []
            for b in above:
                z = (before.bit_length() + 1) // 2, (b.bit_length() + 1) // 2
                before = self.numbers.number(models.setdefault(z, {})) if left else 0
                self.require(before <= left, "frequencies")
                table.append(before)
                left -= before
            self.require(left == 0, "frequencies")
            tables.append(Table(table))
            above = table
        return tables

    def context(self, tokens, i, j):
        """§ Contexts"""
        (row_class, used), (column_class, reference) = self.rows[i], self.columns[j]
        p = 32 + sum(c * self.values[tokens[r * self.width + j]] for r, c in used) >> 6
        chosen = sum(t <= p for t in self.thresholds)
        y = self.symbol_class[tokens[i * self.width + reference - 1]] if reference else 0
        return ((row_class * self.column_classes + column_class) * self.bins + chosen) * self.symbol_classes + y


def _tokens(data, at, states_at, end, side):
    words_at = states_at + STATES
    states = [number(data, states_at + 4 * lane, 4) for lane in range(32)]
    begun, tokens = min(states) >= LEAST, []
    for place in range(side.cells):
        i, j = divmod(place, side.width)
        token, state = side.tables[side.map[side.context(tokens, i, j)]].step(states[j % 32])
        if state < LEAST:
            state = state << 16 | (number(data, words_at, 2) if words_at < end else 0)
            words_at += 2
        states[j % 32] = state
        tokens.append(token)
    require(words_at == end, "context_map.words", at)
    require(begun and all(state == LEAST for state in states), "context_map.states", at)
    return tokens
