"""Sparse lines (spec/sparse.md): where the entries of a block are."""

from .primitives import number, packed, padding_is_zero, require

MOST_COUNT_BITS, MOST_ENTRIES = 17, 1 << 16


def decode_sparse(data, at, end, lengths, line_cells):
    """The places of the entries among the cells of the block, in order, and where the positions end."""
    require(at < end, "sparse.truncated", at)
    count_bits, counts_at = data[at], at + 1
    require(count_bits <= MOST_COUNT_BITS, "sparse.count-bits", at)
    counts_bytes = (len(lengths) * count_bits + 7) // 8
    require(counts_at + counts_bytes <= end, "sparse.truncated", at)
    counts = packed(data, counts_at, count_bits, len(lengths))
    require(count_bits == max(counts).bit_length(), "sparse.count-bits", at)
    positions_at = counts_at + counts_bytes
    require(padding_is_zero(data, counts_at, len(lengths) * count_bits), "sparse.padding", positions_at - 1)
    for i, (count, length) in enumerate(zip(counts, lengths)):
        require(count <= length, "sparse.count", counts_at + i * count_bits // 8)
    entries = sum(counts)
    require(entries <= MOST_ENTRIES, "sparse.entries", counts_at)
    width = 1 if line_cells <= 256 else 2
    require(positions_at + entries * width <= end, "sparse.size", positions_at)
    places, start, position_at = [], 0, positions_at
    for count, length in zip(counts, lengths):
        before = -1
        for _ in range(count):
            position = number(data, position_at, width)
            require(position < length, "sparse.position-past-end", position_at)
            require(position > before, "sparse.position-order", position_at)
            places.append(start + position)
            position_at, before = position_at + width, position
        start += length
    return places, position_at
