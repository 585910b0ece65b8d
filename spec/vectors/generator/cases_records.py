"""Names, dtypes, shapes and the other fields of records."""

from .cases_directory import BAD_TEXT, GOOD_TEXT
from .model import CSC, DENSE, DTYPES, HAM, INDEX_MAP, SHAM, Block, File, Tensor, plain
from .payloads import dense, tensor
from .vector import ok, refused

FOLDER = "container"


def _bad(name, why, label, at, file=None, tensor="w", verdict="malformed", **edits):
    file = file or File([dense("w")])
    file.edits.update({key.replace("__", "."): value for key, value in edits.items()})
    return refused(verdict, FOLDER, name, why, label, at, file, tensor=tensor)


def names():
    yield _bad("name-0", "An empty name.", "record.name", "name0", File([dense("")]), tensor=None)
    yield ok(FOLDER, "name-4096", "A name of 4096 bytes.", File([dense("n" * 4096)]))
    yield _bad("name-4097", "A name of 4097 bytes.", "record.name", "name0", File([dense("n" * 4097)]),
               tensor=None)
    for name, text in BAD_TEXT:
        yield _bad(f"name-{name}", f"A name with bad text: {name}.", "record.name", "name1",
                   File([dense("a"), dense(b"b" + text)]), tensor=None)
    yield _bad("name-cut-before-another", "A name that ends inside a character that the next name would complete.",
               "record.name", "name0", File([dense(b"a\xc3"), dense(b"\x80")]), tensor=None)
    yield ok(FOLDER, "name-utf8", "The first and last character of each length in UTF-8, and around the "
             "surrogates.", File([dense(text) for text in GOOD_TEXT]))
    yield ok(FOLDER, "name-opaque", "Names that look like paths, and that differ in case only.",
             File([dense(text) for text in ("../x", "/", "A", "\\", "a", "a\u001b[0m\"", "a/b")]))
    yield _bad("name-order-equal", "The same name twice.", "record.name-order", "name1",
               File([dense("w"), dense("w")]))
    yield _bad("name-order-descending", "Names that descend.", "record.name-order", "name1",
               File([dense("wa"), dense("w")]))
    yield _bad("name-order-signed", "Names are compared as unsigned bytes.", "record.name-order", "name1",
               File([dense("é"), dense("w")]))
    yield _bad("record-reserved-57", "The first reserved byte of a record is not zero.", "record.reserved",
               "record0.reserved", record0__reserved=1)
    yield _bad("record-reserved-63", "The last reserved byte of a record is not zero.", "record.reserved",
               ("record0.reserved", 6), record0__reserved=1 << 48)


def dtypes():
    yield ok(FOLDER, "dtypes", "A tensor of each dtype; a bool keeps any value.",
             File([dense(name, name, (2,), ((1 << bits) - 1, 1 << bits - 1))
                   for name, (_, bits) in sorted(DTYPES.items())]))
    yield ok(FOLDER, "dtype-unknown", "Dtypes that are new or private, of known bits.",
             File([dense(f"{number:02x}-{bits}", (number, bits), (2,), (1, 2))
                   for number, bits in ((16, 32), (16, 8), (127, 16), (128, 64), (255, 16))]))
    yield _bad("dtype-0", "Dtype 0 is never used.", "record.dtype", "record0.dtype", record0__dtype=0)
    yield _bad("dtype-bits", "A dtype of this version with the bits of another.", "record.dtype",
               "record0.dtype", record0__dtype=2)
    yield _bad("dtype-bits-0", "An unknown dtype of 0 bits.", "record.dtype", "record0.dtype",
               File([Tensor("w", (0,), 16, 0)]))
    for bits in (4, 24, 255):
        size = (3 * bits + 7) // 8
        made = Tensor("w", (3,), 16, bits, bytes(size), blocks=[Block(1, plain(bytes(size)))])
        yield _bad(f"bits-{bits}", f"Cells of {bits} bits.", "record.bits", "record0.bits", File([made]),
                   verdict="unsupported")


