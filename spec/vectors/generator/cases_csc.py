"""csc: counts, positions and values, and the faults of its blocks."""

from .fields import Field, word
from .model import COLUMNS, CSC, DTYPES, ROWS, Block, File, Tensor, pack_cells
from .payloads import csc, csc_block, sparse_fields, with_payload
from .vector import ok, refused

FOLDER = "csc"


def _file(dtype, shape, cells, *payloads, **more):
    """A tensor `w`; payloads, where given, replace those of its blocks."""
    made = csc("w", dtype, shape, cells, **more)
    return File([with_payload(made, *payloads) if payloads else made])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _file(*args, **more))


def _bad(name, why, label, at, file):
    return refused("malformed", FOLDER, name, why, label, at, file, tensor="w")


def _sparse(size, entries):
    """Cells, zero but for some."""
    cells = [0] * size
    for at, cell in entries.items():
        cells[at] = cell
    return cells


ONE, TWO = 0x3F800000, 0x40000000
EXAMPLE = (0, ONE, ONE, 0, 0, ONE, 0, 0, ONE, 0, 1 << 31, ONE, TWO, 0, ONE, 0, 0, TWO)


def forms():
    yield _ok("example", "The worked example: six by three cells by columns, each in another form.", "f32", (6, 3), EXAMPLE, split=1,
              direction=COLUMNS)
    yield _ok("rows", "The same cells by rows.", "f32", (6, 3), EXAMPLE, split=1)
    yield _ok("zeros", "No entries: count_bits 0 and nothing else.", "f32", (4, 3), [0] * 12, split=1)
    for name, direction, last in (("rows", ROWS, 2), ("columns", COLUMNS, 4)):
        yield _ok(f"blocks-{name}", f"Coded and plain blocks of uneven numbers of {name}.", "u16", (6, 8),
                  _sparse(48, {3: 1, 9: 2, 15: 3, 30: 4, 44: 5, 47: 6}), split=1, direction=direction,
                  fill=(1, 3, last), coded=(0, 2))
    yield _ok("values", "-0.0, not-a-numbers with payloads and a subnormal are entries.", "f64", (20,),
              _sparse(20, {0: 1 << 63, 5: 0x7FF8 << 48 | 1, 18: 0xFFF0 << 48 | 1, 19: 1}))
    for bits, dtype in ((8, "u8"), (16, "f16")):
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits.", dtype, (20,), _sparse(20, {0: 1, 19: 128}))
    yield _ok("one-cell", "One cell that is zero, in 16 bits.", "u16", (), (0,))
    yield _ok("plain-one-cell", "One zero cell of 8 bits: the block of one byte is plain.", "u8", (), (0,),
              coded=False)
    yield _ok("full-line", "A line whose cells are all entries.", "u32", (3, 4),
              (0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0), split=1)


def widths():
    for count in (1, 2, 3, 4, 7, 8):
        yield _ok(f"count-{count}", f"A greatest count of {count}: counts of {count.bit_length()} bits.", "u32",
                  (3, 16), _sparse(48, {16 + i: 9 for i in range(count)} | {47: 1}), split=1)
    for count in (255, 256):
        yield _ok(f"count-{count}", f"A greatest count of {count}: counts of {count.bit_length()} bits.", "u32",
                  (2, 1024), _sparse(2048, {1024 + i: 0x01010101 for i in range(count)}), split=1)
    for length in (256, 257):
        width = 1 if length == 256 else 2
        yield _ok(f"positions-{length}", f"Lines of {length} cells: positions of {width} bytes.", "u8",
                  (2, length), _sparse(2 * length, {0: 1, length - 1: 2, 2 * length - 1: 3}), split=1)
    yield _ok("positions-columns-256", "Columns of 256 cells: positions of 1 byte, though rows have 300.", "u8",
              (256, 300), _sparse(76800, {0: 1, 76799: 2}), split=1, direction=COLUMNS)
    most = 65536
    yield _ok("line-65536", "A line of 2^16 cells: the last position is 2^16 - 1.", "u8", (most,),
              _sparse(most, {0: 1, most - 1: 2}))


