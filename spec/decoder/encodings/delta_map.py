"""delta_map (spec/encodings/delta_map.md): lines as other lines and what changes in them."""

from ..huffman import block_code, decode_sequence, judge_nonzero as judge_table
from ..primitives import number, require

ID, BLOCK_LIMIT, USES = 8, 1 << 24, "code"
PART = 1 << 16


def _parts(count):
    """The numbers in each part. § Payload"""
    return [min(PART, count - begin) for begin in range(0, count, PART)]


def _visit(references):
    """The lines in visiting order; fewer than all if there is a circle. § References"""
    children, order = {}, []
    for line, reference in enumerate(references):
        children.setdefault(None if reference == line else reference, []).append(line)
    stack = children.get(None, [])[::-1]
    while stack:
        order.append(stack.pop())
        stack += children.get(order[-1], [])[::-1]
    return order


def _references(distances, segments, at):
    lines, references = len(distances), []
    for i, distance in enumerate(distances):
        require(distance < lines, "delta_map.reference", at)
        references.append((i - distance) % lines)
        require((i - references[i]) % segments == 0, "delta_map.segment", at)
    return references


def _changed(old, value, first):
    """§ Changes"""
    if old == 0:
        return value
    if value == first:
        return 0
    return first if value == old else value


class _Lines:
    """The cells of a block that are restored line by line in visiting order."""

    def __init__(self, block, references):
        self.begins = [sum(block.lengths[:i]) for i in range(len(block.lengths))]
        self.block, self.references, self.cells = block, references, block.empty
        self.order, self.at, self.end = iter(_visit(references)), 0, 0

    def next_line(self):
        """Begins the next line; false behind the last."""
        line = next(self.order, None)
        if line is None:
            return False
        begin, length = self.begins[line], self.block.lengths[line]
        if self.references[line] != line:
            from_ = self.begins[self.references[line]]
            self.cells[begin:begin + length] = self.cells[from_:from_ + length]
        self.at, self.end = begin, begin + length
        return True

    def change(self, gap, value, fault_at):
        """Makes the change behind `gap` cells."""
        while gap >= self.end - self.at:
            gap -= self.end - self.at
            require(self.next_line(), "delta_map.past-end", fault_at)
        entries = self.block.table.entries
        self.at += gap
        self.cells[self.at] = _changed(self.cells[self.at], entries[value], entries[0])
        self.at += 1


def decode(data, at, end, block):
    """§ Payload"""
    begin = at
    require(end - at >= 4, "delta_map.truncated", begin)
    changes = number(data, at, 4)
    require(changes <= block.count, "delta_map.changes", begin)
    coders, at = [], at + 4
    for numbers in (None, None, len(block.table.entries)):
        coder, at = block_code(data, at, end, numbers)
        coders.append(coder)
    line_parts, change_parts = _parts(len(block.lengths)), _parts(changes)
    count = len(line_parts) + 2 * len(change_parts)
    require(end - at >= 4 * count, "delta_map.truncated", begin)
    sizes = [number(data, at + 4 * i, 4) for i in range(count)]
    require(sum(sizes) == end - at - 4 * count, "delta_map.sequence-bytes", at)
    at, sizes = at + 4 * count, iter(sizes)

    def sequence(coder, symbols):
        nonlocal at
        first, at = at, at + next(sizes)
        return decode_sequence(coder, data, first, at, symbols)

    references_at = at
    distances = [distance for part in line_parts for distance in sequence(coders[0], part)]
    lines = _Lines(block, _references(distances, block.segments, references_at))
    require(len(_visit(lines.references)) == len(distances), "delta_map.circle", references_at)
    for part in change_parts:
        gaps_at = at
        gaps, values = sequence(coders[1], part), sequence(coders[2], part)
        for gap, value in zip(gaps, values):
            lines.change(gap, value, gaps_at)
    while lines.next_line():
        pass
    return lines.cells
