"""Block entries, line counts, the coverage of the file, and the checksums of blocks and tensors."""

from .cases_records import FOLDER, _bad
from .fields import Field, word
from .huffman import code, code_table
from .model import COLUMNS, CSC, DENSE, HAM, INDEX_MAP, SHAM, UNCOUNTED, Block, File, Tensor, plain
from .payloads import dense, index_map
from .tables import codebook
from .vector import ok
from decoder.xxh3 import xxh3


def _rows(**more):
    """Four lines of three cells in blocks of one and three lines."""
    return dense("w", "u8", (4, 3), range(12), split=1, fill=(1, 3), **more)


def lines():
    yield ok(FOLDER, "blocks-uneven", "Blocks of one and of three lines.", File([_rows()]))
    yield _bad("block-lines-0", "A block of no lines.", "block.lines", "block0.1.lines",
               File([dense("w", "u8", (4, 3), range(12), split=1, fill=(4, 0))]))
    yield _bad("block-lines-past-end", "A block that reaches one line past the end.", "block.lines",
               "block0.1.lines", File([_rows()]), block0__1__lines=4)
    yield _bad("block-lines-2-32", "A block of 2^32 - 1 lines.", "block.lines", "block0.0.lines",
               File([_rows()]), block0__0__lines=0xFFFFFFFF)
    empty = File([Tensor("w", (0, 3), blocks=[Block(1, [Field("nothing", b"")])])])
    yield _bad("block-without-cells", "A block of a tensor without cells.", "block.lines", "block0.0.lines",
               empty)
    yield _bad("line-count-less", "The blocks leave out the last line.", "record.line-count",
               "record0.block_count", File([dense("w", "u8", (4, 3), range(12), split=1, fill=(1, 2))]))
    yield _bad("line-count-none", "A tensor with cells and without blocks.", "record.line-count",
               "record0.block_count", File([dense("w", fill=())]))
    segments = dense("w", "u8", (1, 65537), b"\7" * 65537, split=1, fill=(1,))
    yield _bad("line-count-segments", "The second segment of a long line is left out.", "record.line-count",
               "record0.block_count", File([segments]))


def _limited(encoding, limit, extra, width):
    """A tensor of one block of `limit` zero cells and `extra` more, in lines of `width` cells."""
    count = limit + extra
    lines = count // width
    nothing, sparse = [Field("nothing", b"")], [word("count_bits", 1, 0)]
    fields = {DENSE: plain(bytes(count)), CSC: sparse, INDEX_MAP: nothing, HAM: nothing, SHAM: sparse}
    tables = {INDEX_MAP: [codebook(8, (0,))], HAM: [code_table(8, code("0+0", (0,)))],
              SHAM: [code_table(8, code("0+0", (1,)))]}
    made = Tensor("w", (lines, width), cells=bytes(count), encoding=encoding, split=1,
                  blocks=[Block(lines, fields[encoding])], codebook=int(encoding == INDEX_MAP),
                  code=int(encoding in (HAM, SHAM)))
    return File([made], tables.get(encoding, []))


def limits():
    for name, encoding, power in (("dense", DENSE, 16), ("csc", CSC, 22), ("index_map", INDEX_MAP, 16),
                                  ("ham", HAM, 16), ("sham", SHAM, 22)):
        yield ok(FOLDER, f"block-cells-{name}", f"A block of 2^{power} cells.",
                 _limited(encoding, 1 << power, 0, 256))
        yield _bad(f"block-cells-{name}-more", f"A block of a cell more than 2^{power}.", "block.cells",
                   "block0.0.lines", _limited(encoding, 1 << power, 1, 1))
    coded = [Field("unknown", b"\0")]
    for extra, label, at, verdict in ((0, "record.unknown-encoding", "record0.encoding", "unsupported"),
                                      (1, "block.cells", "block0.0.lines", "malformed")):
        count = (1 << 24) + extra
        made = Tensor("w", (count, 1), cells=bytes(count), encoding=13, split=1, blocks=[Block(count, coded)])
        yield _bad(f"block-cells-unknown{'-more' if extra else ''}",
                   f"A block of 2^24 cells{' and one' if extra else ''} in an unknown encoding.",
                   label, at, File([made]), verdict=verdict)
    yield _bad("block-size-more", "A block stored in a byte more than its cells take.", "block.size",
               "block0.0.stored_bytes", File([Tensor("w", (3,), cells=b"\1\2\3",
                                                     blocks=[Block(1, plain(b"\1\2\3\0"))])]))
    made = Tensor("w", (3,), 16, 4, bytes(2), blocks=[Block(1, plain(bytes(3)))])
    yield _bad("block-size-bits", "A block of three cells of 4 bits stored in three bytes.", "block.size",
               "block0.0.stored_bytes", File([made]))


