"""cser blocks: groups as fields."""

from .fields import Field, word
from .payloads import line_cells, packed


def block(lines, book, position_bytes, group_bits=None, count_bits=None):
    """A coded block of any groups whatever: for each line pairs of a value's number and positions."""
    groups = [group for line in lines for group in line]
    counts = [len(positions) - 1 for _, positions in groups]
    if group_bits is None:
        group_bits = max(map(len, lines)).bit_length()
    if count_bits is None:
        count_bits = max(counts, default=0).bit_length()
    positions = b"".join(p.to_bytes(position_bytes, "little") for _, group in groups for p in group)
    return [word("group_bits", 1, group_bits), word("count_bits", 1, count_bits),
            packed("group_counts", group_bits, [len(line) for line in lines]),
            packed("values", (len(book) - 1).bit_length(), [value for value, _ in groups]),
            packed("counts", count_bits, counts), Field("positions", positions)]


def _groups_of(line, book):
    numbers = {cell: i for i, cell in enumerate(book)}
    places = {}
    for i, cell in enumerate(line):
        if cell:
            places.setdefault(numbers[cell], []).append(i)
    return sorted(places.items())


def coded(tensor, lines, book):
    """The coded block of some lines of a tensor."""
    return block([_groups_of(line, book) for line in lines], book, 1 if line_cells(tensor) <= 256 else 2)
