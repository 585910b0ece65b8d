"""delta_map (spec/encodings/delta_map.md): each line as another line of its block, and the cells that differ."""

from itertools import accumulate

from .huffman import block_code, decode_sequence
from .primitives import number, require

PART = 1 << 16


def _parts(count):
    """How many numbers each part has. § Payload"""
    return [min(PART, count - i) for i in range(0, count, PART)]


def _visit(numbers, segments, at):
    """The lines in the order of the visit, each with the one that it refers to, or None. § References"""
    followers, count, order = {}, len(numbers), []
    for i, distance in enumerate(numbers):
        require(distance < count, "delta_map.reference", at)
        other = (i - distance) % count if distance else None
        require(other is None or (i - other) % segments == 0, "delta_map.segment", at)
        followers.setdefault(other, []).append((i, other))
    waiting = followers.get(None, [])[::-1]
    while waiting:
        order.append(waiting.pop())
        waiting += followers.get(order[-1][0], [])[::-1]
    require(len(order) == count, "delta_map.circle", at)
    return order


def _changed(old, value, first):
    """The new cell. § Changes"""
    if old != 0 and value == first:
        return 0
    return first if old != 0 and value == old else value


def _apply(block, order, places, symbols):
    """The cells, from the places of the changes in the order of the visit and their symbols. § Changes"""
    cells, entries, visited, n = [0] * block.count, block.table.entries, 0, 0
    starts = [*accumulate(block.lengths, initial=0)]
    for line, other in order:
        begin, length = starts[line], block.lengths[line]
        if other is not None:
            cells[begin:begin + length] = cells[starts[other]:starts[other] + length]
        while n < len(places) and places[n] < visited + length:
            cell = begin + places[n] - visited
            cells[cell] = _changed(cells[cell], entries[symbols[n]], entries[0])
            n += 1
        visited += length
    return cells


def decode_delta_map(data, at, end, block):
    """§ Payload"""
    start = at
    require(at + 4 <= end, "delta_map.truncated", start)
    changes = number(data, at, 4)
    require(changes <= block.count, "delta_map.changes", at)
    line_coder, at = block_code(data, at + 4, end)
    gap_coder, at = block_code(data, at, end)
    value_coder, at = block_code(data, at, end, block.table.coder.count)
    line_parts, change_parts = _parts(len(block.lengths)), _parts(changes)
    first = at + 4 * (len(line_parts) + 2 * len(change_parts))
    require(first <= end, "delta_map.truncated", start)
    ends = [*accumulate((number(data, i, 4) for i in range(at, first, 4)), initial=first)]
    require(ends[-1] == end, "delta_map.sequence-bytes", at)
    places, symbols, place, spans = [], [], -1, iter(zip(ends, ends[1:]))
    numbers = [n for count in line_parts for n in decode_sequence(line_coder, data, *next(spans), count)]
    order = _visit(numbers, block.matrix.segments, first)
    for count in change_parts:
        gaps_at, gaps_end = next(spans)
        gaps = decode_sequence(gap_coder, data, gaps_at, gaps_end, count)
        symbols += decode_sequence(value_coder, data, *next(spans), count)
        for gap in gaps:
            place += gap + 1
            places.append(place)
        require(place < block.count, "delta_map.past-end", gaps_at)
    return _apply(block, order, places, symbols)
