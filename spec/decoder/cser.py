"""cser (spec/encodings/cser.md): for each line and each of its nonzero values the places of that value."""

from itertools import accumulate, islice

from .primitives import packed, require
from .sparse import ascending


def _field(data, at, end, width, count):
    """The numbers of a packed field, and where it ends. § Payload"""
    numbers, field_end, padding = packed(data, at, width, count)
    require(field_end <= end, "cser.size", at)
    require(padding == 0, "cser.padding", field_end - 1)
    return numbers, field_end


def decode_cser(data, at, end, block):
    """§ Payload"""
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
