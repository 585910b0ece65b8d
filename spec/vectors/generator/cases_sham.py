"""sham: sparse lines before a coded sequence, and the faults of its blocks."""

from .fields import Field, word
from .huffman import code, code_table, sequence
from .model import COLUMNS, ROWS, File
from .payloads import ham, listed, sham, sparse_fields, with_payload
from .vector import ok, refused

FOLDER = "sham"
MIXED = code("1+0 2+0 3+0 3+1", (5, 3, 4, 7, 9))
ONE = code("0+0", (5,))


def _file(dtype, bits, shape, cells, made=MIXED, *payloads, **more):
    """A tensor `w` in sham with a code of its own; payloads, where given, replace those of its blocks."""
    tensor = sham("w", dtype, shape, cells, (1, made), **more)
    return File([with_payload(tensor, *payloads) if payloads else tensor], [code_table(bits, made)])


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


def _thin(size, step, entries=MIXED.entries):
    """Cells, zero but for every `step`-th."""
    return _sparse(size, {at: entries[at // step % len(entries)] for at in range(0, size, step)})


ONE_CELL, TWO = 0x3F800000, 0x40000000
EXAMPLE = (0, ONE_CELL, ONE_CELL, 0, 0, ONE_CELL, 0, 0, ONE_CELL, 0, 1 << 31, ONE_CELL, TWO, 0, ONE_CELL, 0, 0, TWO)
FLOATS = code("1+0 1+1", (1 << 31, ONE_CELL, TWO))


def forms():
    yield _ok("example", "The worked example: six by three cells by columns.", "f32", 32, (6, 3), EXAMPLE, FLOATS,
              split=1, direction=COLUMNS)
    yield _ok("rows", "The same cells by rows.", "f32", 32, (6, 3), EXAMPLE, FLOATS, split=1)
    yield _ok("zeros", "No entries: count_bits 0 and nothing else, and a code that is not used.", "f32", 32, (4, 3),
              [0] * 12, FLOATS, split=1)
    yield _ok("zeros-between", "A block without entries between two with some.", "u16", 16, (6, 16),
              _sparse(96, {0: 5, 17: 9, 64: 3, 95: 4}), split=1, fill=(2, 2, 2))
    for name, direction, last in (("rows", ROWS, 6), ("columns", COLUMNS, 16)):
        yield _ok(f"blocks-{name}", f"Coded and plain blocks of uneven numbers of {name}; the plain one has cells that "
                  "the code lacks.", "u16", 16, (10, 20), _with_plain(direction), split=1, direction=direction,
                  fill=(3, 1, last), coded=(0, 2))
    yield _ok("plain-all", "Plain blocks alone, without a zero.", "u8", 8, (2, 3), range(1, 7), split=1, fill=(1, 1),
              coded=())
    yield _ok("plain-one-cell", "One cell that is zero: the block of one byte is plain.", "u8", 8, (), (0,), coded=())
    yield _ok("one-cell", "One cell that is zero, in 16 bits.", "u16", 16, (), (0,))
    yield _ok("one-symbol", "One entry: a sequence of nine bytes.", "u64", 64, (4,), (0, 0, 5, 0))
    yield _ok("one-entry", "A code of one entry: nothing behind the positions.", "u8", 8, (3, 20),
              _sparse(60, {3: 5, 20: 5, 21: 5, 59: 5}), ONE, split=1)
    yield _ok("full-line", "A line whose cells are all entries.", "u32", 32, (3, 8),
              [0] * 8 + [5, 3, 4, 7, 9, 5, 5, 5] + [0] * 8, split=1)
    long = _sparse(131078, {65535: 5, 65536: 9, 65538: 3, 131077: 4})
    yield _ok("segments", "Rows of 2^16 + 3 cells are two lines each; positions have 2 bytes in both.", "u8", 8,
              (2, 65539), long, split=1)


def _with_plain(direction):
    """Ten rows of twenty cells whose fourth line, a row or a column, holds cells that the code lacks."""
    cells = _thin(200, 7)
    for at in range(60, 80) if direction == ROWS else range(3, 200, 20):
        cells[at] = 100 + at
    return cells


def widths():
    for length in (256, 257):
        yield _ok(f"positions-{length}", f"Lines of {length} cells: positions of {1 if length == 256 else 2} bytes.",
                  "u8", 8, (2, length), _sparse(2 * length, {0: 5, length - 1: 7, 2 * length - 1: 9}), split=1)
    for count in (1023, 1024):
        yield _ok(f"entries-{count}", f"A block of {count} entries: {1 if count == 1023 else 32} streams.", "u32", 32,
                  (32, 64), [0 if i % 2 or i // 2 >= count else MIXED.entries[i // 2 % 5] for i in range(2048)],
                  split=1)
    for bits, dtype in ((8, "i8"), (16, "f16"), (32, "u32"), (64, "f64")):
        top = 1 << bits - 1
        made = code("1+0 3+0 3+0 2+2", (top, 1, 2 * top - 1, 2, 3, top + 1, top + 2))
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits, in the order of their bits, unsigned.", dtype, bits, (60,),
                  _thin(60, 5, made.entries), made)


def codes():
    yield _ok("code-fixed-width", "One token of three extra bits: fixed width.", "u16", 16, (4, 30), _thin(120, 3),
              code("0+3", (3, 4, 5, 7, 9)), split=1)
    yield _ok("code-bad", "The most frequent entry has the longest codeword.", "u32", 32, (4, 30),
              _thin(120, 4, (9,)), code("1+0 2+0 3+0 4+0 4+0", (5, 3, 4, 7, 9)), split=1)
    yield _ok("code-unused", "Only two of the entries are used.", "u16", 16, (4, 30), _thin(120, 4, (5, 7)), split=1)
    yield _ok("code-length-8", "Lengths 1 to 8.", "u32", 32, (4, 30), _thin(120, 4, range(1, 10)),
              code("1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0 8+0", range(1, 10)), split=1)
    zero = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))
    a, b = (sham(name, dtype, (60,), _thin(60, 5, used), (1, MIXED))
            for name, dtype, used in (("a", "u8", (5, 7)), ("b", "i8", (7, 9, 9))))
    yield ok(FOLDER, "shared", "Two tensors share a code; neither uses all of it.",
             File([a, b], [code_table(8, MIXED)]))
    yield ok(FOLDER, "shared-with-ham", "A tensor in sham and one in ham without a zero share a code.",
             File([a, ham("b", "u8", (60,), [5, 3, 9] * 20, (1, MIXED))], [code_table(8, MIXED)]))
    yield _bad("zero-entry", "A code with zero.", "code.nonzero", "record0.code",
               _file("u8", 8, (60,), _thin(60, 5, (5, 7)), zero))
    yield _bad("zero-entry-one", "A code of zero alone.", "code.nonzero", "record0.code",
               _file("u8", 8, (60,), [0] * 60, code("0+0", (0,))))
    yield _bad("zero-entry-plain", "A code with zero that no block uses, since all are plain.", "code.nonzero",
               "record0.code", _file("u8", 8, (3,), (1, 2, 3), zero, coded=()))
    late = _file("u8", 8, (60,), _thin(60, 5, (5, 7)), zero)
    late.edits["block0.0.checksum"] = 1
    yield _bad("zero-entry-before-block", "A code with zero counts before the checksum of the first block.",
               "code.nonzero", "record0.code", late)
    tensors = [ham("a", "u8", (60,), [0, 5] * 30, (1, zero)), sham("w", "u8", (60,), _thin(60, 5, (5, 7)), (1, zero))]
    yield _bad("zero-entry-shared", "A code with zero that a tensor in ham shares, which is sound.", "code.nonzero",
               "record1.code", File(tensors, [code_table(8, zero)]))


def _block(*fields):
    """Four lines of 16 cells of 16 bits in one block of these fields; the cells are those of `GOOD`."""
    return _file("u16", 16, (4, 16), _sparse(64, {0: 5, 63: 9}), MIXED, list(fields), split=1, coded=False)


def _lines(counts=(1, 0, 0, 1), positions=(0, 15), count_bits=None):
    return sparse_fields(counts, listed(positions, 1), count_bits)


VALUES = sequence(MIXED.tokens, 5, [0, 4])


def starts():
    at, counts = "payload0.0", "payload0.0.counts"
    yield _bad("truncated-empty", "A block of no bytes.", "sparse.truncated", at, _block(Field("count_bits", b"")))
    yield _bad("truncated-counts", "Counts of 9 bits for four lines, a byte short.", "sparse.truncated", at,
               _block(word("count_bits", 1, 9), Field("counts", bytes(4))))
    yield _bad("count-bits-18", "count_bits 18.", "sparse.count-bits", at, _block(word("count_bits", 1, 18)))
    yield _bad("count-bits-more", "Counts in a bit more than the greatest takes.", "sparse.count-bits", at,
               _block(*_lines(count_bits=2), *VALUES))
    padded = _lines()
    padded[1] = word("counts", 1, 0b10001001)
    yield _bad("padding", "The last bit of the counts, of which four are used, is set.", "sparse.padding", counts,
               _block(*padded, *VALUES))
    many = _lines((0, 17, 0, 0), [i % 16 for i in range(17)])
    yield _bad("count", "A count of 17 in a line of 16 cells.", "sparse.count", counts,
               _block(*many, *sequence(MIXED.tokens, 5, [0] * 17)))
    full = _file("u8", 8, (2, 65536), [0] * 131072, ONE, sparse_fields((32769, 32768), b""), split=1)
    yield _bad("entries-more", "Counts of 2^16 + 1 entries, none of which is there.", "sparse.entries", counts, full)


def positions():
    at = "payload0.0.places"
    for left in (0, 1):
        yield _bad(f"positions-{left}", f"Two entries and {left} bytes of positions.", "sparse.size", at,
                   _block(*_lines()[:2], Field("places", bytes(left))))
    yield _bad("position-past-end", "A position one past the last cell of its line.", "sparse.position-past-end",
               (at, 1), _block(*_lines(positions=(0, 16)), *VALUES))
    for name, second in (("equal", 3), ("descending", 2)):
        yield _bad(f"position-order-{name}", f"Two positions in a line, the second {name}.", "sparse.position-order",
                   (at, 1), _block(*_lines((2, 0, 0, 0), (3, second)), *VALUES))
    yield _bad("position-before-sequence", "A position past the end counts before a sequence that is missing.",
               "sparse.position-past-end", (at, 1), _block(*_lines(positions=(0, 16))))


def masks():
    at = "payload0.0.places"
    yield _ok("forms", "Lines of eight cells with every number of entries, in each form.", "u64", 64, (9, 8),
              [cell for count in range(9) for cell in [0] * (8 - count) + [5] * count], MIXED, split=1)
    yield _ok("full", "Lines that are all full: the sequence and nothing before it but counts.", "u32", 32, (3, 8),
              [5, 3, 4, 7, 9, 5, 5, 5] * 3, MIXED, split=1)
    many = sequence(MIXED.tokens, 5, [0] * 5)
    for name, label, offset, mask, what in (
            ("mask-count", "mask-count", 0, "0f00", "Four bits for five entries."),
            ("mask-padding", "mask-padding", 1, "1f80", "The bit behind the last cell is 1.")):
        cells = _sparse(60, {i: 5 for i in range(5)})
        fields = [*sparse_fields((5, 0, 0, 0), bytes.fromhex(mask)), *many]
        yield _bad(name, what, f"sparse.{label}", (at, offset),
                   _file("u16", 16, (4, 15), cells, MIXED, fields, split=1, coded=False))
    full = [*sparse_fields((16,) * 4, b""), Field("stream0", bytes(7))]
    yield _bad("full-sequence", "Seven bytes behind the counts of lines that are full.", "huffman.size",
               "payload0.0.stream0", _file("u16", 16, (4, 16), [5] * 64, MIXED, full, split=1, coded=False))


def sequences():
    stream, tail = "payload0.0.stream0", "payload0.0.tail"
    lines = _lines()
    yield _bad("sequence-none", "Two entries and nothing behind their positions.", "huffman.size", stream,
               _block(*lines, Field("stream0", b"")))
    yield _bad("sequence-7", "Two entries and seven bytes behind their positions.", "huffman.size", stream,
               _block(*lines, Field("stream0", bytes(7))))
    for size in (1, 8):
        yield _bad(f"sequence-without-entries-{size}", f"No entries, and {size} bytes behind the counts.",
                   "huffman.size", stream, _block(*_lines((0,) * 4, ()), Field("stream0", bytes(size))))
    one = _file("u16", 16, (4, 16), _sparse(64, {0: 5, 63: 5}), ONE, [*lines, Field("stream0", bytes(8))], split=1)
    yield _bad("sequence-one-entry", "A code of one entry, and eight bytes behind the positions.", "huffman.size",
               stream, one)
    yield _bad("tail", "The last byte of the block is not zero.", "huffman.tail", tail,
               _block(*lines, VALUES[0], word("tail", 8, 1 << 56)))
    yield _bad("stream-more", "A byte more than the symbols take.", "huffman.stream-end", stream,
               _block(*lines, Field("stream0", VALUES[0].data + b"\0"), VALUES[1]))
    yield _bad("sequence-8", "Two entries and no byte for their symbols.", "huffman.stream-end", stream,
               _block(*lines, Field("stream0", b""), VALUES[1]))
    yield _bad("stream-padding", "The last bit of the stream is set.", "huffman.padding", stream,
               _block(*lines, Field("stream0", bytes([VALUES[0].data[0] | 128])), VALUES[1]))
    pair = [[*_lines((1, 1), (0, 15)), *VALUES], [*_lines((1, 1), (0, 15)), VALUES[0], word("tail", 8, 1)]]
    yield _bad("second-block", "The fault is in the second block.", "huffman.tail", "payload0.1.tail",
               _file("u16", 16, (4, 16), _sparse(64, {0: 5, 31: 9, 32: 5, 63: 9}), MIXED, *pair, split=1, fill=(2, 2)))


def cases():
    for part in (forms, widths, codes, starts, positions, masks, sequences):
        yield from part()
