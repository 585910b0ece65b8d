"""delta_map: references, changes, and the faults of its blocks."""

from . import delta
from .fields import Field, word
from .huffman import code, code_table
from .model import COLUMNS, DELTA_MAP, File
from .payloads import lines_of, tensor, with_payload
from .vector import ok, refused

FOLDER = "delta_map"
MIXED = code("1+0 2+0 3+0 3+1", (5, 3, 4, 7, 9))
ONE = code("0+0", (5,))


def _file(dtype, bits, shape, cells, made, *payloads, **more):
    """A tensor `w` in delta_map with a code of its own and these blocks."""
    plain = tensor("w", dtype, shape, cells, code=(1, made), encoding=DELTA_MAP, **more)
    return File([with_payload(plain, *payloads) if payloads else plain], [code_table(bits, made)])


def _referring(dtype, bits, shape, cells, references, made=MIXED, **more):
    """The same in one block, its fields made from the references and the options of a block."""
    options = {key: more.pop(key) for key in ("codes", "count", "sizes") if key in more}
    plain = tensor("w", dtype, shape, cells, code=(1, made), encoding=DELTA_MAP, **more)
    fields = delta.block_of([list(line) for line in lines_of(plain)], references, list(made.entries), **options)
    return File([with_payload(plain, fields)], [code_table(bits, made)])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _referring(*args, **more))


def _bad(name, why, label, at, file):
    return refused("malformed", FOLDER, name, why, label, at, file, tensor="w")


def _changed(line, changes):
    """A line with some of its cells replaced."""
    return [changes.get(i, cell) for i, cell in enumerate(line)]


FIRST = [5, 0, 0, 3, 0, 0, 0, 9, 0, 4, 0, 0, 5, 0, 0, 7]
SECOND = _changed(FIRST, {0: 0, 1: 3})
THIRD = _changed(SECOND, {3: 5, 7: 7})
FOUR = FIRST + SECOND + THIRD + [0] * 15 + [4]


