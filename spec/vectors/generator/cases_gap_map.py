"""gap_map: gaps and values of every form, and the faults of its blocks."""

from .fields import Field, word
from .gap_map import Choices, block_fields, gap_fields, gap_map, value_fields
from .huffman import code, code_table, sequence, tokens_of
from .model import COLUMNS, File
from .payloads import ham, with_payload
from .vector import ok, refused

FOLDER = "gap_map"
MIXED = code("1+0 2+0 3+0 3+1", (5, 3, 4, 7, 9))
THREE = code("1+0 2+0 2+0", (5, 3, 4))
ONE = code("0+0", (5,))
GAPS = Choices("1+1 2+1 3+2 3+5")
PAIRS = Choices("1+1 2+1 3+2 3+5", 2, "1+0 2+1 3+1 4+1 4+1")


def _file(dtype, bits, shape, cells, made=MIXED, choices=GAPS, payload=None, **more):
    """A tensor `w` with a code of its own; a payload, where given, replaces that of its block."""
    tensor = gap_map("w", dtype, shape, cells, (1, made), choices, **more)
    return File([with_payload(tensor, payload) if payload else tensor], [code_table(bits, made)])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _file(*args, **more))


def _bad(name, why, label, at, file):
    return refused("malformed", FOLDER, name, why, label, at, file, tensor="w")