def shapes():
    yield ok(FOLDER, "ranks", "A tensor of each rank.",
             File([dense(f"r{r}", "u8", (2,) * r, range(1 << r), split=r // 2) for r in range(9)]))
    zero = [dense(f"z{i}", "f32", shape, (), split=min(1, len(shape)))
            for i, shape in enumerate(((0,), (0, 3), (3, 0), (2, 0, 2), (0,) * 8))]
    yield ok(FOLDER, "zero-size", "Tensors without cells have no blocks.", File(zero))
    for encoding, name in ((DENSE, "dense"), (CSC, "csc"), (INDEX_MAP, "index_map"), (HAM, "ham"),
                           (SHAM, "sham")):
        yield ok(FOLDER, f"zero-size-{name}", f"A tensor without cells in {name}, and without tables.",
                 File([tensor("w", "f32", (3, 0), (), encoding=encoding)]))
    most = (1 << 48) - 1
    yield ok(FOLDER, "shape-most", "The largest dimension and the largest product, with a 0 taken as 1.",
             File([dense("a", "f64", (0, most), ()), dense("b", "f64", (1 << 24, 0, (1 << 24) - 1), ())]))
    for name, shape, first in (("dimension", (0, 1 << 48), 1), ("2-63", (1 << 63, 0), 0),
                               ("product", (1 << 24, 0, 1 << 24, 1), 2),
                               ("wraps-0", (1 << 32, 1 << 32, 0), 1),
                               ("wraps-small", (1 << 33, (1 << 31) + 1, 0), 1),
                               ("dimension-after-product", (1 << 47, 2, 1 << 48, 0), 1)):
        yield _bad(f"shape-{name}", "A dimension or a product of dimensions of 2^48 or more.", "record.shape",
                   f"dim0.{first}", File([dense("w", shape=shape, values=())]))


def fields():
    yield ok(FOLDER, "splits", "A matrix seen through every split, by rows and by columns.",
             File([dense(f"{split}{direction}", "u8", (2, 3), range(6), split=split, direction=direction)
                   for split in range(3) for direction in (0, 1)]))
    yield _bad("split-more", "A split above the rank.", "record.split", "record0.split", record0__split=2)
    yield _bad("split-rank-0", "A split of a tensor of rank 0.", "record.split", "record0.split",
               File([dense("w", shape=(), values=(1,))]), record0__split=1)
    yield _bad("lines-2", "A line direction of 2.", "record.lines", "record0.direction", record0__direction=2)
    yield _bad("nonzero-more-than-cells", "More entries than cells.", "record.nonzero", "record0.nonzero",
               record0__nonzero=4)
    yield _bad("offset-without-blocks", "A payload offset of a tensor without blocks.", "record.offset",
               "record0.offset", File([dense("w", shape=(0,), values=())]), record0__offset=64)
    yield _bad("nonzero-without-cells", "An entry in a tensor without cells.", "record.nonzero",
               "record0.nonzero", File([dense("w", shape=(0,), values=())]), record0__nonzero=1)


def encodings():
    yield _bad("encoding-0", "Encoding 0 is never used.", "record.encoding", "record0.encoding",
               record0__encoding=0)
    for number in (7, 10, 13, 0x7FFF):
        yield _bad(f"encoding-{number}", f"Encoding {number} is reserved or unknown.",
                   "record.unknown-encoding", "record0.encoding", verdict="unsupported",
                   record0__encoding=number)
    for number in (0x8000, 0xFFFF):
        yield _bad(f"encoding-private-{number:x}", "A private encoding without its incompat bit.",
                   "record.encoding", "record0.encoding", record0__encoding=number)
    yield _bad("encoding-private", "A private encoding with its incompat bit.", "record.unknown-encoding",
               "record0.encoding", verdict="unsupported", record0__encoding=0x8000, header__incompat=1)


def cases():
    for part in (names, dtypes, shapes, fields, encodings):
        yield from part()

