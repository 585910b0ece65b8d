"""Code tables: every form of a code, and the faults of its table."""

from .fields import Field
from .huffman import code, code_table
from .model import CODE, File, Table
from .payloads import ham
from .vector import ok, refused

FOLDER = "huffman"
LADDER = "1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0"


def _ok(name, why, text, entries, dtype="u16", bits=16):
    """A tensor in ham in which every entry is used, the code being of these tokens."""
    made = code(text, entries)
    cells = tuple(entries) * (1 + 24 // len(entries))
    return ok(FOLDER, f"code-{name}", why, File([ham("w", dtype, (len(cells),), cells, (1, made))],
                                                [code_table(bits, made)]))


def _bad(name, why, label, text, entries, at="table0", bits=16, **more):
    return refused("malformed", FOLDER, f"code-{name}", why, f"code.{label}", at,
                   File([], [code_table(bits, code(text, entries), **more)]))


def _cut(name, why, data, bits=16):
    """A table of any bytes that does not hold what it says."""
    table = Table(CODE, [Field("any", data)], bits)
    return refused("malformed", FOLDER, f"code-size-{name}", why, "code.size", "table0", File([], [table]))


def sizes():
    yield _ok("tokens-1", "One token of one entry: no bits at all.", "0+0", (7,))
    yield _ok("tokens-2", "Two tokens of length 1.", "1+0 1+0", (0, 7))
    yield _ok("tokens-8", "Eight tokens take nine bytes without padding bits.", "3+0 " * 8, range(8))
    yield _ok("tokens-32", "Thirty-two tokens, the most.", "5+0 " * 32, range(32))
    counts = {2: 1, 3: 1, 4: 3, 5: 7, 6: 9, 7: 9, 8: 2}
    yield _ok("tokens-32-uneven", "Thirty-two tokens of lengths 2 to 8.",
              "".join(f"{length}+0 " * count for length, count in counts.items()), range(32))
    yield _bad("size-tokens-33", "Thirty-three tokens, a token more than the most, of a complete code.", "size",
               "5+0 " * 31 + "6+0 6+0", range(33))
    yield _bad("size-tokens-0", "No tokens, and an entry behind them.", "size", "", (7,))
    yield _bad("size-tokens-255", "A token count of 255 before two tokens and enough bytes for all.", "size",
               "1+0 1+0", range(200), count=255)
    yield _cut("count-alone", "A token count and nothing else.", b"\1")
    two, entries = b"\2\x01\x02\x00", b"\5\0\7\0"
    yield _cut("tokens-less", "The last byte of the tokens is missing.", two[:3])
    yield _cut("entries-none", "Two tokens and no entries.", two)
    yield _cut("entries-half", "An entry and a half.", two + entries[:3])
    yield _cut("entries-part", "Less than an entry.", two + entries[:1])
    yield _cut("entries-2-24", "An entry more than 2^24; their number counts before their values.",
               two + bytes((1 << 24) + 1), 8)
    table = Table(CODE, [Field("any", two + bytes(1 << 24))], 8)
    yield refused("malformed", FOLDER, "code-cover-2-24", "2^24 entries, the most, and tokens for two.", "code.cover", "table0",
                  File([], [table]))


def lengths():
    yield _ok("length-8", "Lengths 1 to 8, as of the Fibonacci numbers: the deepest code.", f"{LADDER} 8+0", range(9))
    yield _bad("length-9", "Lengths 1 to 9 of a complete code: one more than the greatest.", "length",
               f"{LADDER} 9+0 9+0", range(10))
    yield _bad("length-15", "A length of 15 beside one of 1; it counts before the sum that it spoils.", "length",
               "1+0 15+0", (0, 7))
    for at, text in (("first", "0+0 1+0"), ("last", "1+0 0+0")):
        yield _bad(f"length-0-{at}", f"The {at} of two tokens has length 0; it counts before the sum.", "length",
                   text, (0, 7))
    for length in (1, 5, 15):
        yield _bad(f"length-one-token-{length}", f"One token of one entry has length {length} in place of 0, which "
                   "counts before the sum.", "length", f"{length}+0", (7,))
    yield _bad("length-one-token-run", "One token of two entries has length 1 in place of 0, which counts before "
               "the sum.", "length", "1+1", (0, 7))
    yield _bad("length-before-extra", "A length of 9 in the second token counts before extra bits of 25 in the first.",
               "length", "1+25 9+0", (5, 7))


def extras():
    yield _bad("extra-24", "Extra bits of 24 are lawful; the run would need more than 2^23 entries, which no text "
               "holds.", "cover", "0+24", (7,))
    for extra in (25, 31):
        yield _bad(f"extra-{extra}", f"Extra bits of {extra}, which count before the entries that are missing.",
                   "extra", f"0+{extra}", (7,))
    yield _bad("extra-before-padding", "Extra bits of 25 count before padding bits.", "extra", "1+0 1+25", (0, 7),
               padding=1)
    for bit in (0, 5):
        yield _bad(f"padding-two-{bit}", f"Padding bit {bit} of six behind two tokens is set.", "padding", "1+0 1+0",
                   (0, 7), padding=1 << bit)
    for bit in (0, 6):
        yield _bad(f"padding-one-{bit}", f"Padding bit {bit} of seven behind one token is set.", "padding", "0+0",
                   (7,), padding=1 << bit)
    yield _bad("padding-before-sum", "A padding bit counts before an incomplete code.", "padding", "1+0 2+0", (0, 7),
               padding=1)


def sums():
    yield _bad("over-subscribed", "A codeword of length 8 too many.", "over-subscribed", f"{LADDER} 8+0 8+0",
               range(10))
    yield _bad("over-subscribed-ones", "Three tokens of length 1.", "over-subscribed", "1+0 " * 3, range(3))
    yield _bad("over-subscribed-most", "Thirty-two tokens of length 1.", "over-subscribed", "1+0 " * 32, range(32))
    yield _bad("incomplete", "A codeword of length 8 too few.", "incomplete", LADDER, range(8))
    yield _bad("incomplete-two", "Two tokens of lengths 1 and 2.", "incomplete", "1+0 2+0", (0, 7))
    yield _bad("incomplete-most", "Thirty-two tokens of length 8.", "incomplete", "8+0 " * 32, range(32))
    yield _bad("incomplete-before-cover", "An incomplete code counts before an entry without a token.", "incomplete",
               "1+0 2+0", (0, 7, 8))


def covers():
    for k in (5, 8):
        yield _ok(f"cover-one-token-{k}", f"One token of three extra bits for {k} entries: three bits a cell.", "0+3",
                  range(k))
    yield _bad("cover-one-token-4", "One token of three extra bits for four entries, where two bits would do.", "cover",
               "0+3", range(4))
    yield _ok("cover-half-and-one", "The last token stands for five entries of eight.", "1+0 1+3", range(6))
    yield _bad("cover-half", "The last token stands for four entries of eight.", "cover", "1+0 1+3", range(5))
    yield _bad("cover-one-of-two", "The last token stands for one entry of two.", "cover", "1+0 1+1", range(2))
    yield _ok("cover-last-full", "The last token stands for all its entries.", "1+0 1+2", range(5))
    yield _bad("cover-token-more", "The last token stands for no entry.", "cover", "1+0 2+0 2+0", range(2))
    yield _bad("cover-tokens-more", "The last two tokens stand for no entry.", "cover", "1+0 2+0 3+0 3+0", range(2))
    yield _bad("cover-entry-more", "An entry more than the tokens stand for.", "cover", "1+0 1+0", range(3))
    yield _bad("cover-entry-more-run", "An entry more than the tokens stand for, behind a run.", "cover", "1+0 1+2",
               range(6))
    yield _bad("cover-run-before-last", "A run before the last token reaches past the entries.", "cover",
               "1+0 2+2 2+2", range(4))
    yield _bad("cover-before-zero", "A token too many counts before zero in the second place.", "cover",
               "1+0 2+0 2+0", (7, 0))


def zeros():
    for length in range(1, 9):
        rest = [n for n in (*range(1, 9), 8) if n != length] + ([8] if length == 8 else [])
        text = " ".join(f"{n}+0" for n in (length, *rest))
        yield _ok(f"zero-length-{length}", f"Zero as its own token of length {length}, before all others.", text,
                  range(9))
    yield _ok("zero-in-one-token", "Zero is the first entry of a single run.", "0+2", (0, 3, 5))
    yield _ok("zero-negative", "-0.0 is an entry like any other, here in a run and in the last place.", "1+0 1+1",
              (0x3F800000, 0x40000000, 0x80000000), "f32", 32)
    yield _bad("zero-second", "Zero is the second entry.", "zero", "1+0 2+0 2+0", (5, 0, 7))
    yield _bad("zero-in-later-run", "Zero is the first entry of the second token.", "zero", "1+0 1+1", (5, 0, 7))
    yield _bad("zero-in-first-run", "Zero is the first entry, in a run of two.", "zero", "1+1 1+1", (0, 3, 5, 7))
    yield _bad("zero-not-first-in-one-token", "Zero is second in a single run, which counts before the order.", "zero",
               "0+1", (5, 0))
    yield _bad("zero-twice", "Zero is the first entry and the second, which counts before its coming twice.", "zero",
               "1+0 2+0 2+0", (0, 0, 7))
    yield _bad("zero-before-token-order", "Zero in the second place counts before tokens that descend.", "zero",
               "3+0 1+0 2+0 3+0", (5, 0, 7, 9))


def token_orders():
    yield _ok("token-order-by-sum", "Tokens in order of length and extra bits taken together, not of length.",
              "3+0 3+0 2+1 1+4", range(1, 21))
    yield _ok("token-order-by-extra", "Of tokens that cost the same, the one with fewer extra bits comes first.",
              "3+0 3+0 2+1 2+1 2+1", range(1, 9))
    yield _bad("token-order-length", "Lengths that descend.", "token-order", "2+0 2+0 1+0", (3, 5, 7))
    yield _bad("token-order-sum", "A run that costs more comes before a token that costs less.", "token-order",
               "1+4 2+1 3+0 3+0", range(1, 21))
    yield _bad("token-order-extra", "Of tokens that cost the same, the one with more extra bits comes first.",
               "token-order", "2+1 2+1 3+0 3+0 2+1", range(1, 9))
    yield _bad("token-order-last", "The last token alone is out of order.", "token-order", "2+0 2+0 3+0 3+1 2+0",
               range(1, 7))
    yield _bad("token-order-without-zero", "Without zero the first token is judged as the others.", "token-order",
               "2+0 1+0 2+0", (3, 5, 7))
    yield _bad("token-order-behind-zero", "Zero is left out of the order, the token behind it is not.", "token-order",
               "1+0 3+0 2+0 3+0", (0, 3, 5, 7))
    yield _bad("token-order-before-order", "Tokens that descend count before entries that do.", "token-order",
               "2+1 2+1 1+0", (5, 3, 7, 8, 9))


def orders():
    at = lambda entry, size=2: ("table0.cells", size * entry)  # noqa: E731
    yield _ok("order-classes", "Entries ascend within a class, not from one class to the next.",
              "1+0 3+0 3+0 3+1 3+1", (9, 7, 8, 4, 5, 6, 10))
    yield _bad("order-run", "Entries of one run descend.", "order", "1+0 1+1", (3, 7, 5), at(2))
    yield _bad("order-tokens", "Entries descend from one token of a class to the next.", "order", "1+0 2+0 2+0",
               (3, 7, 5), at(2))
    yield _bad("order-runs", "Entries descend from one run of a class to the next.", "order", "1+0 2+1 2+1",
               (3, 7, 9, 5, 6), at(3))
    yield _bad("order-partial", "The last entry of a run that is not full does not ascend.", "order", "1+0 1+2",
               (3, 5, 7, 6), at(3))
    yield _bad("order-equal", "An entry twice in a class; the order counts first.", "order", "1+0 1+1", (3, 7, 7),
               at(2))
    yield _bad("order-signed", "Entries ascend as signed integers, not as bits.", "order", "0+1", (0x80000000, 1),
               at(1, 4), 32)
    yield _bad("order-little-endian", "Entries ascend as bytes in memory, not as integers.", "order", "0+1",
               (0x0201, 0x0102), at(1))
    yield _bad("order-behind-zero", "Entries behind that of zero descend.", "order", "2+0 2+0 2+0 2+0", (0, 7, 3, 9),
               at(2))
    yield _bad("order-before-distinct", "Entries that descend count before one that comes twice, and earlier.",
               "order", "1+0 2+0 3+0 4+0 4+0", (3, 3, 5, 8, 7), at(4))


def duplicates():
    at = lambda entry, size=2: ("table0.cells", size * entry)  # noqa: E731
    yield _bad("distinct", "An entry of the first class comes again in the second.", "distinct", "1+0 1+1", (7, 3, 7),
               at(2))
    yield _bad("distinct-first", "Two entries come twice; the one that does so first in the table counts.", "distinct",
               "1+0 2+0 2+1", (9, 3, 3, 9), at(2))
    yield _bad("distinct-thrice", "An entry comes three times; the second counts.", "distinct", "1+0 2+0 3+0 3+1",
               (3, 5, 3, 2, 3), at(2))
    yield _bad("distinct-64", "The same cell of 64 bits in two classes.", "distinct", "1+0 1+1", (1 << 63, 1, 1 << 63),
               at(2, 8), 64)


def steps():
    twice = code_table(16, code("1+0 1+1", (7, 3, 7)))
    yield refused("malformed", FOLDER, "code-checksum", "The checksum of the table counts before its content.",
                  "table.checksum", "table0", File([], [twice], edits={"entry0.checksum": 1}))
    pair = code("1+0 1+0", (5, 7))
    file = File([ham("w", "u16", (24,), (5, 7) * 12, (1, pair))], [code_table(16, pair), twice])
    file.edits["payload0.0.tail"] = 1
    yield refused("malformed", FOLDER, "code-before-blocks", "A code that no tensor uses counts before a faulty block.",
                  "code.distinct", ("table1.cells", 4), file)
    unknown = File([ham("w", "u16", (24,), (5, 7) * 12, (1, pair))], [twice], edits={"record0.encoding": 6})
    yield refused("malformed", FOLDER, "code-of-unknown", "The code of a tensor in an unknown encoding is judged too.",
                  "code.distinct", ("table0.cells", 4), unknown)


def cases():
    for part in (sizes, lengths, extras, sums, covers, zeros, token_orders, orders, duplicates, steps):
        yield from part()
