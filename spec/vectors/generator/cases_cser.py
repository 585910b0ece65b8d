"""cser: groups of every width, and the faults of its blocks."""

from .cser import block, coded
from .fields import Field, join, word
from .model import COLUMNS, CSER, ROWS, Block, File, Tensor, pack_cells
from .payloads import lines_of, packed, tensor, with_payload
from .tables import codebook
from .vector import ok, refused

FOLDER = "cser"
BOOK = (0, 5, 7)


def _file(dtype, shape, cells, entries, fill=None, plain=(), **more):
    """A tensor `w` and its codebook; blocks are coded but for those of the numbers in `plain`."""
    made = tensor("w", dtype, shape, cells, encoding=CSER, codebook=(1, tuple(entries)), fill=(), **more)
    lines = lines_of(made)
    for number, count in enumerate(fill or [len(lines)]):
        taken, lines = lines[:count], lines[count:]
        fields = coded(made, taken, entries)
        if number in plain:
            fields = [Field("plain", b"".join(pack_cells(made.bits, line) for line in taken))]
        else:
            assert len(join(fields)) < sum(map(len, taken)) * made.cell_bytes, "as large as plain"
        made.blocks.append(Block(count, fields))
    return File([made], [codebook(made.bits, entries)])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _file(*args, **more))


def _sparse(size, entries):
    """Cells, zero but for some."""
    cells = [0] * size
    for at, cell in entries.items():
        cells[at] = cell
    return cells


def _lenient(shape, lines, entries):
    """The cells that a reader without the broken rule might see."""
    cells = [0] * (shape[0] * shape[1])
    for number, line in enumerate(lines):
        for value, positions in line:
            for position in positions:
                if position < shape[1] and value < len(entries):
                    cells[number * shape[1] + position] = entries[value]
    return cells


GOOD = ([(1, (0, 15)), (2, (3,))], [], [], [(2, (1, 2, 14))])


def _bad(name, why, label, at="payload0.0", lines=GOOD, entries=BOOK, shape=(4, 16), dtype="u16", change=None, **widths):
    """One block of these groups, in lines of 16 cells; `change` gives other fields for it."""
    fields = block(lines, entries, 1 if shape[1] <= 256 else 2, **widths)
    made = tensor("w", dtype, shape, _lenient(shape, lines, entries), encoding=CSER, codebook=(1, entries), split=1)
    made = with_payload(made, change(fields) if change else fields)
    return refused("malformed", FOLDER, name, why, f"cser.{label}", at, File([made], [codebook(made.bits, entries)]),
                   tensor="w")


def _with(number, new):
    """A change of one field's bytes."""
    return lambda fields: fields[:number] + [Field(fields[number].name, new(fields[number].data))] + fields[number + 1:]


EXAMPLE = (0, 0x3F800000, 0, 0x40000000, 0x3F800000, 0) + (0,) * 6 + \
    (1 << 31, 0, 0, 0x3F800000, 1 << 31, 1 << 31)
EXAMPLE_BOOK = (0, 0x3F800000, 0x40000000, 1 << 31)


def forms():
    yield _ok("example", "The worked example: three by six cells by rows.", "f32", (3, 6), EXAMPLE, EXAMPLE_BOOK, split=1)
    yield _ok("columns", "The same cells by columns.", "f32", (3, 6), EXAMPLE, EXAMPLE_BOOK, split=1, direction=COLUMNS)
    yield _ok("zeros", "No entries: both widths 0, and nothing else.", "f32", (4, 3), [0] * 12, (0,), split=1)
    for name, direction, last in (("rows", ROWS, 2), ("columns", COLUMNS, 4)):
        yield _ok(f"blocks-{name}", f"Coded and plain blocks of uneven numbers of {name}; the plain one has a cell that the codebook lacks.", "u16", (6, 8),
                  _sparse(48, {3: 5, 9: 9, 15: 7, 30: 5, 44: 5, 47: 7}), (0, 5, 7, 9), split=1, direction=direction,
                  fill=(1, 3, last), plain=(1,))
    yield _ok("values", "-0.0, not-a-numbers with payloads and a subnormal are entries.", "f64", (20,),
              _sparse(20, {0: 1 << 63, 5: 0x7FF8 << 48 | 1, 18: 0xFFF0 << 48 | 1, 19: 1}),
              (1, 0x7FF8 << 48 | 1, 1 << 63, 0xFFF0 << 48 | 1))
    for bits, dtype in ((8, "u8"), (16, "f16")):
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits.", dtype, (20,), _sparse(20, {0: 1, 19: 128}), (0, 1, 128))
    yield _ok("full-line", "A line whose cells are all entries, of one value and of several.", "u32", (3, 4),
              (5, 5, 5, 5, 5, 7, 7, 5, 0, 0, 0, 0), BOOK, split=1)
    yield _ok("without-zero", "A codebook without zero: its first value has number 0.", "u16", (2, 16),
              _sparse(32, {0: 5, 3: 7, 31: 5}), (5, 7), split=1)
    yield _ok("one-value", "A codebook of one value that is not zero: values of no bits.", "u16", (2, 16),
              _sparse(32, {0: 5, 3: 5, 31: 5}), (5,), split=1)


