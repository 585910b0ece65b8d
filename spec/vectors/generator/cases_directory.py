"""The head of the directory, its sums, and metadata entries."""

from .fields import join
from .model import BOOL, BYTES, F64, I64, STRING, Block, File, Meta, Tensor
from .payloads import alias, dense
from .vector import ok, refused, repeated
from .writer import record_fields

FOLDER = "container"
BAD_TEXT = (("nul", b"a\0b"), ("lone-continuation", b"\x80"), ("cut-sequence", b"a\xc3"),
            ("overlong", b"\xc0\xaf"), ("overlong-3", b"\xe0\x9f\xbf"), ("overlong-4", b"\xf0\x8f\xbf\xbf"),
            ("surrogate", b"\xed\xa0\x80"), ("above-10ffff", b"\xf4\x90\x80\x80"), ("byte-ff", b"\xff"),
            ("second-byte", b"a\xc3A"), ("third-byte", b"a\xe2\x82A"), ("surrogate-last", b"\xed\xbf\xbf"))
GOOD_TEXT = ("\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff")


def _bad(name, why, label, at, file=None, tensor=None, **edits):
    file = file or File([dense("w")])
    file.edits.update({key.replace("__", "."): value for key, value in edits.items()})
    return refused("malformed", FOLDER, name, why, label, at, file, tensor=tensor)


def head():
    yield _bad("directory-checksum", "The directory's checksum is wrong.", "directory.checksum",
               "directory.record_count", trailer__directory_checksum=1)
    yield _bad("directory-checksum-before-flags", "A wrong checksum counts before the numbers that it protects.",
               "directory.checksum", "directory.record_count", trailer__directory_checksum=1,
               directory__record_count=0xFFFFFFFF, record0__encoding=99)
    yield _bad("directory-reserved", "The reserved field of the directory is not zero.", "directory.reserved",
               "directory.reserved", directory__reserved=1)
    yield _bad("record-count-more", "The trailer counts one tensor more than the directory.",
               "directory.record-count", "directory.record_count", trailer__tensor_count=2)
    yield _bad("record-count-less", "The trailer counts no tensor.", "directory.record-count",
               "directory.record_count", trailer__tensor_count=0)


def lengths():
    at = "directory.record_count"
    empty = File(edits={"directory.heap_bytes": bytes(7)})
    yield _bad("directory-length-39", "A directory of 39 bytes.", "directory.length", at, empty)
    none = File(edits={f"directory.{name}": b"" for name in (
        "record_count", "table_count", "metadata_count", "reserved", "block_count", "dim_count", "heap_bytes")})
    yield _bad("directory-length-0", "A directory of no bytes.", "directory.length", at, none)
    yield _bad("directory-length-long", "A byte more than the counts say.", "directory.length", at,
               extra__heap=b"\0")
    yield _bad("directory-length-short", "A byte less than the counts say.", "directory.length", at,
               name0=b"")
    for field, value, what in (("record_count", 0xFFFFFFFF, "records"), ("table_count", 0xFFFFFFFF, "tables"),
                               ("metadata_count", 0xFFFFFFFF, "metadata entries")):
        yield _bad(f"directory-length-{what.split()[0]}", f"2^32 - 1 {what} in a directory of 129 bytes.",
                   "directory.length", at, **{f"directory.{field}": value})
    yield _bad("directory-length-dims-wrap", "The bytes of the dims wrap to the right ones.", "directory.length",
               at, directory__dim_count=(1 << 61) + 1)
    yield _bad("directory-length-blocks-wrap", "The bytes of the blocks wrap to the right ones.",
               "directory.length", at, directory__block_count=(1 << 60) + 1)
    yield _bad("directory-length-heap-wrap", "Dims and heap bytes wrap together to the right length.",
               "directory.length", at, directory__dim_count=2, directory__heap_bytes=(1 << 64) - 7)


def sums():
    yield _bad("dims-more", "One dimension more than the ranks add up to.", "directory.dims",
               "directory.dim_count", directory__dim_count=2, extra__dims=bytes([1]) + bytes(7))
    yield _bad("dims-less", "One dimension less than the ranks add up to.", "directory.dims",
               "directory.dim_count", directory__dim_count=0, dim0__0=b"")
    yield _bad("blocks-more", "One block more than the records have.", "directory.blocks",
               "directory.block_count", directory__block_count=2, extra__blocks=bytes(16))
    yield _bad("blocks-less", "One block less than the records have.", "directory.blocks",
               "directory.block_count", record0__block_count=2)
    yield _bad("blocks-2-32", "A block count of 2^32 - 1 in a record.", "directory.blocks",
               "directory.block_count", record0__block_count=0xFFFFFFFF)
    yield _bad("heap-more", "A heap one byte larger than the names.", "directory.heap", "directory.heap_bytes",
               directory__heap_bytes=2, extra__heap=b"\0")
    yield _bad("heap-alone", "A heap of one byte, and nothing else in the directory.", "directory.heap", "directory.heap_bytes",
               File(), extra__heap=b"\0", directory__heap_bytes=1)
    yield _bad("heap-less", "A name that reaches past the heap.", "directory.heap", "directory.heap_bytes",
               record0__name_bytes=4096)
    yield _bad("heap-value", "A value that reaches past the heap.", "directory.heap", "directory.heap_bytes",
               File(metas=[Meta("k", BYTES, b"v")]), meta0__value_bytes=0xFFFFFFFF)
    nine = File([dense("w", shape=(1,) * 9, values=(1,))])
    yield _bad("rank-9", "A rank of 9, with its nine dimensions.", "record.rank", "record0.rank", nine)
    yield _bad("rank-255", "A rank of 255, judged before the dims are counted.", "record.rank", "record0.rank",
               record0__rank=255)
    second = File([dense("a", shape=(), values=(1,)), dense("b", shape=(1,) * 9, values=(1,))],
                  edits={"directory.reserved": 0, "record0.name_bytes": 0})
    yield _bad("rank-before-names", "The ranks of all records are judged before the name of the first.",
               "record.rank", "record1.rank", second)


