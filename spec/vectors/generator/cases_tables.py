"""Table entries, codebooks and the caller's limits."""

from .cases_records import FOLDER, _bad
from .fields import Field, join, word
from .huffman import code, code_table
from .model import BYTES, CODE, CODEBOOK, CSC, Block, File, Meta, Table, Tensor
from .payloads import csc, dense, index_map
from .tables import codebook, safetensors_head, shard, source
from .vector import ok, refused
from .writer import lay_out


def _table(name, why, label, at, *tables, **edits):
    return _bad(name, why, label, at, File([], list(tables)), None, **edits)


def entries():
    book, any_bytes = codebook(8, (1, 2)), [Field("any", b"\1\2")]
    codes = code_table(8, code("1+0 1+0", (1, 2)))
    yield ok(FOLDER, "table-unused", "Tables that no record names.", File([], [book, codes]))
    yield ok(FOLDER, "table-unknown", "Tables of unknown kinds, with any bits per cell.",
             File([], [Table(5, any_bytes, 7), Table(0xFFFF, any_bytes, 0xFFFF)]))
    yield _table("table-kind-0", "Table kind 0 is never used.", "table.kind", "entry0.kind", book,
                 entry0__kind=0)
    for bits in (0, 24):
        yield _table(f"table-bits-{bits}", f"A codebook of cells of {bits} bits.", "table.bits", "entry0.bits",
                     book, entry0__bits=bits)
    for bits in (0, 4, 24):
        yield _table(f"table-bits-code-{bits}", f"A code of cells of {bits} bits.", "table.bits", "entry0.bits",
                     codes, entry0__bits=bits)
    for name, table in (("source", source(1)), ("shard", shard(0, [0x2D06800538D394C2]))):
        yield _table(f"table-bits-{name}", f"A {name} table with bits per cell.", "table.bits", "entry0.bits",
                     table, entry0__bits=8)
    yield _table("table-bytes-0", "A table of no bytes.", "table.bytes", "entry0.bytes",
                 Table(CODE, [], 8))
    yield _table("table-bytes-unknown-0", "A table of an unknown kind and of no bytes.", "table.bytes",
                 "entry0.bytes", Table(5, []))
    yield _table("table-bytes-2-40", "A table of 2^40 bytes.", "table.bytes", "entry0.bytes", book,
                 entry0__bytes=1 << 40)
    for byte in (0, 3):
        yield _table(f"table-reserved-{byte}", f"Byte {byte} of the reserved field of a table is not zero.",
                     "table.reserved", "entry0.reserved", book, entry0__reserved=1 << 8 * byte)
    for name, table in (("codebook", book), ("code", codes), ("source", source(1)),
                        ("unknown", Table(5, any_bytes))):
        yield _table(f"table-checksum-{name}", f"The checksum of a table is wrong: {name}.", "table.checksum",
                     "table0", table, entry0__checksum=1)
    yield _table("table-checksum-before-rules", "A wrong checksum counts before the order of the cells.",
                 "table.checksum", "table0", codebook(8, (2, 1)), entry0__checksum=1)


