"""ham: every form of its blocks, and codes that no encoder would choose."""

from .huffman import code, code_table
from .model import COLUMNS, ROWS, File
from .payloads import alias, ham
from .vector import ok

FOLDER = "ham"
MIXED = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))


def _ok(name, why, dtype, bits, shape, cells, made=MIXED, **more):
    """A tensor `w` in ham with a code of its own."""
    return ok(FOLDER, name, why, File([ham("w", dtype, shape, cells, (1, made), **more)], [code_table(bits, made)]))


def _spread(count, entries):
    """Cells without a pattern over some entries, the first ones more frequent."""
    state, cells = 3, []
    for _ in range(count):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        cells.append(entries[min((state >> 16) % len(entries), (state >> 24) % len(entries))])
    return cells


def blocks():
    example = (0, 0, 5, 0, 0, 0, 7, 0, 0, 0, 5, 0, 0, 9, 0, 0, 0, 0, 0, 0)
    yield _ok("example", "The worked example: twenty cells over four entries.", "u8", 8, (1, 20), example,
              code("1+0 2+0 3+0 3+0", (0, 5, 7, 9)), split=1)
    cells = _spread(200, MIXED.entries)
    for name, direction, last in (("rows", ROWS, 6), ("columns", COLUMNS, 16)):
        yield _ok(name, f"Cells by {name}, in blocks of three, one and {last} lines.", "u16", 16, (10, 20), cells,
                  split=1, direction=direction, fill=(3, 1, last))
    mixed = _spread(60, MIXED.entries)
    mixed[20:40] = range(100, 120)
    yield _ok("plain-and-coded", "A plain block between two coded ones, with cells that the code lacks.", "u8", 8,
              (3, 20), mixed, split=1, fill=(1, 1, 1), coded=(0, 2))
    yield _ok("plain-all", "Plain blocks alone, and a code that none of them uses.", "u8", 8, (2, 3), range(6), split=1,
              fill=(1, 1), coded=())
    yield _ok("plain-one-cell", "One cell of 8 bits: a block of one byte is plain.", "u8", 8, (), (5,), coded=())
    yield _ok("plain-as-coded", "Ten cells that look like a coded sequence of ten bytes: the block is plain.", "u8", 8,
              (10,), (2, 1, 0, 0, 0, 0, 0, 0, 0, 0), code("1+0 1+0", (0, 5)), coded=())
    yield _ok("small-blocks", "2048 cells in blocks of 512: each is one stream.", "u8", 8, (4, 512),
              _spread(2048, MIXED.entries), split=1, fill=(1, 1, 1, 1))
    yield _ok("streams-and-stream", "Blocks of 1024, 1023 and 1 cells by columns; the last is plain.", "u16", 16,
              (1, 2048), _spread(2048, MIXED.entries), split=1, direction=COLUMNS, fill=(1024, 1023, 1), coded=(0, 1))
    long = [0] * 131078
    long[65535], long[65536], long[131077] = 5, 7, 9
    yield _ok("segments", "Rows of 2^16 + 3 cells are two lines each, in blocks of their own.", "u8", 8, (2, 65539),
              long, split=1, fill=(1, 1, 1, 1), coded=(0, 2))
    yield _ok("one-entry", "A code of one entry: blocks of no bytes, of 2^16 cells and of 1.", "u8", 8, (65537,),
              b"\5" * 65537, code("0+0", (5,)), fill=(1, 1))
    yield _ok("one-entry-and-plain", "A code of one entry, and a plain block of other cells.", "f32", 32, (2, 3),
              (1 << 31,) * 3 + (1, 2, 3), code("0+0", (1 << 31,)), split=1, fill=(1, 1), coded=(0,))


