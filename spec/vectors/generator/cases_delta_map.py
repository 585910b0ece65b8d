"""delta_map: references, changes, and the faults of its blocks."""

from . import delta
from .fields import Field, word
from .huffman import code, code_table
from .model import COLUMNS, DELTA_MAP, ROWS, File
from .payloads import tensor, with_payload
from .vector import ok, refused

FOLDER = "delta_map"
MIXED = code("1+0 2+0 3+0 3+1", (5, 3, 4, 7, 9))
TWO = code("1+0 1+0", (3, 0x80))
ONE = code("0+0", (5,))


def _file(dtype, bits, shape, cells, made, *payloads, **more):
    """A tensor `w` in delta_map with a code of its own and these blocks."""
    plain = tensor("w", dtype, shape, cells, code=(1, made), encoding=DELTA_MAP, **more)
    return File([with_payload(plain, *payloads) if payloads else plain], [code_table(bits, made)])


def _tensor(name, number, dtype, bits, blocks, made=MIXED, direction=ROWS):
    """A tensor of blocks, each of lines, their references and maybe codes; `number` is that of its table plus 1."""
    lines = [line for part, *_ in blocks for line in part]
    rows = lines if direction == ROWS else [*zip(*lines)]
    fields = [delta.block_of(part, references, list(made.entries), codes=codes[0] if codes else (None,) * 3)
              for part, references, *codes in blocks]
    return with_payload(tensor(name, dtype, (len(rows), len(rows[0])), [cell for row in rows for cell in row],
                               code=(number, made), encoding=DELTA_MAP, split=1, direction=direction,
                               fill=[len(part) for part, *_ in blocks]), *fields)


def _ok(name, why, dtype, bits, *blocks, made=MIXED, **more):
    return ok(FOLDER, name, why, File([_tensor("w", 1, dtype, bits, blocks, made, **more)], [code_table(bits, made)]))


def _bad(name, why, label, at, file):
    return refused("malformed", FOLDER, name, why, label, at, file, tensor="w")


def _changed(line, changes):
    """A line with some of its cells replaced."""
    return [changes.get(i, cell) for i, cell in enumerate(line)]


