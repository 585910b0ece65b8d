"""Aliases, and the tables that records name."""

from .cases_records import FOLDER, _bad
from .huffman import code, code_table
from .model import COLUMNS, HAM, INDEX_MAP, SHAM, Block, File, Tensor, plain
from .payloads import alias, csc, dense, ham, index_map, sham, tensor
from .tables import codebook, safetensors_head, source
from .vector import ok


PAIR = code("1+0 1+0", (5, 7))


def _pair(**edits):
    """A tensor `a` and its alias `b`."""
    first = dense("a", "u8", (2, 2), (1, 0, 2, 2))
    return File([first, alias("b", 0, first)], edits=edits)


def aliases():
    first = dense("a", "u8", (2, 2), (1, 0, 2, 2))
    yield ok(FOLDER, "alias", "Two aliases of one tensor, the second after another tensor.",
             File([first, alias("b", 0, first), dense("c"), alias("d", 0, first)]))
    empty = dense("a", "f32", (0,), ())
    yield ok(FOLDER, "alias-zero-size", "An alias of a tensor without cells.",
             File([empty, alias("b", 0, empty)]))
    chain = File([first, alias("b", 0, first), alias("c", 1, first)])
    yield _bad("alias-of-alias", "An alias of an alias.", "alias.target", "record2.alias", chain, "c")
    for value, what in ((2, "itself"), (3, "a later record"), (0xFFFFFFFF, "no record")):
        file = File([first, alias("b", 0, first), dense("c", "u8", (2, 2), (1, 0, 2, 2))])
        yield _bad(f"alias-of-{what.replace(' ', '-')}", f"An alias of {what}.", "alias.target",
                   "record1.alias", file, "b", record1__alias=value)
    for name, edits in (("dtype", {"record1.dtype": 10}), ("shape", {"dim1.0": 4, "dim1.1": 1}),
                        ("rank", {"record1.rank": 1, "dim1.0": 4, "dim1.1": b"",
                                  "directory.dim_count": 3})):
        yield _bad(f"alias-shape-{name}", f"An alias with another {name} than its target.", "alias.shape",
                   "record1", _pair(**edits), "b")
    unknown = File([dense("a", (16, 8)), alias("b", 0, dense("a", (16, 16)))])
    yield _bad("alias-shape-bits", "An alias with other bits than its target.", "alias.shape", "record1",
               unknown, "b")
    for name in ("checksum", "offset", "nonzero", "distinct", "codebook", "code", "encoding", "split",
                 "direction"):
        yield _bad(f"alias-fields-{name}", f"An alias with a {name} of 1.", "alias.fields",
                   f"record1.{name}", _pair(**{f"record1.{name}": 1}), "b")
    blocks = _pair()
    blocks.tensors[1].blocks = [Block(1, plain(b"\1\0\2\2"))]
    yield _bad("alias-fields-block-count", "An alias with a block of its own.", "alias.fields",
               "record1.block_count", blocks, "b", record1__offset=0)
    yield _bad("alias-fields-first", "Several fields of an alias are not zero: the first counts.",
               "alias.fields", "record1.offset", _pair(**{"record1.offset": 64, "record1.split": 1}), "b")


def _indexed(**more):
    return index_map("w", "u8", (4,), (5, 7, 7, 5), (1, (5, 7)), **more)


def _coded(made):
    """Twenty cells in ham or sham, with the first table as their code."""
    return made("w", "u8", (20,), (5, 7) * 10, (1, PAIR), coded=made is ham)


