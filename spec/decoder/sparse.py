"""Sparse lines (spec/sparse.md): where the entries of a block are."""

from .primitives import bytes_for, number, packed, require


def ascending(data, at, width, count, cells, encoding):
    """Where `count` positions among the cells of a line lie, and what they are. spec/sparse.md, spec/encodings/cser.md"""
    before = -1
    for offset in range(at, at + count * width, width):
        position = number(data, offset, width)
        require(position < cells, encoding + ".position-past-end", offset)
        require(position > before, encoding + ".position-order", offset)
        before = position
        yield offset, position


def decode_sparse(data, at, end, block):
    """The places of the entries among the cells of the block, in order, and where the positions end. spec/sparse.md"""
    require(at < end, "sparse.truncated", at)
    count_bits, counts_at = data[at], at + 1
    require(count_bits <= 17, "sparse.count-bits", at)
    positions_at = counts_at + bytes_for(len(block.lengths) * count_bits)
    require(positions_at <= end, "sparse.truncated", at)
    counts, padding = packed(data, counts_at, count_bits, len(block.lengths))
    require(count_bits == max(counts).bit_length(), "sparse.count-bits", at)
    require(padding == 0, "sparse.padding", positions_at - 1)
    for i, (count, length) in enumerate(zip(counts, block.lengths)):
        require(count <= length, "sparse.count", counts_at + i * count_bits // 8)
    require(sum(counts) <= 1 << 16, "sparse.entries", counts_at)
    width = block.matrix.position_bytes
    require(positions_at + sum(counts) * width <= end, "sparse.size", positions_at)
    places, at, line_at = [], positions_at, 0
    for count, length in zip(counts, block.lengths):
        places += [line_at + position for _, position in ascending(data, at, width, count, length, "sparse")]
        at, line_at = at + count * width, line_at + length
    return places, at