def widths():
    for groups in (1, 2, 3, 4, 7, 8):
        yield _ok(f"groups-{groups}", f"At most {groups} groups in a line: group counts of {groups.bit_length()} bits.",
                  "u32", (3, 16), _sparse(48, {16 + i: 1 + i for i in range(groups)} | {47: 1}), range(9), split=1)
    for count in (1, 2, 3, 4, 5, 8, 9):
        yield _ok(f"count-{count}", f"A greatest count of {count}: counts of {(count - 1).bit_length()} bits.", "u32",
                  (3, 16), _sparse(48, {16 + i: 7 for i in range(count)} | {47: 5}), BOOK, split=1)
    for k in (2, 3, 4, 5, 256, 257):
        yield _ok(f"codebook-{k}", f"A codebook of {k}: values of {(k - 1).bit_length()} bits.", "u16", (3, 16),
                  _sparse(48, {0: k - 1, 16: k - 1, 17: 1, 47: k - 1}), range(k), split=1)
    for length in (256, 257):
        width = 1 if length == 256 else 2
        yield _ok(f"positions-{length}", f"Lines of {length} cells: positions of {width} bytes.", "u8", (2, length),
                  _sparse(2 * length, {0: 5, length - 1: 7, 2 * length - 1: 5}), BOOK, split=1)
    most = 65536
    yield _ok("line-65536", "A line of 2^16 cells: the last position is 2^16 - 1.", "u8", (most,),
              _sparse(most, {0: 5, most - 1: 7}), BOOK)
    yield _ok("segments", "Rows of 2^16 + 3 cells are two lines each, with groups of their own.", "u8", (2, most + 3),
              _sparse(2 * most + 6, {65535: 5, 65536: 5, 65538: 7, 131077: 5}), BOOK, split=1)


def starts():
    for size in (0, 1):
        yield _bad(f"truncated-{size}", f"A block of {size} bytes.", "truncated",
                   change=lambda fields, size=size: [Field("group_bits", bytes(size))])
    yield _bad("group-bits-18", "group_bits 18, judged before the group counts are looked for.", "widths", group_bits=18)
    yield _bad("count-bits-17", "count_bits 17, judged before the group counts are looked for.", "widths", count_bits=17,
               change=lambda fields: fields[:2])
    yield _bad("group-bits-17", "group_bits 17 is lawful, and no group counts follow.", "size", "payload0.0.end",
               change=lambda fields: [word("group_bits", 1, 17), word("count_bits", 1, 16), Field("end", b"")])
    yield _bad("group-bits-zeros", "group_bits 1 where no line has a group.", "group-bits", lines=([],) * 4, group_bits=1)
    yield _bad("group-bits-more", "Group counts in a bit more than the greatest takes.", "group-bits", group_bits=3)
    yield _bad("count-bits-more", "Entry counts in a bit more than the greatest takes.", "count-bits",
               "payload0.0.count_bits", count_bits=3)
    yield _bad("count-bits-ones", "count_bits 1 where every group has one entry.", "count-bits", "payload0.0.count_bits",
               lines=([(1, (0,))], [], [], []), count_bits=1)
    yield _bad("count-bits-no-groups", "count_bits 1 without groups.", "count-bits", "payload0.0.count_bits",
               lines=([],) * 4, count_bits=1)