def codebooks():
    for bits in (8, 16, 32, 64):
        wide = (0, 1, 1 << bits - 1, (1 << bits) - 1)
        number = {8: 14, 16: 13, 32: 12, 64: 11}[bits]
        cells = wide * 2
        yield ok(FOLDER, f"codebook-{bits}", "Zero first, and cells in the order of their bits, unsigned.",
                 File([index_map("w", (number, bits), (8,), cells, (1, wide))], [codebook(bits, wide)]))
    yield ok(FOLDER, "codebook-shared", "Two tensors share a codebook, and neither uses all of it.",
             File([index_map("a", "u8", (8,), (3, 5) * 4, (1, (3, 5, 7))),
                   index_map("b", "i8", (8,), (5, 7) * 4, (1, (3, 5, 7)))], [codebook(8, (3, 5, 7))]))
    yield _table("codebook-size", "A codebook of one and a half cells.", "codebook.size", "table0",
                 Table(CODEBOOK, [Field("cells", b"\1\0\2")], 16))
    yield _table("codebook-size-part", "A codebook of less than a cell.", "codebook.size", "table0",
                 Table(CODEBOOK, [Field("cells", bytes(7))], 64))
    yield _table("codebook-size-2-24", "A codebook of a cell more than 2^24; its size counts before its order.",
                 "codebook.size", "table0", Table(CODEBOOK, [Field("cells", bytes((1 << 24) + 1))], 8))
    yield _table("codebook-order-2-24", "A codebook of 2^24 cells, the most, that do not ascend.", "codebook.order",
                 ("table0.cells", 1), Table(CODEBOOK, [Field("cells", bytes(1 << 24))], 8))
    for name, entries_, at in (("equal", (1, 2, 2), 2), ("descending", (1, 3, 2), 2), ("zero-last", (1, 0), 1)):
        yield _table(f"codebook-order-{name}", f"The cells of a codebook do not ascend: {name}.",
                     "codebook.order", ("table0.cells", at), codebook(8, entries_))
    yield _table("codebook-order-little-endian", "The cells ascend as bytes in memory, not as integers.",
                 "codebook.order", ("table0.cells", 2), codebook(16, (0x0201, 0x0102)))
    yield _table("codebook-order-signed", "The cells ascend as signed integers, not as bits.", "codebook.order",
                 ("table0.cells", 4), codebook(32, (0x80000000, 1)))


def _limit(name, why, label, at, file, **limits):
    return refused("over-limit", FOLDER, name, why, label, at, file, **limits)


def _ratio(ratio, more):
    """A file whose cells take `ratio` times its bytes, and some bytes more."""
    make = lambda count: File([csc("w", "u8", (count,), bytes(count))])  # noqa: E731
    return make(ratio * len(join(lay_out(make(1000)))) + more)


def limits():
    two = lambda: File([dense("a"), dense("b")])  # noqa: E731
    yield ok(FOLDER, "limit-tensors-met", "As many tensors as the caller admits.", two(), tensors=2)
    yield _limit("limit-tensors", "A tensor more than the caller admits.", "limit.tensors",
                 "trailer.tensor_count", two(), tensors=1)
    unsupported = two()
    unsupported.edits["record0.encoding"] = 13
    yield _limit("limit-before-unsupported", "An exceeded limit counts before an unsupported tensor.",
                 "limit.decoded-bytes", "trailer.decoded_bytes", unsupported, decoded_bytes=5)
    late = two()
    late.edits["record1.rank"] = 9
    yield _limit("limit-tensors-before-records", "The limit of tensors is judged before any record.",
                 "limit.tensors", "trailer.tensor_count", late, tensors=1)
    yield ok(FOLDER, "limit-decoded-bytes-met", "As many decoded bytes as the caller admits.", two(),
             decoded_bytes=6)
    yield _limit("limit-decoded-bytes", "A decoded byte more than the caller admits.", "limit.decoded-bytes",
                 "trailer.decoded_bytes", two(), decoded_bytes=5)
    yield ok(FOLDER, "limit-ratio-met", "Decoded bytes are the ratio times the file's, exactly.", _ratio(4, 0),
             ratio=4)
    yield _limit("limit-ratio", "A decoded byte more than the ratio admits.", "limit.ratio",
                 "trailer.decoded_bytes", _ratio(4, 1), ratio=4)
    make = lambda count: File([index_map("w", "u8", (count,), bytes(count), (1, (0,)))],  # noqa: E731
                              [codebook(8, (0,))])
    size = len(join(lay_out(make(9))))
    yield ok(FOLDER, "limit-ratio-codebook-met", "Cells of no bits, as many as the ratio admits.",
             make(100 * size), ratio=100)
    yield _limit("limit-ratio-codebook", "Cells of no bits, a cell more than the ratio admits.", "limit.ratio",
                 "trailer.decoded_bytes", make(100 * size + 1), ratio=100)
    bomb = File([Tensor("w", (1 << 22, 4), cells=bytes(1 << 24), encoding=CSC, split=1,
                        blocks=[Block(1 << 20, [word("count_bits", 1, 0)]) for _ in range(4)])])
    yield _limit("limit-bomb", "2^24 zero cells in four bytes.", "limit.decoded-bytes",
                 "trailer.decoded_bytes", bomb, decoded_bytes=1 << 20)
    padded = two()
    padded.edits["padding.payload1"] = b"\1" + bytes(60)
    yield _limit("limit-before-padding", "Limits are judged before padding.", "limit.decoded-bytes",
                 "trailer.decoded_bytes", padded, decoded_bytes=5)
    hole = two()
    hole.gaps["payload1"] = 64
    yield _bad("coverage-before-limit", "Coverage is judged before limits.", "file.coverage", 128, hole, None) \
        .with_limits(decoded_bytes=5)