def _spread(lines, cells, entries):
    """Lines of so many cells, over which so many entries are spread."""
    count = lines * cells
    flat = [MIXED.entries[i % 5] if (i + 1) * entries // count > i * entries // count else 0 for i in range(count)]
    return [flat[at:at + cells] for at in range(0, count, cells)]


def _wide(bits, *blocks):
    """A code of entries with bits in every byte, and blocks of lines of these in place of those of MIXED."""
    top = 1 << bits - 1
    made = code("1+0 2+0 3+0 3+1", (top, 1, 2 * top - 1, 7, top + 9))
    entries = dict(zip((0, *MIXED.entries), (0, *made.entries)))
    return [([[entries[cell] for cell in line] for line in lines], references) for lines, references in blocks], made


FIRST = [5, 0, 0, 3, 0, 0, 0, 9, 0, 4, 0, 0, 5, 0, 0, 7]
SECOND = _changed(FIRST, {0: 0, 1: 3})
THIRD = _changed(SECOND, {3: 5, 7: 7})
ZEROS = [0] * 16
LINES = [FIRST, SECOND, THIRD, [0] * 15 + [4]]
FOUR = [cell for line in LINES for cell in line]


def forms():
    yield _ok("references", "Blocks of the same rows: each refers to the one before; some to later ones; the order of the visit is "
              "1, 0, 3, 2; none refers to another.", "u32", 32, (LINES, (None, 0, 1, 2)), (LINES, (1, 2, None, None)),
              (LINES, (1, None, 3, 1)), (LINES, (None,) * 4))
    yield _ok("few", "Blocks of few changes: equal rows; zeros alone; lines of zeros that refer to one with entries.", "u32", 32,
              ([FIRST] * 6, (None, 0, 0, 0, 0, 0)), ([ZEROS] * 4, (None,) * 4), ([FIRST] + [ZEROS] * 3, (None, 0, 0, None)))
    blocks, made = _wide(16, ([FIRST] * 6, (None, *range(5))), (_spread(6, 16, 60), (1, None, None, 2, 3, None)))
    yield _ok("columns", "Columns of cells of 16 bits refer to columns, with gaps and with a mask.", "f16", 16, *blocks, made=made,
              direction=COLUMNS)
    halves = [[5, 0] * 8, [5, 0] * 8, [0, 5] * 8]
    yield _ok("one-entry", "A code of one entry: the values take nothing, with a mask and with gaps.", "u32", 32,
              (halves, (None, 0, 1)), ([*halves, *halves[:2]], (None, 0, 1, 0, 0)), made=ONE)
    values = "1+0 3+0 3+0 3+0 3+0"
    yield _ok("codes", "Codes of several tokens, not all of which are used; one for many more gaps than the block has cells; "
              "codes of several tokens with a mask.", "u32", 32,
              (LINES, (None, 0, 1, None), ("1+0 2+0 2+1", "2+0 2+1 2+2 2+6", values)),
              (LINES, (None, 0, 1, None), (None, "1+3 1+24", None)),
              (_spread(4, 16, 30), (None, 0, 1, None), ("1+0 2+0 2+1", None, values)))
    yield ok(FOLDER, "plain", "Plain blocks alone.", _file("u8", 8, (2, 3), range(1, 7), MIXED, split=1, fill=(1, 1)))


def masks():
    line = [5, 3, 0, 4, 0, 7, 9, 0, 5, 3, 0, 0, 4, 7, 0, 0, 9]
    later = _changed(line, {0: 0, 2: 4, 3: 5, 9: 9, 16: 3})
    last = _changed(later, {1: 0, 4: 7, 7: 3, 10: 4, 15: 9})
    blocks, made = _wide(32, ([last, line, later], (2, None, 1)), (_spread(1, 17, 17), (None,)))
    yield _ok("mask", "Cells of 32 bits, with a mask of 51 bits over lines whose visit is 1, 2, 0, and 17 changes of as many cells, "
              "whose mask is not stored.", "f32", 32, *blocks, made=made)
    yield _ok("mask-border", "Changes just enough for a mask, 9 of 24 cells and 11 of 27, and one less, with gaps.", "u32", 32,
              *((_spread(rows, 3, entries), (None,) * rows) for rows, entries in ((8, 9), (8, 8), (9, 11), (9, 10))))


def swaps():
    line = [0, *MIXED.entries]
    olds = [old for old in line for new in line if new != old]
    news = [new for old in line for new in line if new != old]
    blocks, made = _wide(64, ([olds, news], (None, 0)), ([olds, news, *[[0] * len(olds)] * 3], (None, 0, None, None, None)))
    yield _ok("values", "Each cell of 64 bits changes into each other cell, with a mask and with gaps.", "f64", 64, *blocks, made=made)


def sizes():
    lines = [[TWO.entries[i * i % 3] if i < count else 0 for i in range(1100)] for count in (1023, 1024)]
    yield _ok("streams", "Cells of 8 bits: 1023 changes in one stream and 1024 in 32, with a mask and with gaps.", "i8", 8,
              *(([line] * rows, (None, *[0] * (rows - 1))) for rows in (2, 3) for line in lines), made=TWO)
    segments = [[5] * 65536, [0] * 4 + [5]]
    yield ok(FOLDER, "two-parts", "2^16 + 1 changes in two parts, and three rows of two lines each, which refer to the same part of "
             "a row before.", _segments(segments * 3, (None, None, 0, 1, 2, 1), ONE, codes=(None, "1+0 1+18", None)))
    segments = [[3] * 65536, [0] * 4 + [0x80]]
    yield ok(FOLDER, "mask-two-parts", "2^16 + 1 changes in two parts, and a mask over lines in the order 0, 2, 1, 3.",
             _segments(segments * 2, (None, None, 0, 1), TWO))
    yield ok(FOLDER, "segments-none", "Rows of 2^16 + 3 cells whose parts refer to none.",
             _segments([[0] * 65536, [0, 0, 5], [0] * 65536, [0] * 3], (None,) * 4, ONE))


def _segments(lines, references, made, **more):
    """Rows of two lines each, of cells of 8 bits, in one block."""
    shape = len(lines) // 2, len(lines[0] + lines[1])
    return _file("u8", 8, shape, [cell for line in lines for cell in line], made,
                 delta.block_of(lines, references, list(made.entries), **more), split=1)


ENTRIES = len(MIXED.entries)


def _block(fields):
    """Four rows of 16 cells of 32 bits in one block of these fields."""
    return _file("u32", 32, (4, 16), FOUR, MIXED, fields, split=1)


def _numbers(distances=(0, 0, 0, 0), gaps=(0, 62), values=(0, 1), **more):
    return delta.block(64, list(distances), list(gaps), list(values), ENTRIES, **more)


def _cut(fields, name):
    """The fields before this one."""
    return fields[:[field.name for field in fields].index(name)]


def heads():
    at = "payload0.0"
    for size in (0, 3):
        yield _bad(f"truncated-{size}", f"A block of {size} bytes.", "delta_map.truncated", at,
                   _block([Field("changes", bytes(size))]))
    head = _cut(_numbers(), "sizes")
    yield _bad("truncated-sizes", "The sizes lack a byte.", "delta_map.truncated", at,
               _block([*head, Field("sizes", bytes(11))]))
    yield _bad("changes-more", "65 changes in 64 cells.", "delta_map.changes", at, _block(_numbers(count=65)))
    yield _bad("changes-most", "2^32 - 1 changes.", "delta_map.changes", at, _block(_numbers(count=(1 << 32) - 1)))
    for name, sizes_ in (("less", (0, 0, 9)), ("more", (0, 12, 9)), ("wraps", (0, (1 << 32) - 1, 20))):
        yield _bad(f"sequence-bytes-{name}", f"The bytes of the sequences add up to {name} than there are."
                   if name != "wraps" else "The bytes of the sequences add up to the rest modulo 2^32.",
                   "delta_map.sequence-bytes", f"{at}.sizes", _block(_numbers(sizes=sizes_)))


def codes():
    codes_ = (("reference_code", 0), ("gap_code", 1), ("value_code", 2))
    for name, i in codes_:
        head = _cut(_numbers(), f"{name}.token_count")
        yield _bad(f"{name.replace('_', '-')}-none", "The block ends before this code.", "code.size",
                   f"payload0.0.{name}", _block([*head, Field(f"{name}.token_count", b"")]))
        texts = [None, None, None]
        texts[i] = "1+3 2+6"
        yield _bad(f"{name.replace('_', '-')}-incomplete", "The lengths of this code leave room.", "code.incomplete",
                   f"payload0.0.{name}", _block(_numbers(codes=texts)))
    yield _bad("value-code-cover", "The code of the values stands for eight numbers with two tokens; one would do.",
               "code.cover", "payload0.0.value_code", _block(_numbers(codes=(None, None, "1+3 1+0"))))


def references():
    at = "payload0.0.references0"
    yield _bad("reference-more", "A reference four lines back in a block of four.", "delta_map.reference", at,
               _block(_numbers((0, 4, 0, 0))))
    yield _bad("circle-all", "All lines refer to the one before, around the block's end.", "delta_map.circle", at,
               _block(_numbers((1, 1, 1, 1))))
    yield _bad("circle-behind", "Two lines refer to each other, and another to one of them.", "delta_map.circle", at,
               _block(_numbers((0, 2, 1, 2))))
    for name, distances in (("other", (0, 1, 0, 0)), ("around", (3, 0, 0, 0))):
        fields = delta.block(131078, list(distances), [0], [0], 1)
        yield _bad(f"segment-{name}", "The first and the second part of rows refer to each other." if name == "other"
                   else "The same around the block's end.", "delta_map.segment", at,
                   _file("u8", 8, (2, 65539), [5] + [0] * 131077, ONE, fields, split=1))
    yield _bad("reference-sequence", "The sequence of the references has a byte too many.", "huffman.stream-end",
               f"{at}.stream0", _block(_long_sequence()))


def _long_sequence():
    fields = _numbers((0, 0, 0, 1))
    place = [field.name for field in fields].index("references0.stream0")
    fields[place] = Field("references0.stream0", fields[place].data + b"\0")
    sizes_ = [len(fields[place].data) + 8] + [int.from_bytes(fields[place - 1].data[i:i + 4], "little") for i in (4, 8)]
    fields[place - 1] = Field("sizes", b"".join(size.to_bytes(4, "little") for size in sizes_))
    return fields


def changes():
    at = "payload0.0.gaps0"
    yield _bad("past-end", "The second change lies one cell past the block's end.", "delta_map.past-end", at,
               _block(_numbers(gaps=(0, 63))))
    yield _bad("past-end-far", "Gaps of 2^24.", "delta_map.past-end", at,
               _block(_numbers(gaps=((1 << 24) - 1, (1 << 24) - 1))))
    yield _bad("past-end-after-values", "A change past the end, and a fault in the values, which comes first.",
               "huffman.tail", "payload0.0.values0.tail", _block(_bad_tail()))
    yield _bad("value-more", "A value past the entries, in a partial last token.", "huffman.entry",
               "payload0.0.values0", _block(_numbers(values=(0, 5))))


def _bad_tail():
    fields = _numbers(gaps=(0, 63))
    return [word(field.name, 8, 1) if field.name == "values0.tail" else field for field in fields]


def _masked(bits=0, **more):
    """Three lines of 13 cells with a mask for 15 of these, the last among them; `bits` of the mask are changed."""
    fields = delta.block(39, [0] * 3, [0] * 14 + [24], more.pop("values", [0, 1, 2] * 5), ENTRIES, **more)
    return [word(field.name, 5, int.from_bytes(field.data, "little") ^ bits) if field.name == "mask" else field for field in fields]


def mask_faults():
    at = "payload0.0"
    tail = [word(field.name, 8, 1) if field.name == "values0.tail" else field for field in _masked()]
    for name, why, label, where, fields in (
            ("truncated-mask", "The mask lacks a byte.", "delta_map.truncated", at, [*_cut(_masked(), "mask"), Field("mask", bytes(4))]),
            ("truncated-mask-sizes", "The sizes lack a byte, which counts before a bit too many in the mask.",
             "delta_map.truncated", at, [*_cut(_masked(1 << 20), "sizes"), Field("sizes", bytes(7))]),
            ("mask-padding", "One of the bits of a mask lies behind the last cell, which counts before its lack in the cells.",
             "delta_map.mask-padding", (f"{at}.mask", 4), _masked(3 << 38)),
            ("mask-count-less", "A mask of 14 bits for 15 changes.", "delta_map.mask-count", f"{at}.mask", _masked(1 << 38)),
            ("mask-count-more", "A mask of 16 bits for 15 changes, which counts before wrong sizes.", "delta_map.mask-count",
             f"{at}.mask", _masked(1 << 20, sizes=(0, 9))),
            ("mask-value-code", "Before a mask, the lengths of the code of the values leave room.", "code.incomplete",
             f"{at}.value_code", _masked(codes=(None, None, "1+3 2+6"))),
            ("mask-sequence-bytes", "Behind a mask, the bytes of the sequences add up to less than there are.",
             "delta_map.sequence-bytes", f"{at}.sizes", _masked(sizes=(0, 13))),
            ("mask-value-more", "A value past the entries, in a block with a mask.", "huffman.entry", f"{at}.values0",
             _masked(values=[0] * 14 + [5])),
            ("mask-tail", "A bit behind the values, in a block with a mask.", "huffman.tail", f"{at}.values0.tail", tail)):
        yield _bad(name, why, label, where, _file("u32", 32, (3, 13), [*[5, 3, 4] * 5, *[0] * 24], MIXED, fields, split=1))


def tables():
    zero = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))
    yield _bad("zero-entry", "A code with zero.", "code.nonzero", "record0.code",
               _file("u8", 8, (3,), (1, 2, 3), zero))


def cases():
    for part in (forms, masks, swaps, sizes, heads, codes, references, changes, mask_faults, tables):
        yield from part()