def segments():
    yield _ok("segments", "Rows of 2^16 + 3 cells are two lines each; positions have 2 bytes in both.", "u8",
              (2, 65539), _sparse(131078, {65535: 1, 65536: 2, 65538: 3, 131077: 4}), split=1)
    yield _ok("segments-split", "The segments of a row in blocks of their own; positions keep 2 bytes.", "u8",
              (65639,), _sparse(65639, {65535: 1, 65638: 2}), fill=(1, 1))
    yield _ok("segments-columns", "Columns of 2^16 + 1 cells.", "u8", (65537, 2),
              _sparse(131074, {0: 1, 131071: 2, 131072: 3, 131073: 4}), split=1, direction=COLUMNS)
    short = _file("u8", (2, 65541), _sparse(131082, {65540: 1}),
                  csc_block((0, 1, 0, 0), (5,), (1,), 2, 8), split=1)
    yield _bad("position-past-segment", "A position past the end of a short segment.", "sparse.position-past-end",
               "payload0.0.places", short)
    counts = _file("u8", (2, 65539), [0] * 131078, csc_block((0, 4, 0, 0), (0, 1, 2, 3), (1,) * 4, 2, 8),
                   split=1)
    yield _bad("count-past-segment", "A count of four in a segment of three cells.", "sparse.count",
               "payload0.0.counts", counts)