def _metas(*metas):
    return File(metas=list(metas))


def keys():
    yield _bad("meta-reserved", "The reserved byte of a metadata entry is not zero.", "meta.reserved",
               "meta0.reserved", _metas(Meta("k", STRING, b"v")), meta0__reserved=1)
    yield _bad("meta-key-0", "An empty key.", "meta.key", "key0", _metas(Meta("", STRING, b"v")))
    yield ok(FOLDER, "meta-key-4096", "A key of 4096 bytes.", _metas(Meta("k" * 4096, STRING, b"v")))
    yield _bad("meta-key-4097", "A key of 4097 bytes.", "meta.key", "key0",
               _metas(Meta("k" * 4097, STRING, b"v")))
    for name, text in (BAD_TEXT[0], BAD_TEXT[3]):
        yield _bad(f"meta-key-{name}", f"A key with bad text: {name}.", "meta.key", "key1",
                   _metas(Meta("a", STRING, b"v"), Meta(b"k" + text, STRING, b"")))
    yield _bad("meta-order-equal", "The same key twice.", "meta.order", "key1",
               _metas(Meta("k", STRING, b"a"), Meta("k", STRING, b"b")))
    yield _bad("meta-order-descending", "Keys that descend.", "meta.order", "key1",
               _metas(Meta("k2", STRING, b"a"), Meta("k", STRING, b"b")))
    yield ok(FOLDER, "meta-order-case", "Keys that differ in case only.",
             _metas(Meta("K", STRING, b"a"), Meta("k", STRING, b"b")))


def values():
    number = (1 << 64) - 2
    yield ok(FOLDER, "meta-types", "A metadata entry of each type, a not-a-number and empty values among them.",
             _metas(Meta("bool0", BOOL, b"\0"), Meta("bool1", BOOL, b"\1"), Meta("bytes", BYTES, b"\xff\0"),
                    Meta("bytes0", BYTES, b""), Meta("f64", F64, bytes.fromhex("010000000000f8ff")),
                    Meta("i64", I64, number.to_bytes(8, "little")),
                    Meta("string", STRING, "a\0é".encode()), Meta("string0", STRING, b"")))
    for value in (0, 6):
        yield _bad(f"meta-type-{value}", f"Type {value} is none.", "meta.type", "meta0.type",
                   _metas(Meta("k", value, b"")))
    for name, text in BAD_TEXT[1:]:
        yield _bad(f"meta-value-string-{name}", f"A string with bad text: {name}.", "meta.value", "value0",
                   _metas(Meta("k", STRING, text)))
    for name, kind, value in (("i64-7", I64, bytes(7)), ("i64-9", I64, bytes(9)), ("f64-7", F64, bytes(7)),
                              ("f64-9", F64, bytes(9)), ("bool-0", BOOL, b""), ("bool-2", BOOL, bytes(2))):
        yield _bad(f"meta-value-{name}-bytes", f"A value of the wrong size: {name} bytes.", "meta.value",
                   "value0", _metas(Meta("k", kind, value)))
    yield _bad("meta-value-bool-of-2", "A bool that is 2.", "meta.value", "value0",
               _metas(Meta("k", BOOL, b"\2")))


def decoded_bytes():
    for change in (-1, 1):
        yield _bad(f"decoded-bytes-{'less' if change < 0 else 'more'}",
                   "The trailer's decoded bytes are not the sum over the records.", "trailer.decoded-bytes",
                   "trailer.decoded_bytes", trailer__decoded_bytes=3 + change)
    first = dense("a")
    yield _bad("decoded-bytes-without-alias", "The trailer's decoded bytes leave out an alias.",
               "trailer.decoded-bytes", "trailer.decoded_bytes", File([first, alias("b", 0, first)]),
               trailer__decoded_bytes=3)
    yield _wrapping_sum()


def _wrapping_sum():
    """65,795 tensors of 255 * 2^40 bytes each, all but one of them aliases: the last but one takes the sum past 2^64."""
    blocks, records = 1 << 19, (1 << 24) // 255 + 2
    tensor = Tensor("/", (blocks << 24,), dtype=16, bits=255, encoding=10, blocks=[Block(256, [])])
    same = join(record_fields(1, Tensor("00000", tensor.shape, dtype=16, bits=255, alias=1), 0))
    return _bad("decoded-bytes-wrap", "The decoded bytes wrap to the trailer's, which counts before the checksums of blocks.",
                "trailer.decoded-bytes", "trailer.decoded_bytes", File([tensor]), **{
                    "directory.record_count": records, "directory.dim_count": records, "directory.block_count": blocks,
                    "directory.heap_bytes": 1 + 5 * (records - 1), "record0.block_count": blocks,
                    "extra.records": repeated(same, records - 1),
                    "extra.dims": repeated((blocks << 24).to_bytes(8, "little"), records - 1),
                    "extra.blocks": repeated(bytes(13) + b"\1\0\0", blocks - 1), "extra.heap": repeated(b"", records - 1, 5),
                    "trailer.tensor_count": records, "trailer.decoded_bytes": records * 255 * (blocks << 21) - (1 << 64)})


def cases():
    for part in (head, lengths, sums, keys, values, decoded_bytes):
        yield from part()