def forms():
    yield _ok("chain", "Each row refers to the one before it.", "u32", 32, (4, 16), FOUR, (None, 0, 1, 2), split=1)
    yield _ok("later", "Rows refer to later ones.", "u32", 32, (4, 16), FOUR, (1, 2, None, None), split=1)
    yield _ok("tree", "Rows refer to earlier and later ones; the order of the visit is 1, 0, 3, 2.", "u32", 32, (4, 16),
              FOUR, (1, None, 3, 1), split=1)
    yield _ok("none", "No row refers to another: the changes are the entries.", "u32", 32, (4, 16), FOUR,
              (None,) * 4, split=1)
    yield _ok("columns", "Columns refer to columns.", "u16", 16, (16, 12), [FIRST[i // 12] for i in range(192)],
              (None, *range(11)), split=1, direction=COLUMNS)
    yield _ok("equal", "Equal rows: no changes but those of the first.", "u32", 32, (6, 16), FIRST * 6,
              (None, 0, 0, 0, 0, 0), split=1)
    yield _ok("zeros", "Zeros alone: no changes.", "u32", 32, (6, 16), [0] * 96, (None,) * 6, split=1)
    yield _ok("changes-all", "As many changes as cells.", "u32", 32, (4, 16), [MIXED.entries[i % 5] for i in range(64)],
              (None,) * 4, split=1)
    yield _ok("zeros-of-lines", "Lines of zeros refer to one with entries, whose cells all change.", "u32", 32, (3, 16),
              FIRST + [0] * 32, (None, 0, 0), split=1)
    yield _ok("one-entry", "A code of one entry: the values take nothing.", "u32", 32, (3, 16),
              [5, 0] * 16 + [0, 5] * 8, (None, 0, 1), ONE, split=1)
    yield _ok("codes", "Codes of several tokens, not all of which are used.", "u32", 32, (4, 16), FOUR,
              (None, 0, 1, None), split=1, codes=("1+0 2+0 2+1", "2+0 2+1 2+2 2+6", "1+0 3+0 3+0 3+0 3+0"))
    yield _ok("code-covers-more", "A gap code for many more gaps than the block has cells.", "u32", 32, (4, 16), FOUR,
              (None, 0, 1, None), split=1, codes=(None, "1+3 1+24", None))


def swaps():
    """Every way in which a cell can change, for every cell that it can have been."""
    entries = MIXED.entries
    line = [0, *entries]
    olds = [old for old in line for new in line if new != old]
    news = [new for old in line for new in line if new != old]
    yield _ok("values", "Each cell changes into each other cell.", "u64", 64, (2, len(olds)), olds + news, (None, 0),
              split=1)
    for bits, dtype in ((8, "i8"), (16, "f16"), (32, "f32"), (64, "f64")):
        made = code("1+0 2+0 2+0", (1 << bits - 1, 1, (1 << bits) - 1))
        cells = [made.entries[i % 3] if i % 4 else 0 for i in range(64)]
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits.", dtype, bits, (4, 64),
                  cells + _changed(cells, {3: 0, 9: 1}) + cells + _changed(cells, {8: 1 << bits - 1}),
                  (None, 0, 1, 2), made, split=1)


def sizes():
    for count in (1023, 1024):
        cells = [MIXED.entries[i % 5] if i < count else 0 for i in range(1100)]
        yield _ok(f"changes-{count}", f"{count} changes: {1 if count == 1023 else 32} streams.", "u32", 32, (2, 1100),
                  cells * 2, (None, 0), split=1)
    cells = [5] * 65536 + [0] * 4 + [5]
    yield _ok("two-parts", "2^16 + 1 changes in two parts, and two rows of two lines each, which refer to the same part "
              "of the first row.", "u8", 8, (2, 65541), cells * 2, (None, None, 0, 1), ONE, split=1, codes=(None, "1+0 1+17", None))
    yield _ok("segments-none", "Rows of 2^16 + 3 cells whose parts refer to none.", "u8", 8, (2, 65539),
              [0] * 65538 + [5] + [0] * 65539, (None,) * 4, ONE, split=1)
    blocks = [delta.block_of([FIRST, SECOND], (None, 0), list(MIXED.entries)),
              delta.block_of([THIRD, FIRST], (1, None), list(MIXED.entries))]
    yield ok(FOLDER, "blocks", "References stay in their block.",
             _file("u64", 64, (4, 16), FIRST + SECOND + THIRD + FIRST, MIXED, *blocks, split=1, fill=(2, 2)))
    yield ok(FOLDER, "plain", "Plain blocks alone.", _file("u8", 8, (2, 3), range(1, 7), MIXED, split=1, fill=(1, 1)))


ENTRIES = len(MIXED.entries)


def _block(fields):
    """Four rows of 16 cells of 32 bits in one block of these fields."""
    return _file("u32", 32, (4, 16), FOUR, MIXED, fields, split=1)


def _numbers(distances=(0, 0, 0, 0), gaps=(0, 62), values=(0, 1), **more):
    return delta.block(list(distances), list(gaps), list(values), ENTRIES, **more)


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
    yield _bad("left-over", "A byte behind the last sequence.", "delta_map.sequence-bytes", f"{at}.sizes",
               _block([*_numbers(), Field("more", bytes(1))]))


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
    yield _bad("circle-two", "Two lines refer to each other.", "delta_map.circle", at, _block(_numbers((3, 1, 0, 0))))
    yield _bad("circle-all", "All lines refer to the one before, around the block's end.", "delta_map.circle", at,
               _block(_numbers((1, 1, 1, 1))))
    yield _bad("circle-behind", "A line refers to one of a circle.", "delta_map.circle", at,
               _block(_numbers((0, 2, 1, 1))))
    for name, distances in (("other", (0, 1, 0, 0)), ("around", (3, 0, 0, 0))):
        fields = delta.block(list(distances), [0], [0], 1)
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
    yield _bad("past-end-first", "The first change lies past the block's end.", "delta_map.past-end", at,
               _block(_numbers(gaps=(64, 0))))
    yield _bad("past-end-far", "Gaps of 2^24.", "delta_map.past-end", at,
               _block(_numbers(gaps=((1 << 24) - 1, (1 << 24) - 1))))
    yield _bad("past-end-after-values", "A change past the end, and a fault in the values, which comes first.",
               "huffman.tail", "payload0.0.values0.tail", _block(_bad_tail()))
    yield _bad("value-more", "A value past the entries, in a partial last token.", "huffman.entry",
               "payload0.0.values0", _block(_numbers(values=(0, 5))))


def _bad_tail():
    fields = _numbers(gaps=(0, 63))
    return [word(field.name, 8, 1) if field.name == "values0.tail" else field for field in fields]


def tables():
    zero = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))
    yield _bad("zero-entry", "A code with zero.", "code.nonzero", "record0.code",
               _file("u8", 8, (3,), (1, 2, 3), zero))


def cases():
    for part in (forms, swaps, sizes, heads, codes, references, changes, tables):
        yield from part()