def _scattered(shape, bits, fields):
    """The cells that a reader without the broken rule might see."""
    cells = [0] * (shape[0] * shape[1])
    if len(fields) < 4:
        return cells
    width, counts, positions, values = (field.data for field in fields[:4])
    counts, size = int.from_bytes(counts, "little"), 1 if shape[1] <= 256 else 2
    entry = 0
    for line in range(shape[0]):
        for _ in range(counts >> line * width[0] & (1 << width[0]) - 1):
            position = int.from_bytes(positions[entry * size:(entry + 1) * size], "little")
            value = values[entry * bits // 8:(entry + 1) * bits // 8]
            if position < shape[1]:
                cells[line * shape[1] + position] = int.from_bytes(value, "little")
            entry += 1
    return cells


def _block(*fields, shape=(4, 16), dtype="u16"):
    """A file of one csc block of these fields, in lines of 16 cells."""
    cells = _scattered(shape, DTYPES[dtype][1], fields)
    return _file(dtype, shape, cells, list(fields), split=1, coded=False)


def starts():
    bits = lambda value: word("count_bits", 1, value)  # noqa: E731
    start = "payload0.0"
    yield _bad("truncated-empty", "A block of no bytes.", "sparse.truncated", start, _block(Field("count_bits", b"")))
    yield _bad("truncated-counts", "Counts of 9 bits for four lines, a byte short.", "sparse.truncated", start,
               _block(bits(9), Field("counts", bytes(4))))
    yield _bad("truncated-count-bits-17", "count_bits 17 is lawful, and no counts follow.", "sparse.truncated", start,
               _block(bits(17)))
    yield _bad("count-bits-18", "count_bits 18, judged before the counts are looked for.", "sparse.count-bits", start,
               _block(bits(18)))
    yield _bad("count-bits-zeros", "count_bits 1 for counts that are all 0.", "sparse.count-bits", start,
               _block(bits(1), Field("counts", b"\0")))
    yield _bad("count-bits-more", "Counts in a bit more than the greatest takes.", "sparse.count-bits", start,
               _block(*csc_block((1, 0, 0, 1), (0, 15), (1, 2), 1, 16, 2)))
    for bit in (4, 7):
        fields = csc_block((1, 0, 0, 1), (0, 15), (1, 2), 1, 16)
        fields[1] = word("counts", 1, 0b1001 | 1 << bit)
        yield _bad(f"padding-{bit}", f"Bit {bit} of the counts, of which four are used, is set.", "sparse.padding",
                   "payload0.0.counts", _block(*fields))
    fields = csc_block((2, 0, 0, 1, 1), (0, 1, 14, 15), (1,) * 4, 1, 16)
    fields[1] = word("counts", 2, int.from_bytes(fields[1].data, "little") | 1 << 15)
    yield _bad("padding-second-byte", "The padding is in the last byte of the counts.", "sparse.padding",
               ("payload0.0.counts", 1), _block(*fields, shape=(5, 16)))


def counts():
    for name, line, at in (("first", 0, 0), ("crossing", 1, 0), ("third", 2, 1), ("last", 3, 1)):
        numbers = [0, 0, 0, 0]
        numbers[line] = 17
        fields = csc_block(numbers, [i % 16 for i in range(17)], [1] * 17, 1, 16)
        yield _bad(f"count-{name}", f"Line {line} has a count of 17 and 16 cells.", "sparse.count",
                   ("payload0.0.counts", at), _block(*fields))
    for lines, name in ((65536, "most"), (65537, "more")):
        cells = bytes.fromhex("0101010100000000") * lines
        made = Tensor("w", (lines, 2), 12, 32, cells, CSC, 1)
        full, rest = divmod(lines, 8)
        made.blocks = [Block(lines, [
            word("count_bits", 1, 1), Field("counts", b"\xff" * full + bytes([(1 << rest) - 1] * (rest > 0))),
            Field("places", b"\1" * lines), Field("values", b"\1" * 4 * lines)])]
        if name == "most":
            yield ok(FOLDER, "entries-most", "A block of 2^16 entries.", File([made]))
        else:
            yield _bad("entries-more", "A block of 2^16 + 1 entries.", "sparse.entries", "payload0.0.counts",
                       File([made]))
    none = _file("u8", (2, 65536), [0] * 131072, csc_block((65535, 65535), (), (), 2, 8), split=1)
    yield _bad("entries-before-size", "Counts of 16 bits, of 131070 entries, none of which is there.", "sparse.entries",
               "payload0.0.counts", none)


def sizes():
    good = csc_block((1, 0, 0, 1), (0, 15), (1, 2), 1, 16)
    at = "payload0.0.places"
    for left in (0, 1):
        yield _bad(f"positions-{left}", f"Two entries and {left} bytes of positions.", "sparse.size", at,
                   _block(*good[:2], Field("places", good[2].data[:left])))
    past = csc_block((1, 1), (300, 15), (1, 2), 2, 16)
    yield _bad("positions-3", "Half of a position is missing, before one past the end is looked at.",
               "sparse.size", at, _block(*past[:2], Field("places", past[2].data[:3]), shape=(2, 257)))
    at = "payload0.0.values"
    for name, data, what in (("none", b"", "No values"),
                             ("less", good[3].data[:-1], "A byte less than the values take"),
                             ("more", good[3].data + b"\0", "A byte more than the values take")):
        yield _bad(f"size-{name}", f"{what}, behind two positions.", "csc.size", at,
                   _block(*good[:3], Field("values", data)))
    yield _bad("size-no-entries", "A byte after the counts of a block without entries.", "csc.size",
               "payload0.0.after", _block(word("count_bits", 1, 0), Field("after", b"\0")))
    wide = csc_block((1, 0, 0, 1), (0, 15), (1, 2), 2, 16)
    yield _bad("size-positions-2", "Positions of two bytes in lines of 16 cells.", "csc.size",
               ("payload0.0.places", 2), _block(*wide))
    narrow = csc_block((1, 1), (0, 0), (1, 2), 1, 16)
    yield _bad("size-positions-1", "Positions of one byte in lines of 257 cells.", "csc.size",
               ("payload0.0.places", 4), _block(*narrow, shape=(2, 257)))
    late = csc_block((1, 0, 0, 1), (0, 16), (1, 2), 1, 16)
    yield _bad("position-before-size", "A position past the end counts before a missing byte of the values.",
               "sparse.position-past-end", ("payload0.0.places", 1),
               _block(*late[:3], Field("values", late[3].data[:-1])))


def positions():
    last = lambda number, values=(1, 2, 3): _block(*csc_block(  # noqa: E731
        (1, 0, 0, 2), (0, 3, number), values, 1, 16))
    yield ok(FOLDER, "position-last", "An entry in the last cell of a line.",
             _file("u16", (4, 16), _sparse(64, {0: 1, 51: 2, 63: 3}), split=1))
    yield _bad("position-past-end", "A position one past the last cell of its line.", "sparse.position-past-end",
               ("payload0.0.places", 2), last(16))
    long = _block(*csc_block((1, 2), (0, 255, 257), (1, 2, 3), 2, 16), shape=(2, 257))
    yield _bad("position-past-end-2", "A position of two bytes, one past the last cell of its line.",
               "sparse.position-past-end", ("payload0.0.places", 4), long)
    yield _bad("position-order-equal", "The same position twice.", "sparse.position-order",
               ("payload0.0.places", 2), last(3))
    yield _bad("position-order-descending", "Positions that descend.", "sparse.position-order",
               ("payload0.0.places", 2), last(2))
    twice = _block(*csc_block((3, 0, 0, 0), (14, 15, 15), (1, 2, 3), 1, 16))
    yield _bad("position-order-last", "The last two cells of a line, and the last again.", "sparse.position-order",
               ("payload0.0.places", 2), twice)
    long = _block(*csc_block((0, 3), (1, 256, 255), (1, 2, 3), 2, 16), shape=(2, 257))
    yield _bad("position-order-2", "Positions of two bytes that descend.", "sparse.position-order",
               ("payload0.0.places", 4), long)
    mixed = _block(*csc_block((2, 0, 0, 1), (3, 3, 16), (1, 2, 3), 1, 16))
    yield _bad("position-order-first", "A position that does not ascend, before one past the end.",
               "sparse.position-order", ("payload0.0.places", 1), mixed)
    later = _block(*csc_block((1, 1, 0, 1), (9, 3, 16), (1, 0, 3), 1, 16))
    yield _bad("position-before-value", "A position past the end counts before a value of zero.",
               "sparse.position-past-end", ("payload0.0.places", 2), later)


def _stairs(counts, length):
    """Lines of so many entries each, in their last cells, but the very last one first of all."""
    cells = [0] * (len(counts) * length)
    for line, count in enumerate(counts):
        for i in range(count):
            cells[line * length + (length - 1 - i if i else 0)] = 1 + i
    return cells


def masks():
    for length in (1, 2, 3, 4, 5, 7, 8, 9):
        yield _ok(f"forms-{length}", f"Lines of {length} cells with every number of entries, in each form.",
                  "u64" if length < 4 else "u16", (length + 1, length), _stairs(range(length + 1), length), split=1)
    for length, least in ((256, 64), (257, 65)):
        yield _ok(f"mask-{length}", f"Lines of {length} cells: {least} entries have a mask, one less positions.",
                  "u16", (2, length), _stairs((least - 1, least), length), split=1)
    yield _ok("full-65536", "A line of 2^16 cells that are all entries, and a count of 17 bits.", "u8", (2, 65536),
              bytes(65536) + b"\1" * 65536, split=1)
    yield _ok("mask-segment", "Segments of three cells, one masked and one full.", "u8", (2, 65539),
              _sparse(131078, {65537: 1, 131075: 2, 131076: 3, 131077: 4}), split=1)
    at, counts = "payload0.0.places", (5, 0, 3, 1)
    block = lambda places, counts=counts, values=(1,) * 9: _block(  # noqa: E731
        *sparse_fields(counts, bytes.fromhex(places)), Field("values", pack_cells(32, values)), shape=(4, 12), dtype="u32")
    for name, places, offset, what in (
            ("12", "1f10 0700 0b", 1, "Bit 12 of the mask of a line of 12 cells"),
            ("15", "1f80 0700 0b", 1, "Bit 15 of the mask of a line of 12 cells"),
            ("entry", "0f10 0700 0b", 1, "A bit behind the last cell, in place of one for a cell,"),
            ("second", "1f00 0740 0b", 3, "A bit behind the last cell of the second mask"),
            ("before-count", "7f10 0700 0b", 1, "A bit behind the last cell of a mask with too many others")):
        yield _bad(f"mask-padding-{name}", f"{what} is 1.", "sparse.mask-padding", (at, offset), block(places))
    for name, places, offset, what in (
            ("less", "0f00 0700 0b", 0, "Four bits for five entries."),
            ("more", "1f08 0700 0b", 0, "Six bits for five entries."),
            ("second", "1f00 0f00 0b", 2, "Four bits in the second mask, for three entries."),
            ("before-position", "0f00 0700 0c", 0, "Four bits for five entries, before a position past the end.")):
        yield _bad(f"mask-count-{name}", what, "sparse.mask-count", (at, offset), block(places))
    yield _bad("mask-position-before", "A position past the end, before a mask with a bit too many.",
               "sparse.position-past-end", at, block("0c 3f00 0700", (1, 5, 3, 0)))
    yield _bad("mask-less", "A byte of the last mask is missing.", "sparse.size", at,
               _block(*sparse_fields((5, 0, 3, 0), bytes.fromhex("1f0007")), shape=(4, 12)))
    yield _bad("mask-before-size", "A bit too many counts before a missing byte of the values.", "sparse.mask-count", at,
               _block(*sparse_fields(counts, bytes.fromhex("3f0007000b")), Field("values", bytes(17)), shape=(4, 12)))
    yield _bad("mask-before-value", "A bit too few counts before a value of zero.", "sparse.mask-count", (at, 2),
               block("1f00 0300 0b", values=(0,) * 9))
    yield _bad("full-zero-value", "A value of zero in a line that is full.", "csc.zero-value", ("payload0.0.values", 8),
               block("", (12, 0, 0, 0), (1, 1, 0, *(1,) * 9)))


def values():
    for name, place in (("first", 0), ("last", 2)):
        numbers = [0x0100, 0x0001, 0x8000]
        numbers[place] = 0
        fields = csc_block((1, 0, 0, 2), (0, 3, 15), numbers, 1, 16)
        yield _bad(f"zero-value-{name}", f"The {name} value is zero.", "csc.zero-value",
                   ("payload0.0.values", 2 * place), _block(*fields))
    good = csc_block((1, 0), (0,), (1,), 1, 16)
    bad = csc_block((1, 0), (0,), (0,), 1, 16)
    yield _bad("second-block", "The fault is in the second block.", "csc.zero-value", "payload0.1.values",
               _file("u16", (4, 16), _sparse(64, {0: 1}), good, bad, split=1, fill=(2, 2)))


def cases():
    for part in (forms, widths, segments, starts, counts, sizes, positions, masks, values):
        yield from part()
