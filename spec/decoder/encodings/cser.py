"""cser (spec/encodings/cser.md): for each line and each of its nonzero values the places of that value."""

from itertools import islice

from ..primitives import bytes_for, number, packed, require

ID, BLOCK_LIMIT, USES = 11, 1 << 22, "codebook"
MOST_GROUP_BITS, MOST_COUNT_BITS, MOST_GROUPS, MOST_ENTRIES = 17, 16, 1 << 16, 1 << 16


def _field(data, at, end, width, count):
    """The numbers of a packed field, and where it ends."""
    field_end = at + bytes_for(count * width)
    require(field_end <= end, "cser.size", at)
    numbers, padding = packed(data, at, width, count)
    require(padding == 0, "cser.padding", field_end - 1)
    return numbers, field_end


def _judge_values(values, group_counts, codebook, at, width):
    """The rules of values. § Payload"""
    group = 0
    for groups in group_counts:
        for i in range(groups):
            offset = at + group * width // 8
            require(values[group] < len(codebook), "cser.value", offset)
            require(codebook[values[group]] != 0, "cser.zero-value", offset)
            require(i == 0 or values[group] > values[group - 1], "cser.value-order", offset)
            group += 1


def _positions(data, at, width, count, cells, taken):
    """The positions of one group, judged; `taken` has those of the groups before it in its line."""
    found, before = [], -1
    for offset in range(at, at + count * width, width):
        position = number(data, offset, width)
        require(position < cells, "cser.position-past-end", offset)
        require(position > before, "cser.position-order", offset)
        require(position not in taken, "cser.position-twice", offset)
        before = position
        found.append(position)
    taken.update(found)
    return found


def decode(data, at, end, block):
    """§ Payload"""
    begin, codebook, cells = at, block.table, block.empty
    require(end - at >= 2, "cser.truncated", begin)
    group_bits, count_bits, at = data[at], data[at + 1], at + 2
    require(group_bits <= MOST_GROUP_BITS and count_bits <= MOST_COUNT_BITS, "cser.widths", begin)
    group_counts, values_at = _field(data, at, end, group_bits, len(block.lengths))
    require(group_bits == max(group_counts).bit_length(), "cser.group-bits", begin)
    require(sum(group_counts) <= MOST_GROUPS, "cser.groups", at)
    width = (len(codebook) - 1).bit_length()
    values, counts_at = _field(data, values_at, end, width, sum(group_counts))
    _judge_values(values, group_counts, codebook, values_at, width)
    counts, at = _field(data, counts_at, end, count_bits, len(values))
    require(count_bits == max(counts, default=0).bit_length(), "cser.count-bits", begin + 1)
    counts = [count + 1 for count in counts]
    require(sum(counts) <= MOST_ENTRIES, "cser.entries", counts_at)
    width = 1 if block.line_cells <= 256 else 2
    require(at + sum(counts) * width == end, "cser.size", at)
    start, groups = 0, zip(values, counts)
    for group_count, length in zip(group_counts, block.lengths):
        taken = set()
        for value, count in islice(groups, group_count):
            for position in _positions(data, at, width, count, length, taken):
                cells[start + position] = codebook[value]
            at += count * width
        start += length
    return cells