def codebooks():
    book = codebook(8, (5, 7))
    yield _bad("codebook-missing", "An encoding that uses a codebook, without one.", "record.codebook",
               "record0.codebook", File([_indexed()], [book]), record0__codebook=0)
    yield _bad("codebook-past-end", "A codebook past the last table.", "record.codebook", "record0.codebook",
               File([_indexed()], [book]), record0__codebook=2)
    yield _bad("codebook-of-kind-code", "A codebook that is a table of another kind.", "record.codebook",
               "record0.codebook", File([_indexed()], [book, code_table(8, code("1+0 1+0", (5, 7)))]),
               record0__codebook=2)
    yield _bad("codebook-of-other-bits", "A codebook with other bits per cell than the tensor.",
               "record.codebook", "record0.codebook", File([_indexed()], [codebook(16, (5, 7))]))
    yield _bad("codebook-of-dense", "A codebook of an encoding that uses none.", "record.codebook",
               "record0.codebook", File([dense("w", codebook=(1, ()))], [book]))
    for name, made in (("ham", ham), ("sham", sham)):
        yield _bad(f"codebook-of-{name}", f"A codebook beside the code of {name}.", "record.codebook",
                   "record0.codebook", File([_coded(made)], [code_table(8, PAIR), book]), record0__codebook=2)
    yield _bad("codebook-without-cells", "A codebook of a tensor without cells.", "record.codebook",
               "record0.codebook", File([tensor("w", "u8", (0,), (), encoding=INDEX_MAP)], [book]),
               record0__codebook=1)
    yield _bad("unknown-encoding-with-codebook",
               "An unknown encoding may name a codebook of any bits.", "record.unknown-encoding",
               "record0.encoding", File([dense("w")], [codebook(16, (5, 7))]), verdict="unsupported",
               record0__encoding=13, record0__codebook=1)
    yield _bad("unknown-encoding-codebook-kind", "An unknown encoding whose codebook is none.",
               "record.codebook", "record0.codebook", File([dense("w")], [source(1)]),
               record0__encoding=13, record0__codebook=1)


def codes():
    pair, book = code_table(8, PAIR), codebook(8, (5, 7))
    for name, made in (("ham", ham), ("sham", sham)):
        for what, number in (("missing", 0), ("past-end", 2)):
            yield _bad(f"code-{what}-{name}", f"A tensor in {name} whose code is {what.replace('-', ' the ')}.",
                       "record.code", "record0.code", File([_coded(made)], [pair]), record0__code=number)
        yield _bad(f"code-of-kind-codebook-{name}", "A code that is a table of another kind.", "record.code",
                   "record0.code", File([_coded(made)], [pair, book]), record0__code=2)
        yield _bad(f"code-of-other-bits-{name}", "A code with other bits per cell than the tensor.", "record.code",
                   "record0.code", File([_coded(made)], [code_table(16, PAIR)]))
        yield _bad(f"code-without-cells-{name}", "A code of a tensor without cells.", "record.code", "record0.code",
                   File([tensor("w", "u8", (0,), (), encoding=HAM if made is ham else SHAM)], [pair]),
                   record0__code=1)
    plain_cells = ham("w", "u8", (3,), (1, 2, 3), None, coded=())
    yield _bad("code-missing-plain", "A tensor in ham needs a code even if all its blocks are plain.",
               "record.code", "record0.code", File([plain_cells], [pair]))
    indexed = index_map("w", "u8", (4,), (5, 7, 7, 5), (1, (5, 7)))
    yield _bad("code-of-index_map", "A code beside a codebook.", "record.code", "record0.code",
               File([indexed], [book, pair]), record0__code=2)
    yield _bad("code-of-dense", "A code of an encoding that uses none.", "record.code", "record0.code",
               File([dense("w")], [pair]), record0__code=1)
    yield _bad("unknown-encoding-with-code", "An unknown encoding may name a code.",
               "record.unknown-encoding", "record0.encoding", File([dense("w")], [pair]),
               verdict="unsupported", record0__encoding=13, record0__code=1)
    yield _bad("unknown-encoding-code-kind", "An unknown encoding whose code is none.", "record.code",
               "record0.code", File([dense("w")], [codebook(8, (1,))]), record0__encoding=13,
               record0__code=1)
    yield _bad("unknown-encoding-code-past-end", "An unknown encoding whose code is past the last table.",
               "record.code", "record0.code", File([dense("w")], [pair]), record0__encoding=13,
               record0__code=2)