def sizes():
    for number, name in ((2, "group_counts"), (3, "values"), (4, "counts")):
        yield _bad(f"size-{name}", f"The block ends a byte before the {name.replace('_', ' ')} do.", "size",
                   f"payload0.0.{name}", change=lambda fields, n=number: _with(n, lambda data: data[:-1])(fields)[:n + 1])
    for name, more in (("less", lambda data: data[:-1]), ("more", lambda data: data + b"\0")):
        yield _bad(f"size-positions-{name}", f"A byte {name} than the positions take.", "size", "payload0.0.positions",
                   change=_with(5, more))
    yield _bad("size-no-entries", "A byte after the widths of a block without entries.", "size", "payload0.0.positions",
               lines=([],) * 4, change=_with(5, lambda data: b"\0"))
    yield _bad("size-positions-2", "Positions of two bytes in lines of 16 cells.", "size", "payload0.0.positions",
               change=_with(5, lambda data: b"".join(bytes([byte, 0]) for byte in data)))
    yield _bad("size-positions-1", "Positions of one byte in lines of 257 cells.", "size", "payload0.0.positions",
               lines=([(1, (0, 1))], [(2, (1,))]), shape=(2, 257), change=_with(5, lambda data: data[::2]))
    five = ([(1, (0, 15)), (2, (3,))], [], [], [(2, (1, 2, 14))], [])
    for number, name, used, shape, lines in ((2, "group_counts", 2, (5, 16), five), (3, "values", 6, (4, 16), GOOD),
                                             (4, "counts", 6, (4, 16), GOOD)):
        for bit in sorted({used, 7}):
            yield _bad(f"padding-{name}-{bit}", f"Bit {bit} of the last byte of the {name.replace('_', ' ')}, {used} of which are used, is set.",
                       "padding", (f"payload0.0.{name}", int(number == 2)), lines=lines, shape=shape,
                       change=_with(number, lambda data, bit=bit: data[:-1] + bytes([data[-1] | 1 << bit])))
    yield _bad("padding-before-group-bits", "Padding that is not zero counts before widths that are too great.", "padding",
               ("payload0.0.group_counts", 1), group_bits=3, change=_with(2, lambda data: data[:-1] + b"\x80"))


def totals():
    for groups, name in ((65536, "most"), (65537, "more")):
        cells = b"\5\0\0\0\0\0\0\0" * groups
        made = tensor("w", "u64", (groups, 1), cells, encoding=CSER, codebook=(1, (0, 5)), split=1, fill=())
        full, rest = divmod(groups, 8)
        ones = b"\xff" * full + bytes([(1 << rest) - 1] * (rest > 0))
        made.blocks = [Block(groups, [word("group_bits", 1, 1), word("count_bits", 1, 0), Field("group_counts", ones),
                                      Field("values", ones), Field("counts", b""), Field("positions", bytes(groups))])]
        file = File([made], [codebook(64, (0, 5))])
        if name == "most":
            yield ok(FOLDER, "groups-most", "A block of 2^16 groups, and of as many entries.", file)
        else:
            yield refused("malformed", FOLDER, "groups-more", "A block of 2^16 + 1 groups.", "cser.groups",
                          "payload0.0.group_counts", file, tensor="w")
    made = tensor("w", "u8", (2, 65536), bytes(131072), encoding=CSER, codebook=(1, (0, 5)), split=1)
    fields = [word("group_bits", 1, 1), word("count_bits", 1, 16), packed("group_counts", 1, (1, 1)),
              packed("values", 1, (1, 1)), packed("counts", 16, (65535, 0)), Field("positions", b"")]
    yield refused("malformed", FOLDER, "entries-more", "Groups of 2^16 + 1 entries, none of which is there.", "cser.entries",
                  "payload0.0.counts", File([with_payload(made, fields)], [codebook(8, (0, 5))]), tensor="w")


