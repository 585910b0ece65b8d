"""Encodings that list positions in lines: csc and sham by sparse lines (spec/sparse.md), and cser (spec/encodings/)."""

from itertools import accumulate, islice

from .primitives import cells_of, cells_with, number, packed, require, require_each


def ascending(data, at, width, count, line, encoding):
    """Of `count` positions among the cells of a line where they lie, and the cells. spec/sparse.md, spec/encodings/cser.md"""
    before = -1
    for offset in range(at, at + count * width, width):
        position = number(data, offset, width)
        require(position < len(line), encoding + ".position-past-end", offset)
        require(position > before, encoding + ".position-order", offset)
        before = position
        yield offset, line[position]


def masked(mask, at, count, line):
    """The cells of a line whose bits in its mask are 1. spec/sparse.md"""
    bits = int.from_bytes(mask, "little")
    require(bits < 1 << len(line), "sparse.mask-padding", at + len(mask) - 1)
    require(bits.bit_count() == count, "sparse.mask-count", at)
    return [cell for i, cell in enumerate(line) if bits >> i & 1]


def decode_sparse(data, at, end, block):
    """The places of the entries among the cells of the block, in order, and where the positions end. spec/sparse.md"""
    require(at < end, "sparse.truncated", at)
    count_bits, counts_at = data[at], at + 1
    require(count_bits <= 17, "sparse.count-bits", at)
    counts, places_at, padding = packed(data, counts_at, count_bits, len(block.ranges))
    require(places_at <= end, "sparse.truncated", at)
    require(count_bits == max(counts).bit_length(), "sparse.count-bits", at)
    require(padding == 0, "sparse.padding", places_at - 1)
    require_each((count <= len(line) for count, line in zip(counts, block.ranges)), "sparse.count", counts_at, count_bits)
    require(sum(counts) <= 1 << 16, "sparse.entries", counts_at)
    places, at, width = [], places_at, block.matrix.position_bytes
    sizes = [0 if count == len(line) else -(-len(line) // 8) if 4 * count >= len(line) else count * width
             for count, line in zip(counts, block.ranges)]
    require(at + sum(sizes) <= end, "sparse.size", at)
    for count, line, size in zip(counts, block.ranges, sizes):
        if count == len(line):
            places += line
        elif 4 * count >= len(line):
            places += masked(data[at:at + size], at, count, line)
        else:
            places += [place for _, place in ascending(data, at, width, count, line, "sparse")]
        at += size
    return places, at


def decode_csc(data, at, end, block):
    """Sparse lines and the cells of their entries. spec/encodings/csc.md § Payload"""
    places, at = decode_sparse(data, at, end, block)
    require(at + len(places) * block.bits // 8 == end, "csc.size", at)
    values = cells_of(data[at:end], block.bits)
    require_each((value != 0 for value in values), "csc.zero-value", at, block.bits)
    return cells_with(values, places, block.count)


def decode_sham(data, at, end, block):
    """Sparse lines and their entries Huffman-coded. spec/encodings/sham.md § Payload"""
    places, at = decode_sparse(data, at, end, block)
    return cells_with(block.table.decode(data, at, end, len(places)), places, block.count)


def _field(data, at, end, width, count):
    """The numbers of a packed field, and where it ends. spec/encodings/cser.md § Payload"""
    numbers, field_end, padding = packed(data, at, width, count)
    require(field_end <= end, "cser.size", at)
    require(padding == 0, "cser.padding", field_end - 1)
    return numbers, field_end


def decode_cser(data, at, end, block):
    """For each line and each of its nonzero values the places of that value. spec/encodings/cser.md § Payload"""
    begin, codebook, cells = at, block.table, [0] * block.count
    require(end - at >= 2, "cser.truncated", begin)
    group_bits, count_bits, at = data[at], data[at + 1], at + 2
    require(group_bits <= 17 and count_bits <= 16, "cser.widths", begin)
    group_counts, values_at = _field(data, at, end, group_bits, len(block.ranges))
    require(group_bits == max(group_counts).bit_length(), "cser.group-bits", begin)
    require(sum(group_counts) <= 1 << 16, "cser.groups", at)
    width = (len(codebook) - 1).bit_length()
    values, counts_at = _field(data, values_at, end, width, sum(group_counts))
    firsts = {*accumulate(group_counts, initial=0)}
    for group, value in enumerate(values):
        offset = values_at + group * width // 8
        require(value < len(codebook), "cser.value", offset)
        require(codebook[value] != 0, "cser.zero-value", offset)
        require(group in firsts or value > values[group - 1], "cser.value-order", offset)
    counts, at = _field(data, counts_at, end, count_bits, len(values))
    require(count_bits == max(counts, default=0).bit_length(), "cser.count-bits", begin + 1)
    entries, width, groups = sum(counts) + len(counts), block.matrix.position_bytes, zip(values, counts)
    require(entries <= 1 << 16, "cser.entries", counts_at)
    require(at + entries * width == end, "cser.size", at)
    for group_count, line in zip(group_counts, block.ranges):
        taken = set()
        for value, count in islice(groups, group_count):
            for offset, cell in ascending(data, at, width, count + 1, line, "cser"):
                require(cell not in taken, "cser.position-twice", offset)
                taken.add(cell)
                cells[cell] = codebook[value]
            at += (count + 1) * width
    return cells