def coverage():
    pair = lambda **more: File([dense("a"), dense("b")], **more)  # noqa: E731
    table = codebook(8, (1, 2))
    bad = lambda name, why, at, file, **edits: _bad(  # noqa: E731
        f"coverage-{name}", why, "file.coverage", at, file, None, **edits)
    yield bad("hole-before-first", "The first payload begins later than it is due.", 64,
              File([dense("w")], gaps={"payload0": 64}))
    yield bad("hole", "A hole of a whole unit of alignment between two payloads.", 128,
              pair(gaps={"payload1": 64}))
    yield bad("hole-before-table", "A byte between a payload and a table.", 67,
              File([dense("w")], [table], gaps={"table0": 1}))
    yield bad("hole-before-directory", "A byte between the last part and the directory.", 67,
              File([dense("w")], gaps={"directory": 1}))
    yield bad("misaligned", "A payload directly behind another, where the next multiple is due.", 128,
              pair(gaps={"payload1": -61}))
    yield bad("same-bytes", "Two payloads on the same bytes.", 128, pair(), record1__offset=64)
    yield bad("overlap", "A table that begins on the last byte of a payload.", 67,
              File([dense("w")], [table]), entry0__offset=66)
    yield bad("in-header", "A payload in the header.", 64, File([dense("w")]), record0__offset=0)
    yield bad("past-file", "A payload past the end of the file.", 64, File([dense("w")]),
              record0__offset=1 << 32)
    yield bad("near-2-64", "A payload whose end is beyond 2^64.", 64, File([dense("w")]),
              record0__offset=(1 << 64) - 1)
    yield bad("into-directory", "A table that reaches into the directory.", ("directory", 1),
              File([], [table]), entry0__bytes=3)
    yield bad("table-of-2-40", "A table of the most bytes that a table may have.", 64 + (1 << 40) - 1,
              File([], [table]), entry0__bytes=(1 << 40) - 1)


def padding():
    for name, byte in (("first", 0), ("last", 60)):
        pad = bytearray(61)
        pad[byte] = 1
        yield _bad(f"padding-{name}", f"The {name} byte of the padding is not zero.", "file.padding",
                   ("padding.payload1", byte), File([dense("a"), dense("b")]), None,
                   **{"padding.payload1": bytes(pad)})
    yield _bad("padding-in-file-order", "Padding is judged by offset, not by record.", "file.padding",
               "padding.payload1", File([dense("a"), dense("b"), dense("c")],
                                        parts=["payload2", "payload1", "payload0"]), None,
               **{"padding.payload0": b"\1" + bytes(60), "padding.payload1": b"\1" + bytes(60)})


def orders():
    book = codebook(8, (5, 7))
    yield ok(FOLDER, "parts-reversed", "Payloads in descending order of name, and a table between.",
             File([dense("a"), index_map("b", "u8", (4,), (5, 7, 7, 5), (1, (5, 7))), dense("c")], [book],
                  parts=["payload2", "table0", "payload1", "payload0"]))
    yield ok(FOLDER, "tables-after-payloads", "Tables after all payloads, in descending order of number.",
             File([dense("w")], [book, codebook(8, (1,)), codebook(16, (2,))],
                  parts=["payload0", "table2", "table1", "table0"]))
    one = codebook(8, (5,))
    empty = lambda name: index_map(name, "u8", (4,), (5,) * 4, (1, (5,)))  # noqa: E731
    yield ok(FOLDER, "empty-payloads", "Two payloads of no bytes and a table, all at the same offset.",
             File([empty("a"), empty("b")], [one]))
    yield ok(FOLDER, "empty-payload-first", "A payload of no bytes before one of a smaller name, at the same offset.",
             File([dense("a"), empty("b")], [one], parts=["payload1", "payload0", "table0"]))
    yield ok(FOLDER, "empty-payload-last", "A payload of no bytes, aligned behind a table.",
             File([empty("w")], [one], parts=["table0", "payload0"]))
    yield _bad("empty-payload-misaligned", "A payload of no bytes is aligned too.", "file.coverage", 128,
               File([empty("w")], [one], parts=["table0", "payload0"], gaps={"payload0": -63}), None)


def checksums():
    for block in (0, 1):
        yield _bad(f"block-checksum-{block}", f"The checksum of block {block} is wrong.", "block.checksum",
                   f"payload0.{block}.plain", File([_rows()]), **{f"block0.{block}.checksum": 1})
    even = dense("w", "u8", (2, 3), range(6), split=1, fill=(1, 1))
    swapped = File([dense("w", "u8", (2, 3), (3, 4, 5, 0, 1, 2), split=1, fill=(1, 1))])
    yield _bad("blocks-swapped", "Two blocks changed places with their checksums.", "block.checksum",
               "payload0.0.plain", swapped, record0__checksum=xxh3(even.cells),
               block0__0__checksum=xxh3(b"\3\4\5", 1), block0__1__checksum=xxh3(b"\0\1\2", 0))
    yield _bad("tensor-checksum", "Every block is as stored, and the cells are others.", "tensor.checksum",
               "record0", File([dense("w")]), record0__checksum=1)
    yield _bad("tensor-checksum-lines", "The cells are stored by columns and recorded by rows.",
               "tensor.checksum", "record0", File([dense("w", "u8", (2, 2), range(4), split=1)]),
               record0__direction=COLUMNS)
    yield _bad("tensor-checksum-zero-size", "A tensor without cells has a checksum too.", "tensor.checksum",
               "record0", File([dense("w", shape=(0,), values=())]), record0__checksum=0)
    sparse = lambda: File([dense("w", "f32", (4,), (0, 1 << 31, 7, 7))])  # noqa: E731
    yield ok(FOLDER, "negative-zero", "-0.0 is an entry.", sparse())
    for field, value in (("nonzero", 2), ("nonzero", 4), ("distinct", 2), ("distinct", 4),
                         ("distinct", UNCOUNTED)):
        yield _bad(f"tensor-{field}-{value}", f"The record gives {value} for {field}.", f"tensor.{field}",
                   f"record0.{field}", sparse(), **{f"record0.{field}": value})
    yield _bad("tensors-in-order", "The second tensor has a wrong block, the first a wrong number: it counts.",
               "tensor.nonzero", "record0.nonzero", File([dense("a"), dense("b")]), "a", record0__nonzero=2,
               block1__0__checksum=1)


def cases():
    for part in (lines, limits, coverage, padding, orders, checksums):
        yield from part()