def cells():
    for bits, dtype in ((8, "i8"), (16, "bf16"), (32, "f32"), (64, "f64")):
        top = 1 << bits - 1
        made = code("1+0 3+0 3+0 2+2", (0, top, 2 * top - 1, 1, 2, top + 1, top + 2))
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits, in the order of their bits, unsigned.", dtype, bits, (40,),
                  _spread(40, made.entries), made)
    yield _ok("values", "-0.0, not-a-numbers with payloads and a subnormal, without zero.", "f64", 64, (6,),
              (1 << 63, 0x7FF8 << 48 | 1, 0xFFF0 << 48 | 1, 1, 1, 1),
              code("1+0 2+0 2+1", (1, 1 << 63, 0x7FF8 << 48 | 1, 0xFFF0 << 48 | 1)))


def codes():
    frequent = [0] * 30 + [5, 3, 7, 9]
    yield _ok("code-bad", "The most frequent cell has the longest codeword.", "u32", 32, (34,), frequent,
              code("4+0 1+0 2+0 3+0 4+0", (0, 5, 3, 7, 9)))
    yield _ok("code-unused", "Only two of the entries are used.", "u8", 8, (34,), [5, 7] * 17)
    yield _ok("code-unused-one", "Only one of the entries is used, and it still takes bits.", "u8", 8, (34,), [5] * 34)
    yield _ok("code-runs", "Runs where single entries would cost less.", "u16", 16, (34,), frequent,
              code("1+0 1+4", (0, *range(1, 11), *range(20, 25))))
    yield _ok("code-fixed-width", "One token of three extra bits: fixed width, zero among the entries.", "u16", 16,
              (34,), frequent, code("0+3", (0, 3, 5, 7, 9)))
    yield _ok("code-fixed-width-8", "One token of eight extra bits and 256 entries, in one stream and in 32.", "u16",
              16, (1280,), _spread(1280, range(256)), code("0+8", range(256)), split=0)
    yield _ok("code-equal", "Five tokens where a shorter code would do for three cells.", "u8", 8, (34,),
              [0, 3, 3, 9] * 8 + [0, 0], code("2+0 2+0 2+0 3+0 3+0", (0, 3, 5, 7, 9)))
    yield _ok("code-zero-long", "Zero is frequent and has a codeword of length 8.", "u32", 32, (40,), [0] * 32 + [
        *range(1, 9)], code("8+0 1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0", range(9)))
    text = "2+0 3+0 3+0 3+0 4+0 4+0 4+1 4+1 5+1 5+1 6+2 6+2 7+3 8+3 7+4 8+4 8+5 8+5"
    yield _ok("code-many", "Eighteen tokens with runs of up to 32 entries, in 32 streams.", "u16", 16, (1500,),
              _spread(1500, range(3, 125)), code(text, _classes(text, 122)))


def _classes(text, entries):
    """Entries for a code of these tokens, each class from the upper end of those that are left."""
    left, found = list(range(3, 3 + entries)), []
    for token in text.split():
        size = min(1 << int(token.split("+")[1]), len(left))
        found.append((token, left[-size:]))
        left = left[:-size]
    by_class = {}
    for token, cells_ in found:
        by_class.setdefault(token, []).extend(cells_)
    return [cell for token in dict.fromkeys(text.split()) for cell in sorted(by_class[token])]


def shared():
    yield ok(FOLDER, "shared", "Two tensors share a code; neither uses all of it, and one has another dtype.",
             File([ham("a", "u8", (34,), [0, 5] * 17, (1, MIXED)),
                   ham("b", "i8", (40,), [5, 7, 9, 9] * 10, (1, MIXED))], [code_table(8, MIXED)]))
    other = code("1+0 1+0", (5, 7))
    yield ok(FOLDER, "two-codes", "Two tensors with a code each, in the order of neither.",
             File([ham("a", "u8", (34,), [5, 7] * 17, (2, other)), ham("b", "u8", (34,), [0, 5] * 17, (1, MIXED))],
                  [code_table(8, MIXED), code_table(8, other)], parts=["table1", "payload0", "payload1", "table0"]))
    first = ham("a", "u8", (34,), [0, 5] * 17, (1, MIXED))
    yield ok(FOLDER, "alias", "An alias of a tensor in ham.",
             File([first, alias("b", 0, first)], [code_table(8, MIXED)]))


def cases():
    for part in (blocks, cells, codes, shared):
        yield from part()
