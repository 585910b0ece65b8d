"""Sparse lines (spec/sparse.md): where the entries of a block are."""

from .primitives import number, packed, require, require_each


def ascending(data, at, width, count, line, encoding):
    """Of `count` positions among the cells of a line where they lie, and the cells. spec/sparse.md, spec/encodings/cser.md"""
    before = -1
    for offset in range(at, at + count * width, width):
        position = number(data, offset, width)
        require(position < len(line), encoding + ".position-past-end", offset)
        require(position > before, encoding + ".position-order", offset)
        before = position
        yield offset, line[position]


def decode_sparse(data, at, end, block):
    """The places of the entries among the cells of the block, in order, and where the positions end. spec/sparse.md"""
    require(at < end, "sparse.truncated", at)
    count_bits, counts_at = data[at], at + 1
    require(count_bits <= 17, "sparse.count-bits", at)
    counts, positions_at, padding = packed(data, counts_at, count_bits, len(block.ranges))
    require(positions_at <= end, "sparse.truncated", at)
    require(count_bits == max(counts).bit_length(), "sparse.count-bits", at)
    require(padding == 0, "sparse.padding", positions_at - 1)
    require_each((count <= len(line) for count, line in zip(counts, block.ranges)), "sparse.count", counts_at, count_bits)
    require(sum(counts) <= 1 << 16, "sparse.entries", counts_at)
    places, at, width = [], positions_at, block.matrix.position_bytes
    require(at + sum(counts) * width <= end, "sparse.size", at)
    for count, line in zip(counts, block.ranges):
        places += [place for _, place in ascending(data, at, width, count, line, "sparse")]
        at += count * width
    return places, at
