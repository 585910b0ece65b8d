"""gap_map (spec/encodings/gap_map.md): gaps that run on from line to line, values alone or in tuples."""

from itertools import accumulate, chain, product

from .huffman import block_code, decode_sequence
from .primitives import cells_with, number, require


def _tuples(coder, values):
    """The tuples by symbol, each from its first value on. § Tuples"""
    costs = [length + extra for length, extra, _ in coder.tokens for _ in range(1 << extra)]
    by_number = product(range(coder.count), repeat=values)  # last values first
    return [values[::-1] for values in sorted(by_number, key=lambda values: sum(costs[value] for value in values))]


def places_behind(gaps):
    """The places that have these gaps before them."""
    return [entry + gaps_before for entry, gaps_before in enumerate(accumulate(gaps))]


def decode_gap_map(data, at, end, block):
    """§ Payload"""
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
