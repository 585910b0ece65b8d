"""index_map: indices of every width, and the faults of its blocks."""

from .fields import Field
from .model import COLUMNS, ROWS, File
from .payloads import index_map, packed, with_payload
from .tables import codebook
from .vector import ok, refused

FOLDER = "index_map"


def _file(dtype, shape, cells, entries, *payloads, **more):
    """A tensor `w` and its codebook; payloads, where given, replace those of its blocks."""
    made = index_map("w", dtype, shape, cells, (1, entries), **more)
    return File([with_payload(made, *payloads) if payloads else made], [codebook(made.bits, entries)])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _file(*args, **more))


def _bad(name, why, label, file, at="payload0.0"):
    return refused("malformed", FOLDER, f"{name}", why, f"index_map.{label}", at, file, tensor="w")


def widths():
    yield _ok("example", "The worked example: ten cells over three entries.", "u8", (2, 5),
              (0, 7, 9, 9, 0, 7, 7, 0, 0, 9), (0, 7, 9), split=1)
    for k in (1, 2, 3, 4, 5, 9, 17, 33, 65, 129):
        cells = [(k - 1) * i // 18 for i in range(19)]
        yield _ok(f"codebook-{k}", f"A codebook of {k}: indices of {(k - 1).bit_length()} bits.", "u16", (19,),
                  cells, tuple(range(k)))
    for k, bits in ((256, 8), (257, 9)):
        yield _ok(f"codebook-{k}", f"A codebook of {k}: indices of {bits} bits.", "u16", (9,),
                  (0, k - 1, 1, k - 2, 128, 255, k - 1, 0, 1), tuple(range(k)))
    yield _ok("codebook-without-zero", "Zero is not in the codebook, -0.0 is.", "f32", (5,),
              (0x80000000, 0x3F800000, 0xBF800000, 0x3F800000, 0x7FC00001),
              (0x3F800000, 0x7FC00001, 0x80000000, 0xBF800000))
    yield _ok("codebook-64", "Cells of 64 bits.", "f64", (5,), (0, 1 << 63, 0, 0, 1 << 63), (0, 1 << 63))


def blocks():
    for name, direction in (("rows", ROWS), ("columns", COLUMNS)):
        yield _ok(name, f"Indices by {name}, in blocks of one and two lines.", "u8", (3, 3),
                  (5, 7, 7, 5, 5, 7, 7, 7, 7), (5, 7), split=1, direction=direction, fill=(1, 2))
    yield _ok("plain-and-coded", "A plain block between two coded ones, with a cell that the codebook lacks.",
              "u8", (3, 4), (5, 7, 7, 5, 1, 2, 3, 4, 7, 7, 7, 7), (5, 7), split=1, fill=(1, 1, 1), coded=(0, 2))
    yield _ok("plain-one-cell", "One cell of 8 bits: a block of one byte is plain, never an index.", "u8", (1,),
              (7,), (5, 7), coded=())
    yield _ok("plain-width-8", "Indices as wide as the cells: the block is plain.", "u8", (4,), (9, 3, 9, 200),
              tuple(range(1, 201)), coded=())
    yield _ok("no-bits", "A codebook of one: two rows of 2^16 + 1 cells are four lines in blocks of no bytes.",
              "u8", (2, 65537), bytes([7]) * 131074, (7,), split=1, fill=(1, 1, 1, 1))
    yield _ok("segments-columns", "Three columns of 2^16 + 1 cells, with segments in blocks of their own.",
              "u16", (65537, 3), b"\7\0" * 196611, (7,), split=1, direction=COLUMNS, fill=(1,) * 6)
    yield _ok("no-bits-plain", "A codebook of one, and a plain block of another cell.", "u8", (2, 3),
              (7, 7, 7, 1, 2, 3), (7,), split=1, fill=(1, 1), coded=(0,))


def sizes():
    cells, book = (5, 7, 7, 5, 5, 7, 7, 5, 5, 5), (5, 7, 9)
    whole = packed("indices", 2, [0, 1, 1, 0, 0, 1, 1, 0, 0, 0])
    for name, data in (("less", whole.data[:-1]), ("more", whole.data + b"\0"), ("none", b""),
                       ("plain-less", whole.data + bytes(6))):
        yield _bad(f"size-{name}", f"{len(data)} bytes for the three that ten indices of two bits take.", "size",
                   _file("u8", (10,), cells, book, [Field("indices", data)]))
    yield _bad("size-no-bits", "A byte for indices of no bits.", "size",
               _file("u8", (10,), (5,) * 10, (5,), [Field("indices", b"\0")]))
    yield _bad("size-wider", "Indices of two bits where one would do.", "size",
               _file("u8", (10,), (5,) * 10, (5, 7), [Field("indices", bytes(3))]))
    for bit in (4, 7):
        yield _bad(f"padding-{bit}", f"Bit {bit} of the last byte, four bits of which are used, is set.",
                   "padding", _file("u8", (10,), cells, book, [
                       Field("indices", whole.data[:-1] + bytes([whole.data[-1] | 1 << bit]))]),
                   ("payload0.0.indices", 2))


def indices():
    for place in (0, 9):
        numbers = [0, 1, 2, 0, 0, 1, 1, 0, 0, 0]
        numbers[place] = 3
        cells = [(5, 7, 9, 0)[i] for i in numbers]
        bad = _file("u8", (10,), (5,) * 10, (5, 7, 9), [packed("indices", 2, numbers)])
        bad.tensors[0].cells = bytes(cells)
        yield _bad(f"index-{place}", f"Index {place} is the number of entries.", "index", bad)
    yield _bad("index-9-bits", "An index of 9 bits is the number of entries.", "index",
               _file("u16", (4,), (0,) * 4, tuple(range(257)), [packed("indices", 9, (0, 256, 257, 1))]))
    two = _file("u8", (2, 10), (5,) * 20, (5, 7, 9), [packed("indices", 2, [2] * 10)],
                [packed("indices", 2, [2] * 9 + [3])], split=1, fill=(1, 1))
    yield _bad("index-second-block", "The fault is in the second block.", "index", two, "payload0.1")
    both = _file("u8", (10,), (5,) * 10, (5, 7, 9), [Field("indices", b"\xff\xff\xff")])
    yield _bad("padding-before-index", "The padding counts before the indices.", "padding", both,
               ("payload0.0.indices", 2))


def cases():
    for part in (widths, blocks, sizes, indices):
        yield from part()