def values():
    at = "payload0.0.values"
    for place, name in ((0, "first"), (2, "last")):
        numbers = [1, 2, 2]
        numbers[place] = 3
        lines = ([(numbers[0], (0, 15))], [(numbers[1], (3,))], [], [(numbers[2], (1, 2))])
        yield _bad(f"value-{name}", f"The {name} value is number 3 of a codebook of three.", "value", at, lines=lines)
        lines = tuple([(0 if value == 3 else value, positions) for value, positions in line] for line in lines)
        yield _bad(f"zero-value-{name}", f"The {name} value is zero.", "zero-value", at, lines=lines)
    yield _bad("value-second-byte", "The value that begins at bit 9 is one that the codebook lacks.", "value", (at, 1),
               lines=([(1, (0,)), (2, (1,)), (3, (2,)), (5, (9,))],), entries=(0, 5, 7, 8, 9), shape=(1, 64))
    for name, first in (("equal", 1), ("descending", 2)):
        yield _bad(f"value-order-{name}", f"Values of a line that are {name}.", "value-order", at,
                   lines=([(first, (0,)), (1, (3,))], [], [], []))
    yield _bad("value-before-order", "A value that does not ascend counts before a later one of zero.", "value-order", at,
               lines=([(2, (0,)), (1, (3,))], [(0, (1,))], [], []))
    yield _ok("value-order-lines", "The values of two lines need not ascend.", "u16", (4, 16),
              _sparse(64, {0: 7, 16: 5, 32: 5}), BOOK, split=1)


def positions():
    at = "payload0.0.positions"
    line = lambda *groups: ([(1, (0,))], [], [], list(groups))  # noqa: E731
    yield _ok("position-last", "An entry in the last cell of a line.", "u16", (4, 16), _sparse(64, {0: 5, 51: 7, 63: 5}),
              BOOK, split=1)
    yield _bad("position-past-end", "A position one past the last cell of its line.", "position-past-end", (at, 2),
               lines=line((1, (3, 16))))
    yield _bad("position-past-end-2", "A position of two bytes, one past the last cell of its line.", "position-past-end",
               (at, 4), lines=([(1, (0,))], [(2, (255, 257))]), shape=(2, 257))
    yield _bad("position-order-equal", "The same position twice in a group.", "position-order", (at, 2),
               lines=line((1, (3, 3))))
    yield _bad("position-order-descending", "Positions of a group that descend.", "position-order", (at, 2),
               lines=line((1, (3, 2))))
    yield _bad("position-order-last", "A group of the last two cells of a line, and the last again.", "position-order", (at, 3),
               lines=line((1, (14, 15, 15))))
    yield _bad("position-twice", "Two groups of a line have a position in common.", "position-twice", (at, 4),
               lines=line((1, (3, 9)), (2, (8, 9))))
    yield _bad("position-twice-first", "The first position of a group is one of the group before.", "position-twice",
               (at, 3), lines=line((1, (3, 9)), (2, (3, 16))))
    yield _bad("position-order-before-twice", "A position that does not ascend, before one that is taken.",
               "position-order", (at, 4), lines=line((1, (3, 9)), (2, (8, 4, 9))))
    yield _bad("position-order-alone", "Positions of the line before are not taken in the next.", "position-order",
               (at, 4), lines=([(1, (0,)), (2, (3,))], [(1, (0, 3, 3))], [], []))
    yield _ok("position-twice-lines", "Groups of two lines may have positions in common, and groups of one may interleave.",
              "u16", (4, 16), _sparse(64, {0: 5, 1: 7, 2: 5, 16: 7, 17: 5, 18: 7}), BOOK, split=1)
    two = _file("u16", (4, 16), _sparse(64, {0: 5, 32: 7}), BOOK, split=1, fill=(2, 2))
    two.tensors[0].blocks[1].fields = block([[(2, (16,))], []], BOOK, 1)
    yield refused("malformed", FOLDER, "second-block", "The fault is in the second block.", "cser.position-past-end",
                  "payload0.1.positions", two, tensor="w")


def limits():
    for name, count in (("", 1 << 22), ("-more", (1 << 22) + 1)):
        made = Tensor("w", (count, 1), cells=bytes(count), encoding=CSER, split=1, codebook=1,
                      blocks=[Block(count, [word("group_bits", 1, 0), word("count_bits", 1, 0)])])
        file = File([made], [codebook(8, (0,))])
        if name:
            yield refused("malformed", FOLDER, "block-cells-more", "A block of a cell more than 2^22.", "block.cells",
                          "block0.0.lines", file, tensor="w")
        else:
            yield ok(FOLDER, "block-cells", "A block of 2^22 cells.", file)


def cases():
    for part in (limits, forms, widths, starts, sizes, totals, values, positions):
        yield from part()