def table_limits():
    books = lambda: File([], [codebook(8, (1, 2)), codebook(8, (3, 4))])  # noqa: E731
    yield ok(FOLDER, "limit-table-bytes-met", "As many bytes of tables as the caller admits.", books(),
             table_bytes=4)
    yield _limit("limit-table-bytes", "The second table exceeds the caller's limit.", "limit.table-bytes",
                 "entry1", books(), table_bytes=3)
    mixed = lambda: File([], [codebook(8, (1, 2)), code_table(8, code("0+0", (1,)))])  # noqa: E731
    yield ok(FOLDER, "limit-table-bytes-code-met", "A codebook of two bytes and a code of four, as the caller admits.",
             mixed(), table_bytes=6)
    yield _limit("limit-table-bytes-code", "A codebook of two bytes and a code of four exceed the caller's limit.",
                 "limit.table-bytes", "entry1", mixed(), table_bytes=5)
    tensors = [dense("a", source=1), dense("b", source=2)]
    heads = [safetensors_head([t]) for t in tensors]
    tables = [source(2, b"a.safetensors", heads[0]), source(2, b"b.safetensors", heads[1])]
    stored = sum(len(join(t.fields)) for t in tables)
    total = stored + len(heads[0]) + len(heads[1])
    file = lambda: File(tensors, tables)  # noqa: E731
    yield ok(FOLDER, "limit-heads-met", "As many bytes of tables and decoded heads as the caller admits.", file(),
             table_bytes=total)
    yield _limit("limit-heads", "The second decoded head exceeds the caller's limit.", "limit.table-bytes",
                 "entry1", file(), table_bytes=total - 1)
    yield _limit("limit-heads-first", "All tables and the first decoded head exceed the caller's limit.",
                 "limit.table-bytes", "entry0", file(), table_bytes=total - len(heads[1]) - 1)
    broken = source(2, b"a.safetensors", heads[0])
    broken.fields[-1] = Field(broken.fields[-1].name, broken.fields[-1].data[:-1])
    yield _limit("limit-heads-before-frame", "The limit is judged before the frame is decoded.",
                 "limit.table-bytes", "entry0", File(tensors[:1], [broken]),
                 table_bytes=len(join(broken.fields)) + len(heads[0]) - 1)


def metadata_limits():
    small = lambda: File(metas=[Meta("ab", BYTES, b"123"), Meta("c", BYTES, b"45")])  # noqa: E731
    yield ok(FOLDER, "limit-metadata-bytes-met", "Keys and values take as many bytes as the caller admits.",
             small(), metadata_bytes=8)
    yield _limit("limit-metadata-bytes", "Keys and values take a byte more than the caller admits.",
                 "limit.metadata-bytes", "meta0", small(), metadata_bytes=7)
    large = lambda size: File(metas=[Meta("k", BYTES, bytes(size))])  # noqa: E731
    yield ok(FOLDER, "limit-metadata-default-met", "Metadata of 2^24 bytes.", large((1 << 24) - 1))
    yield _limit("limit-metadata-default", "Metadata of a byte more than 2^24, and no limit given.",
                 "limit.metadata-bytes", "meta0", large(1 << 24))


def cases():
    for part in (entries, codebooks, limits, table_limits, metadata_limits):
        yield from part()
