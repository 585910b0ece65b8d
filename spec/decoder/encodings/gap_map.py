"""gap_map (spec/encodings/gap_map.md): coded gaps between the entries, and their values alone or in tuples."""

from ..huffman import block_code, decode_sequence, judge_nonzero as judge_table
from ..primitives import number, require

ID, BLOCK_LIMIT, USES = 6, 1 << 22, "code"
MOST_VALUES, MOST_TUPLES = 8, 1024


def _digits(tuple_, base, count):
    """The values of a tuple's number, the first from the lowest place."""
    return [tuple_ // base ** i % base for i in range(count)]


def _symbol_bits(coder):
    """What each entry takes."""
    bits = []
    for length, extra, first in coder.tokens:
        bits += [length + extra] * min(1 << extra, coder.count - first)
    return bits


def _tuples(coder, count):
    """The values of each symbol. § Tuples"""
    bits = _symbol_bits(coder)
    numbered = [_digits(i, coder.count, count) for i in range(coder.count ** count)]
    return sorted(numbered, key=lambda values: sum(bits[value] for value in values))


def _values(data, at, end, block, entries, count, tuple_code):
    """The entry numbers of all values. § Payload"""
    coder = block.table.coder
    if count == 1:
        return decode_sequence(coder, data, at, end, entries)
    tuples = _tuples(coder, count)
    symbols = decode_sequence(tuple_code, data, at, end, -(-entries // count))
    values = [value for symbol in symbols for value in tuples[symbol]]
    require(not any(values[entries:]), "gap_map.lacking-value", at)
    return values[:entries]


def decode(data, at, end, block):
    """§ Payload"""
    cells, begin, base = block.empty, at, block.table.coder.count
    if at == end:
        return cells
    require(end - at >= 3, "gap_map.truncated", begin)
    entries, count = number(data, at, 2) + 1, data[at + 2]
    in_tuples = 2 <= count <= MOST_VALUES and base > 1 and base ** count <= MOST_TUPLES
    require(count == 1 or in_tuples, "gap_map.tuple", begin)
    gap_code, at = block_code(data, at + 3, end)
    tuple_code, at = block_code(data, at, end, base ** count) if in_tuples else (None, at)
    require(end - at >= 4, "gap_map.truncated", begin)
    values_at = at + 4 + number(data, at, 4)
    require(values_at <= end, "gap_map.gap-bytes", at)
    gaps = decode_sequence(gap_code, data, at + 4, values_at, entries)
    require(sum(gaps) + entries <= block.count, "gap_map.past-end", begin)
    place = -1
    for gap, value in zip(gaps, _values(data, values_at, end, block, entries, count, tuple_code)):
        place += gap + 1
        cells[place] = block.table.entries[value]
    return cells