def _thin(size, step, entries=MIXED.entries):
    """Cells, zero but for every `step`-th."""
    return [0 if at % step else entries[at // step % len(entries)] for at in range(size)]


FLOATS = code("1+0 1+1", (1 << 31, 0x3F800000, 0x40000000))
EXAMPLE = (0, 0x3F800000, 0, 0, 0, 0, 1 << 31, 0, 0, 0x40000000, 0, 0x3F800000, 0, 0, 1 << 31, 0, 0x40000000, 0)


def forms():
    yield _ok("example", "The worked example.", "f32", 32, (3, 6), EXAMPLE, FLOATS, Choices("1+2 1+0"), split=1)
    yield _ok("columns", "The same cells by columns.", "f32", 32, (3, 6), EXAMPLE, FLOATS, split=1, direction=COLUMNS)
    yield _ok("no-entries", "Nothing but zeros: a block of no bytes.", "u16", 16, (4, 30), [0] * 120, split=1)
    yield _ok("no-entries-between", "A block of no bytes between two others.", "u16", 16, (6, 40),
              _thin(80, 7) + [0] * 80 + _thin(80, 7), split=1, fill=(2, 2, 2))
    yield _ok("first-and-last", "Entries in the first and in the last cell.", "u16", 16, (2, 20),
              [5] + [0] * 38 + [9], split=1)
    yield _ok("across-lines", "A gap of more than two lines, which no line begins anew.", "u32", 32, (6, 10),
              [5] + [0] * 35 + [9] + [0] * 23, split=1)
    yield _ok("full", "No gaps at all: one token without bits, and no bytes of gaps.", "u16", 16, (4, 40),
              MIXED.entries * 32, MIXED, Choices("0+0"), split=1)
    yield _ok("full-one-entry", "No gaps, and a code of one entry: the block ends with `gap_bytes`.", "u16", 16, (4, 40),
              [5] * 160, ONE, Choices("0+0"), split=1)
    yield _ok("one-entry", "A code of one entry: no bytes of values.", "u32", 32, (4, 20), _thin(80, 9, (5,)), ONE, split=1)
    yield _ok("blocks", "Three blocks with gaps from each one's begin.", "u16", 16, (9, 30), _thin(270, 8), split=1,
              fill=(2, 4, 3))
    long = [0] * 131078
    long[65535], long[65536], long[131077] = 5, 9, 7
    yield _ok("segments", "Rows of 2^16 + 3 cells, two lines each: a gap runs over them.", "u8", 8, (2, 65539), long,
              MIXED, Choices("1+0 2+16 2+17"), split=1)
    for bits, dtype in ((8, "i8"), (16, "bf16"), (64, "f64")):
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits.", dtype, bits, (120,), _thin(120, 5), MIXED)


def gaps():
    for count in (1023, 1024):
        yield _ok(f"entries-{count}", f"A block of {count} entries: {1 if count == 1023 else 32} streams of gaps and of "
                  "values.", "u32", 32, (32, 64), [0 if i % 2 or i // 2 >= count else MIXED.entries[i // 2 % 5]
                                                   for i in range(2048)], split=1)
    yield _ok("entries-65536", "A block of 2^16 entries.", "u8", 8, (2, 65536), [5, 0] * 65536, THREE,
              Choices("1+0 1+0"), split=1)
    yield _ok("gap-code-fixed", "A code of one token: gaps in six bits each.", "u32", 32, (4, 30), _thin(120, 9), MIXED,
              Choices("0+6"), split=1)
    yield _ok("gap-code-longest", "A gap in a token of 24 extra bits.", "u32", 32, (4, 30), _thin(120, 9), MIXED,
              Choices("1+0 1+24"), split=1)
    yield _ok("gap-code-32", "32 tokens for gaps.", "u32", 32, (8, 40), _thin(320, 9), MIXED,
              Choices(" ".join(["5+0"] * 32)), split=1)
    for bits, last in ((28, "4+24"), (29, "5+24"), (32, "8+24")):
        lengths = [int(last[0])] + [*range(int(last[0]), 0, -1)]
        yield _ok(f"gap-code-{bits}-bits", f"1024 gaps in a token whose symbols take {bits} bits, in 32 streams.", "u64",
                  64, (32, 64), [0 if i % 2 == 0 else MIXED.entries[i // 2 % 5] for i in range(2048)], MIXED,
                  Choices(" ".join([f"{lengths[1]}+0", last] + [f"{length}+0" for length in lengths[2:]])), split=1)
    yield _ok("gap-code-falling", "Runs that become shorter.", "u32", 32, (8, 40), _thin(320, 9), MIXED,
              Choices("1+3 2+2 2+0"), split=1)


def tuples():
    yield _ok("pairs", "Two values per symbol, of an even number.", "u32", 32, (4, 40), _thin(160, 10, THREE.entries),
              THREE, PAIRS, split=1)
    yield _ok("pairs-odd", "Two values per symbol, of an odd number.", "u32", 32, (4, 40),
              _thin(160, 11, THREE.entries), THREE, PAIRS, split=1)
    yield _ok("tuples-8", "Eight values per symbol over two entries: 256 tuples.", "u32", 32, (16, 40),
              _thin(640, 6, (5, 3, 3)), code("1+0 1+0", (3, 5)), Choices("1+1 2+1 3+2 3+5", 8, "0+8"), split=1)
    yield _ok("tuples-1000", "Three values per symbol over ten entries: 1000 tuples in a partial last token.", "u32", 32,
              (16, 40), _thin(640, 6, range(1, 11)), code("3+0 " * 6 + "4+0 " * 4, range(1, 11)),
              Choices("1+1 2+1 3+2 3+5", 3, "1+9 1+9"), split=1)
    yield _ok("tuples-1024", "Five values per symbol over four entries: as many tuples as there may be.", "u32", 32,
              (16, 40), _thin(640, 6, (3, 4, 5, 7)), code("2+0 2+0 2+0 2+0", (3, 4, 5, 7)),
              Choices("1+1 2+1 3+2 3+5", 5, "0+10"), split=1)
    yield _ok("tuples-streams", "1024 pairs: 32 streams of tuples, and 32 of gaps.", "u32", 32, (64, 64),
              _thin(4096, 2, THREE.entries), THREE, PAIRS, split=1)
    run = code("1+0 1+2", (9, 3, 4, 5, 7))
    yield _ok("tuples-order", "Tuples by what their values take: not by their numbers.", "u32", 32, (8, 40),
              _thin(320, 7, run.entries), run, Choices("1+1 2+1 3+2 3+5", 2, "1+0 2+2 3+2 4+3 4+3"), split=1)


EXAMPLE_CHOICES = Choices("2+0 2+0 1+2")
CELLS = _thin(64, 9)
COUNT = 8
GOOD_GAPS = gap_fields(GAPS, [0] + [8] * 7)
NUMBERS = [i % 5 for i in range(COUNT)]
GOOD_VALUES = value_fields(MIXED, GAPS, NUMBERS)


def _block(*fields, made=MIXED, cells=CELLS):
    """Four lines of 16 cells of 32 bits in one block of these fields."""
    return _file("u32", 32, (4, 16), cells, made, payload=list(fields) or [Field("nothing", b"")], split=1)


def _fields(choices=GAPS, gaps_=GOOD_GAPS, values=GOOD_VALUES):
    return block_fields(choices, COUNT, gaps_, values)


def heads():
    at = "payload0.0"
    for size in (1, 2):
        yield _bad(f"truncated-{size}", f"A block of {size} bytes.", "gap_map.truncated", at,
                   _block(Field("entries", bytes(size))))
    for size in (0, 3):
        yield _bad(f"truncated-gap-bytes-{size}", f"{size} bytes behind the gap code.", "gap_map.truncated", at,
                   _block(*_fields()[:4], Field("gap_bytes", bytes(size))))
    for values in (0, 2, 9, 255):
        made, why = (ONE, " over one entry") if values == 2 else (MIXED, "")
        fields = _fields()
        fields[1] = word("tuple_values", 1, values)
        yield _bad(f"tuple-{values}", f"{values} values per symbol{why}.", "gap_map.tuple", at,
                   _block(*fields, made=made, cells=_thin(64, 9, made.entries)))
    fields = _fields()
    fields[1] = word("tuple_values", 1, 5)
    yield _bad("tuple-3125", "Five values per symbol over five entries: 3125 tuples.", "gap_map.tuple", at,
               _block(*fields))
    two = code("1+0 1+0", (3, 5))
    fields = _fields()
    fields[1] = word("tuple_values", 1, 9)
    yield _bad("tuple-512", "Nine values per symbol over two entries.", "gap_map.tuple", at,
               _block(*fields, made=two, cells=_thin(64, 9, two.entries)))
    sixteen = code("4+0 " * 16, range(1, 17))
    fields = _fields()
    fields[1] = word("tuple_values", 1, 8)
    yield _bad("tuple-wraps", "Eight values per symbol over sixteen entries: 2^32 tuples.", "gap_map.tuple", at,
               _block(*fields, made=sixteen, cells=_thin(64, 9, sixteen.entries)))
    for more in (1, 1 << 31):
        fields = _fields()
        fields[4] = word("gap_bytes", 4, sum(len(field.data) for field in fields[5:]) + more)
        yield _bad(f"gap-bytes-{more}", f"Gaps of {more} bytes more than the block has.", "gap_map.gap-bytes",
                   "payload0.0.gap_bytes", _block(*fields))


def codes():
    gap, tuple_ = "payload0.0.gap_code", "payload0.0.tuple_code"
    yield _bad("gap-code-last-byte", "The block ends a byte before its gap code.", "code.size", gap,
               _block(*_fields()[:3], Field("gap_code.tokens", _fields()[3].data[:-1])))
    yield _bad("gap-code-none", "No byte behind the head.", "code.size", gap,
               _block(*_fields()[:2], Field("gap_code.token_count", b"")))
    for name, label, count, tokens in (
            ("tokens-0", "code.size", 0, ""), ("tokens-33", "code.size", 33, "6+0 " * 33),
            ("cut", "code.size", 4, "1+0"), ("length-0", "code.length", None, "0+1 1+1"),
            ("length-one-token", "code.length", None, "1+5"), ("extra", "code.extra", None, "1+0 1+25"),
            ("over-subscribed", "code.over-subscribed", None, "1+1 1+1 8+5"),
            ("incomplete", "code.incomplete", None, "1+3 2+5")):
        made = tokens_of(tokens)
        size = (9 * len(made) + 7) // 8
        string = sum((length + 16 * extra) << 9 * t for t, (length, extra) in enumerate(made))
        yield _bad(f"gap-code-{name}", "A gap code that breaks a rule of codes.", label, gap,
                   _block(*_fields()[:2], word("gap_code.token_count", 1, len(made) if count is None else count),
                          word("gap_code.tokens", size, string), *(() if name == "cut" else _fields()[4:])))
    fields = _fields()
    fields[3] = Field("gap_code.tokens", fields[3].data[:-1] + bytes([fields[3].data[-1] | 128]))
    yield _bad("gap-code-padding", "A padding bit of the gap code is set.", "code.padding", gap, _block(*fields))
    pairs = Choices(GAPS.gaps, 2, "0+5")
    values = sequence(tokens_of(pairs.tuples), 25, [0] * 4)
    for name, text in (("less", "0+4"), ("more", "0+6"), ("token-more", "1+5 1+0")):
        yield _bad(f"tuple-code-{name}", "A tuple code that does not stand for 25 tuples.", "code.cover", tuple_,
                   _block(*_fields(Choices(GAPS.gaps, 2, text), GOOD_GAPS, values)))
    yield _bad("tuple-code-none", "Pairs, and no byte behind the gap code.", "code.size", tuple_,
               _block(*_fields(pairs)[:4], Field("tuple_code.token_count", b"")))
    zero = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))
    yield _bad("code-nonzero", "A code with zero.", "code.nonzero", "record0.code",
               _file("u32", 32, (64,), _thin(64, 9, (5, 7)), zero))
    yield ok(FOLDER, "shared-with-ham", "A tensor in gap_map and one in ham without a zero share a code.",
             File([gap_map("a", "u8", (120,), _thin(120, 6), (1, MIXED), GAPS),
                   ham("b", "u8", (60,), [5, 3, 9] * 20, (1, MIXED))], [code_table(8, MIXED)]))


def sequences():
    at, gap, value = "payload0.0", "payload0.0.gaps.stream0", "payload0.0.values.stream0"
    for last in (9, 63):
        yield _bad(f"past-end-{last}", f"The last gap is {last}: its entry is past the block.", "gap_map.past-end", at,
                   _block(*_fields(gaps_=gap_fields(Choices("0+6"), [0] + [8] * 6 + [last]), choices=Choices("0+6"))))
    wide = Choices("1+0 1+24")
    yield _bad("past-end-far", "Gaps of 2^24 each.", "gap_map.past-end", at,
               _block(*_fields(wide, gap_fields(wide, [1 << 24] * 8))))
    widest = Choices(" ".join(["5+24"] * 32))
    yield _bad("past-end-wraps", "Eight of the greatest gaps: with their entries they add up to 2^32.",
               "gap_map.past-end", at, _block(*_fields(widest, gap_fields(widest, [(1 << 29) - 1] * 8))))
    yield _bad("past-end-before-values", "An entry past the block counts before values that are missing.",
               "gap_map.past-end", at,
               _block(*_fields(Choices("0+6"), gap_fields(Choices("0+6"), [9] * 8), [Field("stream0", b"")])))
    yield _bad("gaps-size", "Gaps of seven bytes.", "huffman.size", gap,
               _block(*_fields(gaps_=[Field("stream0", bytes(7))])))
    yield _bad("gaps-tail", "The last byte of the gaps is not zero.", "huffman.tail", "payload0.0.gaps.tail",
               _block(*_fields(gaps_=[GOOD_GAPS[0], word("tail", 8, 1 << 56)])))
    yield _bad("gaps-stream-end", "A byte more than the gaps take.", "huffman.stream-end", gap,
               _block(*_fields(gaps_=[Field("stream0", GOOD_GAPS[0].data + b"\0"), GOOD_GAPS[1]])))
    yield _bad("gaps-full", "One token without bits, and eight bytes of gaps.", "huffman.size", gap,
               _block(*_fields(Choices("0+0"), [Field("stream0", bytes(8))])))
    yield _bad("values-size", "No bytes of values.", "huffman.size", value,
               _block(*_fields(values=[Field("stream0", b"")])))
    yield _bad("values-stream-end", "A byte more than the values take.", "huffman.stream-end", value,
               _block(*_fields(values=[Field("stream0", GOOD_VALUES[0].data + b"\0"), GOOD_VALUES[1]])))
    pairs = Choices(GAPS.gaps, 2, "0+5")
    yield _bad("tuple-past-last", "A symbol past the last tuple, which the partial token has room for.",
               "huffman.entry", value,
               _block(*_fields(pairs, GOOD_GAPS, sequence(tokens_of("0+5"), 32, [0, 0, 31, 0]))))
    triples = Choices(GAPS.gaps, 3, "0+7")
    for symbol in (3, 124):
        yield _bad(f"lacking-value-{symbol}", "The third value of the last tuple, which lacks it, is not 0.",
                   "gap_map.lacking-value", value,
                   _block(*_fields(triples, GOOD_GAPS, sequence(tokens_of("0+7"), 125, [0, 0, symbol]))))


def cases():
    for part in (forms, gaps, tuples, heads, codes, sequences):
        yield from part()
