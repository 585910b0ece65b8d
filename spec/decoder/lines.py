"""Matrices and lines (spec/container.md § Matrices and lines)."""

from array import array
from math import prod

SEGMENT = 1 << 16


class Lines:
    """The lines of a tensor, from its shape, split and line direction."""

    def __init__(self, record):
        self.rows, self.cols = prod(record.shape[:record.split]), prod(record.shape[record.split:])
        self.cells = self.rows * self.cols
        self.by_columns = record.direction == 1
        self.length, uncut = (self.rows, self.cols) if self.by_columns else (self.cols, self.rows)
        self.segments = -(-self.length // SEGMENT) or 1
        self.count = uncut * self.segments if self.cells else 0
        self.line_cells = min(self.length, SEGMENT)

    def cells_before(self, line):
        """How many cells the lines before this one have."""
        whole, segment = divmod(line, self.segments)
        return whole * self.length + segment * SEGMENT

    def lengths(self, first, count):
        """The cells of each of some lines."""
        last = self.length - (self.segments - 1) * SEGMENT
        return [last if i % self.segments == self.segments - 1 else SEGMENT for i in range(first, first + count)]

    def c_order(self, cells):
        """An array of cells in line order, in C order."""
        if not self.by_columns or self.rows == 1 or self.cols == 1:
            return cells
        turned = array(cells.typecode, bytes(len(cells) * cells.itemsize))
        for row in range(self.rows):
            turned[row * self.cols:(row + 1) * self.cols] = cells[row::self.rows]
        return turned
