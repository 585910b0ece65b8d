"""Sparse lines (spec/sparse.md): where the entries of a block are."""

from .primitives import bytes_for, number, packed, require

MOST_COUNT_BITS, MOST_ENTRIES = 17, 1 << 16


def decode_sparse(data, at, end, block):
    """The places of the entries among the cells of the block, in order, and where the positions end."""
    require(at < end, "sparse.truncated", at)
    count_bits, counts_at = data[at], at + 1
    require(count_bits <= MOST_COUNT_BITS, "sparse.count-bits", at)
    positions_at = counts_at + bytes_for(len(block.lengths) * count_bits)
    require(positions_at <= end, "sparse.truncated", at)
    counts, padding = packed(data, counts_at, count_bits, len(block.lengths))
    require(count_bits == max(counts).bit_length(), "sparse.count-bits", at)
    require(padding == 0, "sparse.padding", positions_at - 1)
    for i, (count, length) in enumerate(zip(counts, block.lengths)):
        require(count <= length, "sparse.count", counts_at + i * count_bits // 8)
    require(sum(counts) <= MOST_ENTRIES, "sparse.entries", counts_at)
    width = 1 if block.line_cells <= 256 else 2
    require(positions_at + sum(counts) * width <= end, "sparse.size", positions_at)
    places, line_at = [], 0
    for count, length in zip(counts, block.lengths):
        before = -1
        for _ in range(count):
            position = number(data, positions_at, width)
            require(position < length, "sparse.position-past-end", positions_at)
            require(position > before, "sparse.position-order", positions_at)
            places.append(line_at + position)
            positions_at, before = positions_at + width, position
        line_at += length
    return places, positions_at