def code_bits():
    """Tensors in ham and sham of bits that this version cannot judge."""
    for name, made in (("ham", HAM), ("sham", SHAM)):
        make = lambda **more: Tensor("w", (4,), 16, 24, bytes(12), made, blocks=[  # noqa: E731
            Block(1, plain(bytes(5)))], **more)
        yield _bad(f"unsupported-bits-{name}", "Of a tensor of unsupported bits the code may have any bits, and zero.",
                   "record.bits", "record0.bits", File([make(code=1)], [code_table(8, code("0+0", (0,)))]),
                   verdict="unsupported")
        yield _bad(f"unsupported-bits-{name}-no-code", "A tensor of unsupported bits needs no code.", "record.bits",
                   "record0.bits", File([make()]), verdict="unsupported")
        yield _bad(f"unsupported-bits-{name}-code-kind", "A tensor of unsupported bits whose code is a codebook.",
                   "record.code", "record0.code", File([make(code=1)], [codebook(8, (5, 7))]))


def sources():
    yield _bad("source-of-kind-codebook", "A source that is a table of another kind.", "record.source",
               "record0.source", File([dense("w")], [codebook(8, (1,))]), record0__source=1)
    yield _bad("source-past-end", "A source past the last table.", "record.source", "record0.source",
               File([dense("w")], [source(1)]), record0__source=2)
    first = dense("a")
    yield _bad("source-of-alias", "An alias whose source is past the last table.", "record.source",
               "record1.source", File([first, alias("b", 0, first, source=1)]), "b")
    yield ok(FOLDER, "source-of-alias-alone", "Only the alias comes from a source.",
             File([first, alias("b", 0, first, source=1)],
                  [source(2, head=safetensors_head([alias("b", 0, first)]))]))


def precedence():
    file = File([dense("a"), dense("b")], edits={"record0.encoding": 13, "record1.split": 2})
    yield _bad("malformed-after-unsupported", "A malformed record counts before an unsupported one.",
               "record.split", "record1.split", file, "b")
    file = File([dense("a"), dense("b")], edits={"record0.encoding": 13, "block0.0.checksum": 1})
    yield _bad("unsupported-checksum", "The blocks of an unsupported tensor are judged by their checksum.",
               "block.checksum", "payload0.0.plain", file, "a")
    file = File([dense("a"), dense("b")], edits={"record0.encoding": 13, "record0.checksum": 1,
                                                 "record0.distinct": 1, "record0.nonzero": 2,
                                                 "record1.encoding": 13})
    yield _bad("unsupported-first", "Two unsupported tensors, the first with numbers that cannot be judged.",
               "record.unknown-encoding", "record0.encoding", file, "a", "unsupported")
    file = File([dense("w", (16, 8), direction=COLUMNS)], edits={"record0.bits": 4, "record0.encoding": 13,
                                                               "trailer.decoded_bytes": 2,
                                                               "block0.0.stored_bytes": 2})
    file.tensors[0].shape, file.tensors[0].blocks[0].fields = (3,), plain(b"\1\2")
    file.edits["block0.0.lines"] = 3
    yield _bad("unsupported-bits-and-encoding", "Bits and encoding are both unknown: the bits come first.",
               "record.bits", "record0.bits", file, "w", "unsupported")
    first = Tensor("a", (3,), 16, 4, bytes(2), blocks=[Block(1, plain(b"\1\2"))])
    yield _bad("unsupported-alias", "A tensor of unsupported bits and its alias.", "record.bits", "record0.bits",
               File([first, alias("b", 0, first)]), "a", "unsupported")
    other = csc("w", "u8", (1, 300), bytes(300))
    yield _bad("unsupported-block-lines", "A block of an unsupported tensor that reaches past the last line.",
               "block.lines", "block0.0.lines", File([other]), "w", record0__encoding=13,
               block0__0__lines=2)


def cases():
    for part in (aliases, codebooks, codes, code_bits, sources, precedence):
        yield from part()
