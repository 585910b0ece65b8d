"""Encodings whose places are coded as gaps: gap_map and, where a mask does not take their place, delta_map (spec/encodings/)."""

from bisect import bisect_left
from itertools import accumulate, chain, islice, product

from .huffman import block_code, decode_sequence
from .primitives import bytes_for, cells_of, cells_with, number, packed, require


def _tuples(coder, values):
    """The tuples by symbol, each from its first value on. spec/encodings/gap_map.md § Tuples"""
    costs = [length + extra for length, extra, _ in coder.tokens for _ in range(1 << extra)]
    by_number = product(range(coder.count), repeat=values)  # last values first
    return [values[::-1] for values in sorted(by_number, key=lambda values: sum(costs[value] for value in values))]


def places_behind(gaps):
    """The places that have these gaps before them."""
    return [entry + gaps_before for entry, gaps_before in enumerate(accumulate(gaps))]


def decode_gap_map(data, at, end, block):
    """Gaps that run on from line to line, values alone or in tuples. spec/encodings/gap_map.md § Payload"""
    if at == end:
        return [0] * block.count
    start, coder, k = at, block.table.coder, block.table.coder.count
    require(at + 3 <= end, "gap_map.truncated", start)
    entries, values = number(data, at, 2) + 1, data[at + 2]
    in_tuples = 2 <= values <= 8 and 2 <= k and k ** values <= 1024
    require(values == 1 or in_tuples, "gap_map.tuple", start)
    gap_coder, at = block_code(data, at + 3, end)
    value_coder, at = block_code(data, at, end, k ** values) if in_tuples else (coder, at)
    require(at + 4 <= end, "gap_map.truncated", start)
    values_at = at + 4 + number(data, at, 4)
    require(values_at <= end, "gap_map.gap-bytes", at)
    gaps = decode_sequence(gap_coder, data, at + 4, values_at, entries)
    require(sum(gaps) + entries <= block.count, "gap_map.past-end", start)
    symbols = decode_sequence(value_coder, data, values_at, end, -(-entries // values))
    if in_tuples:
        tuples = _tuples(coder, values)
        symbols = list(chain.from_iterable(tuples[symbol] for symbol in symbols))
    require(not any(symbols[entries:]), "gap_map.lacking-value", values_at)
    return cells_with([block.table.entries[symbol] for symbol in symbols], places_behind(gaps), block.count)


def _parts(count):
    """How many numbers each part has. spec/encodings/delta_map.md § Payload"""
    return [min(1 << 16, count - i) for i in range(0, count, 1 << 16)]


def _visit(numbers, segments, at):
    """The lines in the order of the visit, each with the one that it refers to, or None. spec/encodings/delta_map.md § References"""
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
    """The new cell: the rows of the table from the last to the first. spec/encodings/delta_map.md § Changes"""
    return {old: first, first: 0}.get(value, value) if old != 0 else value


def _apply(block, order, places, symbols):
    """The cells, from the places of the changes in the order of the visit and their symbols. The same section"""
    cells, entries, visited = [0] * block.count, block.table.entries, 0
    for i, other in order:
        line = block.ranges[i]
        if other is not None:
            cells[line.start:line.stop] = [cells[cell] for cell in block.ranges[other]]
        for n in range(bisect_left(places, visited), bisect_left(places, visited + len(line))):
            cell = line[places[n] - visited]
            cells[cell] = _changed(cells[cell], entries[symbols[n]], entries[0])
        visited += len(line)
    return cells


def _masked(data, at, count, changes):
    """The places of the changes by the mask, which is not stored for all cells. spec/encodings/delta_map.md § Payload"""
    if changes == count:
        return range(count)
    bits, mask_end, padding = packed(data, at, 1, count)
    require(padding == 0, "delta_map.mask-padding", mask_end - 1)
    require(sum(bits) == changes, "delta_map.mask-count", at)
    return [place for place, bit in enumerate(bits) if bit]


def _with_gaps(decoded, count):
    """The places of the changes, and their symbols, by sequences of gaps and values in turn. The same section"""
    gaps, symbols, visited = [], [], 0
    for (gaps_at, more_gaps), (_, more_symbols) in zip(decoded, decoded):
        gaps += more_gaps
        symbols += more_symbols
        visited += sum(more_gaps) + len(more_gaps)
        require(visited <= count, "delta_map.past-end", gaps_at)
    return places_behind(gaps), symbols


def decode_delta_map(data, at, end, block):
    """Each line as another line of its block, and the cells that differ. spec/encodings/delta_map.md § Payload"""
    start = at
    require(at + 4 <= end, "delta_map.truncated", start)
    changes = number(data, at, 4)
    require(changes <= block.count, "delta_map.changes", at)
    by_mask = 8 * changes >= 3 * block.count
    line_coder, at = block_code(data, at + 4, end)
    gap_coder, at = (None, at) if by_mask else block_code(data, at, end)
    value_coder, at = block_code(data, at, end, block.table.coder.count)
    coders = [value_coder] if by_mask else [gap_coder, value_coder]
    line_parts = [(line_coder, count) for count in _parts(len(block.ranges))]
    parts = line_parts + [(coder, count) for count in _parts(changes) for coder in coders]
    sizes_at = at + (bytes_for(block.count) if by_mask and changes < block.count else 0)
    first = sizes_at + 4 * len(parts)
    require(first <= end, "delta_map.truncated", start)
    places = _masked(data, at, block.count, changes) if by_mask else None
    bounds = [*accumulate(cells_of(data[sizes_at:first], 32), initial=first)]
    require(bounds[-1] == end, "delta_map.sequence-bytes", sizes_at)
    decoded = ((begin, decode_sequence(coder, data, begin, until, count))
               for (coder, count), begin, until in zip(parts, bounds, bounds[1:]))
    numbers = [distance for _, part in islice(decoded, len(line_parts)) for distance in part]
    order = _visit(numbers, block.matrix.segments, first)
    if by_mask:
        symbols = [symbol for _, part in decoded for symbol in part]
    else:
        places, symbols = _with_gaps(decoded, block.count)
    return _apply(block, order, places, symbols)
