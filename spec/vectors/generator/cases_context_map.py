"""context_map: packed and coded blocks, every kind of context, and the faults of its side information."""

from dataclasses import replace

from .context import LEAST, SLOTS, Context, coded, side
from .fields import Field, join, word
from .model import COLUMNS, CONTEXT_MAP, Block, File, Tensor
from .payloads import packed, tensor, with_payload
from .tables import codebook
from .vector import ok, refused

FOLDER = "context_map"
SIDE = "payload0.0.side"
BOOK = (0, 5, 7)
ONE = (SLOTS // 2, SLOTS // 4, SLOTS // 4)
TWO = ((SLOTS - 96, 64, 32), (64, 32, SLOTS - 96))


def indices(count, entries, seed=3):
    """Numbers without a pattern, the first ones more frequent."""
    state, numbers = seed, []
    for _ in range(count):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        numbers.append(min((state >> 16) % entries, (state >> 8) % entries))
    return numbers


def _file(made, numbers, *, book=BOOK, shape=None, dtype="u8", fields=None, **more):
    """A tensor `w` of one coded block, or of a block of these fields."""
    shape = shape or (len(numbers) // made.width, made.width)
    cells = [book[min(i, len(book) - 1)] for i in numbers]
    stored = tensor("w", dtype, shape, cells, codebook=(1, book), encoding=CONTEXT_MAP, fill=(shape[0],), coded=(),
                    split=1, **more)
    fields = fields or coded(made, numbers)
    assert len(join(fields)) != len(stored.cells), "as large as plain"
    return File([with_payload(stored, fields)], [codebook(stored.bits, book)])


def _ok(name, why, made, numbers, **more):
    return ok(FOLDER, name, why, _file(made, numbers, **more))


def _bad(name, why, label, made, numbers, at=SIDE, fields=None, **more):
    return refused("malformed", FOLDER, name, why, f"context_map.{label}", at,
                   _file(made, numbers, fields=fields, **more), tensor="w")


def packed_fields(width, numbers):
    return [word("side_bytes", 4, 0), packed("indices", width, numbers) if width else Field("indices", b"")]


PLAIN = Context(32, [ONE])
NUMBERS = indices(1024, 3)
RARE = Context(32, [(2618, 1477, 1)])
RARE_FIRST = [2, *(int(i % 32 == 0 and i // 32 * 58 % 29 * 2 >= 29) for i in range(1, 1024))]


def limits():
    for name, count in (("", 1 << 23), ("-more", (1 << 23) + 1)):
        made = Tensor("w", (count, 1), cells=bytes(count), encoding=CONTEXT_MAP, split=1, codebook=1,
                      blocks=[Block(count, packed_fields(0, ()))])
        file = File([made], [codebook(8, (0,))])
        yield ok(FOLDER, "block-cells", "A block of 2^23 cells.", file) if not name else refused(
            "malformed", FOLDER, "block-cells-more", "A block of a cell more than 2^23.", "block.cells", "block0.0.lines", file, tensor="w")


def packed_blocks():
    few = (0, 1, 2, 2, 0, 1, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0)
    made = Context(8, [ONE])
    yield _ok("example", "The worked example: sixteen cells, packed.", made, few, fields=packed_fields(2, few))
    yield _ok("packed-one-entry", "A codebook of one: the head alone.", made, [0] * 16, book=(9,),
              fields=packed_fields(0, [0] * 16))
    yield _ok("packed-9-bits", "Indices of 9 bits.", made, [0, 256, 1, 255] * 4, book=tuple(range(257)), dtype="u16",
              fields=packed_fields(9, [0, 256, 1, 255] * 4))
    odd = few[:15]
    fields = packed_fields(2, odd)
    shape = (1, 15)
    for name, data in (("less", fields[1].data[:-1]), ("more", fields[1].data + b"\0")):
        yield _bad(f"packed-{name}", f"{len(data)} bytes for the four that the indices take.", "size", made, odd,
                   "payload0.0", [fields[0], Field("indices", data)], shape=shape)
    yield _bad("packed-head", "Three bytes, less than a head.", "size", made, odd, "payload0.0",
               [Field("side_bytes", bytes(3))], shape=shape)
    for bit in (6, 7):
        data = fields[1].data[:-1] + bytes([fields[1].data[-1] | 1 << bit])
        yield _bad(f"packed-padding-{bit}", f"Bit {bit} of the last byte is set.", "padding", made, odd,
                   ("payload0.0.indices", 3), [fields[0], Field("indices", data)], shape=shape)
    wrong = (*odd[:9], 3, *odd[10:])
    yield _bad("packed-index", "An index is the number of entries.", "index", made, wrong, "payload0.0.indices",
               packed_fields(2, wrong), shape=shape)


def tables():
    yield _ok("one-table", "1024 cells under one table.", PLAIN, NUMBERS)
    yield _ok("one-token", "All cells alike: a frequency of 4096, no words.", Context(32, [(0, SLOTS, 0)]), [1] * 1024)
    yield _ok("short-row", "Rows of 100 cells, the last of 24, in lanes 0 to 23.", Context(100, [ONE]), NUMBERS,
              shape=(1, 1024))
    yield _ok("width-33", "Rows of 33 cells: lane 0 has two in each.", Context(33, [ONE]), indices(1056, 3))
    yield _ok("one-row", "One row of 1056 cells.", Context(1056, [ONE]), indices(1056, 3))
    yield _ok("entries-256", "256 entries, each a token.", Context(64, [(16,) * 256]), indices(2048, 256),
              book=tuple(range(256)), dtype="u16")
    two = Context(32, list(TWO), classes=(2, 1, 1), rows={i: (i % 2, ()) for i in range(64)}, map=(0, 1))
    yield _ok("row-classes", "Rows of two classes, each with its table.", two, indices(2048, 3))
    yield _ok("contexts-64", "As many contexts as 1024 cells may have.",
              Context(32, [ONE], classes=(4, 16, 1), rows={3: (3, ())}, columns={9: (15, 0)}), NUMBERS)
    columns = Context(40, list(TWO), classes=(1, 3, 1), columns={j: (j % 3, 0) for j in range(40)}, map=(1, 1, 0))
    yield _ok("column-classes", "Columns of three classes over two tables.", columns, indices(2000, 3))
    yield _ok("named-first", "The first context takes the last table.", replace(columns, map=(1, 0, 1)),
              indices(2000, 3))


def predictions():
    made = Context(32, list(TWO), thresholds=(-300, 300), values=(0, 1000, -1000), map=(0, 1, 0),
                   rows={i: (0, ((i - 1, 64),)) for i in range(1, 64)})
    yield _ok("row-before", "Each row is predicted by the one before.", made, indices(2048, 3))
    most = replace(made, values=(2047, -2047, 1), thresholds=(-16383, 16375), rows={
        i: (0, ((0, -128), (i - 1, -128), (0, 127), (i // 2, -128))[:i % 5]) for i in range(1, 64)})
    yield _ok("prediction-most", "Up to four references, coefficients and values at their bounds.", most,
              indices(2048, 3))
    yield _ok("threshold-most", "Thresholds at their bounds.", replace(made, thresholds=(1 - (1 << 14), 1 << 14)),
              indices(2048, 3))
    edge = replace(made, thresholds=(-16, 0), rows={i: (0, ((0, -1), (1, 1))[:i]) for i in range(1, 64)})
    yield _ok("prediction-rounds", "Small predictions of both signs, rounded down.", edge, indices(2048, 3))
    steps = replace(made, thresholds=tuple(range(-31, 32)), map=tuple(i % 2 for i in range(64)))
    yield _ok("thresholds-63", "As many thresholds as there may be.", steps, indices(2048, 3))
    apart = Context(70, list(TWO), classes=(1, 1, 3), symbol_class=(0, 1, 2), map=(0, 1, 1), columns={
        **{j: (0, 1 + j % 32) for j in range(32, 64)}, **{j: (0, 64) for j in range(64, 70, 2)}})
    yield _ok("column-references", "Columns refer to columns of earlier groups, or to none.", apart,
              indices(2100, 3))
    everything = Context(96, [ONE, *TWO], classes=(2, 2, 2), symbol_class=(1, 0, 1), thresholds=(100,),
                         values=(-40, 700, 900), map=(0, 1, 2, 2, 1, 0, 0, 0, 2, 2, 1, 1, 0, 2, 0, 1),
                         rows={i: (i % 2, ((i // 2, 30), (0, -70))) for i in range(1, 30)},
                         columns={j: (j // 5 % 2, 1 + j - 32 if j >= 64 else 0) for j in range(96)})
    numbers = indices(2880, 3)
    yield _ok("everything", "Classes, predictions and references together.", everything, numbers, dtype="f32",
              book=(0, 0x3F800000, 0xBF800000))
    turned = [numbers[r * 96 + c] for c in range(96) for r in range(30)]
    cells = File([with_payload(tensor("w", "u8", (96, 30), [BOOK[i] for i in turned], codebook=(1, BOOK),
                                      encoding=CONTEXT_MAP, fill=(30,), coded=(), split=1, direction=COLUMNS),
                               coded(everything, numbers))], [codebook(8, BOOK)])
    yield ok(FOLDER, "columns", "The same by columns.", cells)


LONG = Context(32, [(SLOTS - 255, *(1,) * 255)], extra=(0,) * 254 + (1, 6))


def runs():
    numbers = [254 + i % 47 if i % 9 == 0 else 0 for i in range(1024)]
    book = tuple(range(301))
    more = {"book": book, "dtype": "u16"}
    yield _ok("extra-bits", "301 entries under 256 tokens, the last of which is partial.", LONG, numbers, **more)
    fields = coded(LONG, numbers)
    yield _bad("index-extra", "The extra bits of a partial token lead past the entries.", "index", LONG,
               [*numbers[:-1], 301], "payload0.0.extra", book=book, dtype="u16")
    last = fields[3].data[:-1] + bytes([fields[3].data[-1] | 128])
    yield _bad("padding-extra", "A padding bit of the extra bits is set.", "padding", LONG, numbers,
               ("payload0.0.extra", len(last) - 1), [*fields[:3], Field("extra", last), *fields[4:]], **more)
    for name, data in (("less", fields[3].data[:-1]), ("more", fields[3].data + b"\0")):
        yield _bad(f"extra-{name}", f"{len(data)} bytes of extra bits.", "extra", LONG, numbers, "payload0.0.extra",
                   [fields[0], word("extra_bytes", 4, len(data)), fields[2], Field("extra", data), *fields[4:]], **more)
    each = [i % 301 for i in range(1024)]
    yield _ok("one-run", "One token for all entries.", Context(32, [(SLOTS,)], extra=(9,)), each, **more)
    yield _ok("run-longest", "One token of 23 extra bits.", Context(32, [(SLOTS,)], extra=(23,)), each, book=book, dtype="u64")
    exact = Context(32, [(SLOTS // 2, *[SLOTS // 8] * 4)], extra=(8, 5, 3, 2, 0))
    yield _ok("runs-exact", "Tokens that stand for exactly the 301 entries.", exact, each, **more)
    for name, extra in (("short", (0,) * 255 + (5,)), ("long", (9, 0)), ("24", (24,)), ("wide", (0, 30)),
                        ("one-less", (8, 5, 3, 2)), ("one-more", (8, 5, 3, 2, 0, 0))):
        bad = Context(32, [(SLOTS,) + (0,) * (len(extra) - 1)], extra=extra)
        yield _side_bad(f"tokens-{name}", f"Tokens that do not stand for 301 entries: the last has {extra[-1]} extra bits.",
                        "tokens", bad, **more)
    yield _bad("extra-none", "A byte of extra bits where no token has any.", "extra", PLAIN, NUMBERS,
               "payload0.0.extra", _with(PLAIN, NUMBERS, extra=b"\0"))


def _with(made, numbers, **changes):
    """The fields of a block, some of them with other bytes, and sizes that fit."""
    fields = coded(made, numbers)
    for field in fields[2:]:
        field.data = changes.get(field.name, field.data)
    return [word("side_bytes", 4, len(fields[2].data)), word("extra_bytes", 4, len(fields[3].data)), *fields[2:]]


def sizes():
    fields = coded(PLAIN, NUMBERS)
    yield _bad("size-few", "1023 cells are too few for the coded form.", "size", Context(33, [ONE]),
               indices(1023, 3), "payload0.0")
    for name, made in (("head", fields[:1]), ("states", [*fields[:4], Field("states", fields[4].data[:-2])]),
                       ("odd", [*fields, Field("more", b"\0")])):
        yield _bad(f"size-{name}", f"The block ends in its {name}." if name != "odd" else "Half a word.", "size", PLAIN,
                   NUMBERS, "payload0.0", made)
    for name in ("side_bytes", "extra_bytes"):
        made = [word(f.name, 4, 0xFFFFFFFF) if f.name == name else f for f in fields]
        yield _bad(f"size-{name.replace('_', '-')}", "The greatest size.", "size", PLAIN, NUMBERS, "payload0.0", made)
    even = [*fields[:2], Field("side", fields[2].data + b"\0"), *fields[3:]]
    for name, made, behind in (("side_bytes", even, even[2:]), ("extra_bytes", fields, fields[3:])):
        made = [word(f.name, 4, len(join(behind)) + 1) if f.name == name else f for f in made]
        yield _bad(f"size-{name.replace('_', '-')}-1", "A byte more than the block has.", "size", PLAIN, NUMBERS,
                   "payload0.0", made)


def ends():
    states, words = coded(PLAIN, NUMBERS)[4:]
    yield _bad("words-more", "A word is left.", "words", PLAIN, NUMBERS, "payload0.0",
               _with(PLAIN, NUMBERS, words=words.data + b"\0\0"))
    rare, cells = Context(32, [(1, SLOTS - 1)]), [0] * 1024
    for name, label, count in (("of-every-cell", "states", 1024), ("more-than-cells", "words", 1025)):
        fields = _with(rare, cells, states=bytes(128), words=bytes(2 * count))
        yield _bad(f"words-{name}", "States of 0 take a word at every cell, and end as wrong as they begin.", label, rare, cells,
                   "payload0.0", fields, book=(0, 1), dtype="u64")
    yield _bad("words-less", "A word is missing, a zero one.", "words", PLAIN, NUMBERS, "payload0.0",
               _with(PLAIN, NUMBERS, words=words.data[:-2]))
    for lane in (0, 31):
        value = int.from_bytes(states.data[4 * lane:4 * lane + 4], "little") ^ 1 << 31
        data = states.data[:4 * lane] + value.to_bytes(4, "little") + states.data[4 * lane + 4:]
        label = _end_label(PLAIN, NUMBERS, lane, value)
        yield _bad(f"states-{lane}", f"State {lane} is another.", label, PLAIN, NUMBERS, "payload0.0",
                   _with(PLAIN, NUMBERS, states=data))
    one, same = Context(32, [(0, SLOTS, 0)]), [1] * 1024
    for name, value in (("end", (1 << 16) + 1), ("begin", (1 << 16) - 1)):
        data = value.to_bytes(4, "little") + bytes((0, 0, 1, 0)) * 31
        extra = {"words": b"\0\0"} if name == "begin" else {}
        yield _bad(f"states-{name}", f"A state at its {name} is not one that encoders reach.", "states", one, same,
                   "payload0.0", _with(one, same, states=data, **({"words": b"\1\0"} if extra else {})))
    whole = coded(PLAIN, NUMBERS)[2].data
    for name, data in (("more", whole + b"\0"), ("less", whole[:-1]), ("other", whole[:-1] + bytes([whole[-1] ^ 1]))):
        yield _bad(f"side-end-{name}", f"Side information with a byte {name}.", "side-end", PLAIN, NUMBERS, SIDE,
                   _with(PLAIN, NUMBERS, side=data))
    below = coded(RARE, RARE_FIRST, early=0)
    assert below[4].data.startswith((LEAST - 1).to_bytes(4, "little"))
    yield _bad("states-below", "A state that begins at 2^16 - 1, and ends well.", "states", RARE, RARE_FIRST,
               "payload0.0", below)


def _end_label(made, numbers, lane, value):
    """Whether a lane that starts from this state takes as many words as it should."""
    frequencies, starts = made.tables[0], [0, SLOTS // 2, 3 * SLOTS // 4]
    fields = coded(made, numbers)
    states = [int.from_bytes(fields[4].data[4 * i:4 * i + 4], "little") for i in range(32)]
    states[lane], at, words = value, 0, fields[5].data
    for cell in range(len(numbers)):
        state = states[cell % 32]
        slot = state % SLOTS
        symbol = max(s for s in range(3) if starts[s] <= slot)
        state = frequencies[symbol] * (state >> 12) + slot - starts[symbol]
        if state < 1 << 16:
            state = state << 16 | int.from_bytes(words[at:at + 2], "little")
            at += 2
        states[cell % 32] = state
    return "words" if at != len(words) else "states"


def _side_bad(name, why, label, made, numbers=(0,) * 1024, **more):
    """A block whose side information is wrong, and whose cells could be anything."""
    good = coded(PLAIN, NUMBERS)
    data = side(made, len(numbers))
    fields = [word("side_bytes", 4, len(data)), word("extra_bytes", 4, 0), Field("side", data), *good[3:]]
    return _bad(name, why, label, replace(made, width=32), numbers, SIDE, fields, **more)


def sides():
    rows = {1: (0, ((0, 64),))}
    predicted = Context(32, [ONE], thresholds=(0,), values=(0, 1, 2), map=(0, 0), rows=rows)
    yield _side_bad("width-31", "Rows of 31 cells.", "width", Context(31, [ONE]))
    yield _side_bad("width-1025", "Rows of one cell more than there are.", "width", Context(1025, [ONE]))
    yield _side_bad("contexts-65", "More contexts than a sixteenth of the cells.", "contexts",
                    Context(32, [ONE], classes=(13, 5, 1), map=(0,) * 65))
    yield _side_bad("tables-3", "Three tables for 1024 cells.", "contexts", Context(32, [ONE] * 3, map=(0,)))
    for name, change in (("more", {"values": (0, 2048, 0)}), ("less", {"values": (0, 0, -2048)}),
                         ("threshold", {"thresholds": ((1 << 14) + 1,)}), ("far", {"values": (1 << 29, 0, 0)}),
                         ("threshold-far", {"thresholds": ((1 << 30),)})):
        yield _side_bad(f"value-{name}", "A value or threshold past its bound.", "value", replace(predicted, **change))
    yield _side_bad("class-symbol", "A token's class is the number of classes.", "class",
                    Context(32, [ONE], classes=(1, 1, 2), symbol_class=(0, 1, 2)))
    yield _side_bad("class-row", "A row's class is the number of classes.", "class",
                    Context(32, [ONE], classes=(2, 1, 1), rows={31: (2, ())}))
    yield _side_bad("class-column", "A column's class is the number of classes.", "class",
                    Context(32, [ONE], classes=(1, 3, 1), columns={31: (3, 0)}))
    for name, change in (("self", {1: (0, ((1, 64),))}), ("first", {0: (0, ((0, 64),))}), ("later", {3: (0, ((31, 1),))}),
                         ("five", {9: (0, ((0, 1),) * 5)})):
        yield _side_bad(f"reference-{name}", "A row with a reference that it must not have.", "reference",
                        replace(predicted, rows=change))
    for name, width, columns in (("group", 64, {33: (0, 33)}), ("none", 32, {0: (0, 1)})):
        yield _side_bad(f"reference-{name}", "A column refers into its own group.", "reference",
                        Context(width, [ONE], classes=(1, 1, 2), symbol_class=(0, 1, 1), columns=columns))
    pair = Context(32, list(TWO), classes=(3, 1, 1), map=(0, 1, 1), rows={})
    yield _side_bad("table-same", "A table is named though it is the one above.", "table", replace(pair, named=(2,)))
    yield _side_bad("table-0", "The first context names table 0.", "table", replace(pair, named=(0,)))
    wide = Context(32, [ONE] * 3, classes=(3, 1, 1), map=(0, 3, 1))
    yield _side_bad("table-3", "A table that does not exist.", "table", wide, (0,) * 2048)
    for name, table in (("less", (4000, 90, 5)), ("more", (4000, 90, 7)), ("much", (1 << 24, 0, 0)), ("zero", (0, 0, 0))):
        yield _side_bad(f"frequencies-{name}", f"Frequencies that add up to {sum(table)}.", "frequencies",
                        Context(32, [table]))
    wrap = (SLOTS + 1, (1 << 31) - 1, (1 << 31) - 1, 1)
    yield _side_bad("frequencies-wrap", "Frequencies that add up to 4096 modulo 2^32.", "frequencies",
                    Context(32, [wrap]), book=(0, 5, 7, 9))


def cases():
    for part in (limits, packed_blocks, tables, predictions, runs, sizes, ends, sides):
        yield from part()
