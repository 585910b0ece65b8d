"""Source tables, their heads, and shard records."""

from . import zstd
from .cases_records import FOLDER, _bad
from .fields import Field
from .model import I64, STRING, File, Meta
from .payloads import alias, dense
from .tables import content_hash, index_head, safetensors_head, shard, source
from .vector import ok, refused


def _tensors():
    """Three tensors and an alias of the first, all of the first source."""
    first = dense("a", "f32", (2,), (0x3F800000, 0), source=1)
    return [first, dense("b", "u8", (2, 2), (1, 2, 3, 4), source=1), dense("c", "i64", (0,), (), source=1),
            alias("d", 0, first, source=1)]


def _kept(head=None, **more):
    """A file with one source that keeps its head."""
    tensors = _tensors()
    return File(tensors, [source(2, head=head or safetensors_head(tensors), **more)])


def _table(name, why, label, at, table, **edits):
    return _bad(name, why, label, at, File([], [table]), None, **edits)


def forms():
    yield ok(FOLDER, "source-rebuilt", "Form 1: the header is what the safetensors library would write.",
             File(_tensors(), [source(1)], [Meta("format", STRING, b"pt"), Meta("n", I64, bytes(8))]))
    tensors = _tensors()
    head = safetensors_head(tensors, padding=5, more={"__metadata__": {"format": "pt"}})
    yield ok(FOLDER, "source-kept", "Form 2: a kept header, padding included.", _kept(head))
    yield ok(FOLDER, "source-kept-order", "Form 2: a kept header that lists the tensors in another order.",
             _kept(safetensors_head(tensors[::-1])))
    yield ok(FOLDER, "source-kept-no-tensor", "Form 2: a kept header without tensors.",
             File([], [source(2, head=b"{}")]))
    text = lambda more: safetensors_head(tensors, more={"__metadata__": more})  # noqa: E731
    yield ok(FOLDER, "source-kept-space", "White space around a kept header.", _kept(b" \r\n\t" + text("") + b"\n\t\r "))
    yield ok(FOLDER, "source-kept-members", "Members that nothing is said of.", _kept(safetensors_head(
        tensors, change=lambda h: h["a"].update(more={"a": [1, -0.5]}), more={"__metadata__": [None, -0, 1.7976931348623157e308]})))
    yield ok(FOLDER, "source-kept-depth", "128 arrays and objects inside one another.",
             _kept(text(0).replace(b"0", b"[" * 127 + b"]" * 127, 1)))
    yield ok(FOLDER, "source-unused-rebuilt", "Form 1: a source of no tensor.", File([], [source(1)]))
    yield ok(FOLDER, "source-index", "Form 3: an index of two sources, one rebuilt and one kept.", _indexed())


def _indexed(change=None):
    tensors = [dense("a", source=1), dense("b", source=2)]
    weight_map = {"a": "m-1.safetensors", "b": "m-2.safetensors"}
    if change:
        change(weight_map)
    return File(tensors, [source(1, b"m-1.safetensors"),
                          source(2, b"m-2.safetensors", safetensors_head(tensors[1:])),
                          source(3, b"m.safetensors.index.json", index_head(weight_map, 6))])


def sizes():
    short = source(1)
    short.fields = short.fields[:3] + [Field("head_bytes", bytes(3))]
    yield _table("source-size-7", "A source of seven bytes.", "source.size", "table0", short)
    yield _table("source-size-form-1-more", "Form 1 with a byte after the name.", "source.size", "table0",
                 source(1, frame=[Field("rest", b"\0")]))
    yield _table("source-size-form-1-less", "Form 1 with a byte less than its name.", "source.size", "table0",
                 source(1), table0__name_bytes=14)
    yield _table("source-size-form-2", "Form 2 with a name that is longer than the table.", "source.size",
                 "table0", source(2, head=b"{}"), table0__name_bytes=300)
    yield _table("source-size-form-2-less", "Form 2 with a byte less than its name.", "source.size", "table0",
                 source(2, frame=[]), table0__name_bytes=14)
    for form in (0, 4):
        yield _table(f"source-form-{form}", f"Form {form} is none.", "source.form", "table0.form", source(form))
    yield _table("source-reserved", "The reserved byte of a source is not zero.", "source.reserved",
                 "table0.reserved", source(1), table0__reserved=1)


def names():
    yield ok(FOLDER, "source-name-255", "A name of 255 bytes.", File([], [source(1, b"n" * 255)]))
    yield ok(FOLDER, "source-name-three-dots", "Three dots are a name.", File([], [source(1, b"...")]))
    for name, text in (("0", b""), ("256", b"n" * 256), ("slash", b"a/b"), ("backslash", b"a\\b"),
                       ("nul", b"a\0"), ("dot", b"."), ("dot-dot", b".."), ("surrogate", b"\xed\xa0\x80"),
                       ("cut-sequence", b"a\xc3")):
        yield _table(f"source-name-{name}", f"The name of a source is no file's name: {name}.", "source.name",
                     "table0.name", source(1, text))


def head_sizes():
    at = "table0.head_bytes"
    yield _table("source-head-bytes-form-1", "Form 1 with a head of one byte.", "source.head-bytes", at,
                 source(1), table0__head_bytes=1)
    for form in (2, 3):
        frame = zstd.header(0) + zstd.raw(b"", True)
        yield _table(f"source-head-bytes-form-{form}-0", f"Form {form} with a head of no bytes.",
                     "source.head-bytes", at, source(form, frame=frame))
    for name, size, window in (("2-27", 1 << 27, 13 << 3), ("2-27-more", (1 << 27) + 1, 13 << 3)):
        head = safetensors_head([])
        frame = zstd.header(size, single=False, window=window) + zstd.raw(head)
        frame += _spaces(size - len(head))
        table = source(2, frame=frame, head_bytes=size)
        if size == 1 << 27:
            yield ok(FOLDER, f"source-head-bytes-{name}", "A kept head of 2^27 bytes.", File([], [table]))
        else:
            yield _table(f"source-head-bytes-{name}", "A kept head of a byte more than 2^27.",
                         "source.head-bytes", at, table)


def _spaces(count):
    """Run-length blocks of spaces, the last one marked."""
    whole, rest = divmod(count, zstd.MOST_BLOCK)
    blocks = [zstd.MOST_BLOCK] * whole + [rest] * (rest > 0)
    name = "spaces"
    fields = [zstd.rle(32, size, i == len(blocks) - 1, name) for i, size in enumerate(blocks)]
    return [Field(name, b"".join(f.data for pair in fields for f in pair))]


def frames():
    head = safetensors_head(_tensors())
    first, size = "table0.magic", len(head)
    bad = lambda name, why, label, frame: _bad(  # noqa: E731
        f"source-{name}", why, label, first, _kept(frame=frame, head_bytes=size), None)
    yield _bad("source-frame-none", "Form 2 without any byte of a frame.", "zstd.frame", ("table0.name", 13),
               _kept(frame=[], head_bytes=size), None)
    yield bad("frame-magic", "The head is no frame.", "zstd.frame", zstd.frame(head, magic=0xFD2FB527))
    yield bad("frame-unstated", "The frame of the head states no content size.", "zstd.header",
              zstd.frame(head, single=False, stated=False))
    yield bad("frame-content-size", "The frame of the head states another size.", "zstd.content-size",
              zstd.frame(head + b" "))
    yield bad("frame-data", "A byte after the frame of the head.", "zstd.data",
              zstd.frame(head) + [Field("after", b"\0")])
    for name, extra in (("single", 0), ("single-more", 1)):
        size = (1 << 23) + extra
        frame = zstd.header(size) + zstd.raw(head) + _spaces(size - len(head))
        if extra:
            yield bad(f"window-{name}", "A single-segment frame of a byte more than 2^23.", "zstd.window", frame)
        else:
            yield ok(FOLDER, f"source-window-{name}", "A single-segment frame of 2^23 bytes.",
                     _kept(frame=frame, head_bytes=size))


def mismatches():
    tensors = _tensors()
    bad = lambda name, why, file: _bad(  # noqa: E731
        f"source-mismatch-{name}", why, "source.mismatch", "table0", file, None)
    changed = lambda change: _kept(safetensors_head(tensors, change=change))  # noqa: E731
    changes = (
        ("missing", "A tensor of this source is not in its head.", lambda h: h.pop("c")),
        ("name", "The head gives a tensor another name.", lambda h: h.update(e=h.pop("d"))),
        ("dtype", "The head gives a tensor another dtype.", lambda h: h["a"].update(dtype="I32")),
        ("shape", "The head gives a tensor another shape.", lambda h: h["b"].update(shape=[4])),
        ("alias", "The head leaves out an alias.", lambda h: h.pop("d")),
        ("hole", "A hole between the data of two tensors.", lambda h: h["d"].update(data_offsets=[13, 21])),
        ("overlap", "The data of two tensors overlap.", lambda h: h["d"].update(data_offsets=[11, 19])),
        ("start", "The data do not begin at 0.",
         lambda h: [e.update(data_offsets=[x + 1 for x in e["data_offsets"]]) for e in h.values()]),
        ("offsets-size", "Data offsets that do not fit the shape.",
         lambda h: (h["a"].update(data_offsets=[0, 9]), h["b"].update(data_offsets=[9, 12]))))
    for name, why, change in changes:
        yield bad(name, why, changed(change))
    more = safetensors_head(tensors + [dense("e", shape=(0,), values=())])
    yield bad("more", "The head lists a tensor that is not in the file.", _kept(more))
    yield bad("json", "The head is no JSON.", _kept(b"{"))
    head = safetensors_head(tensors)
    for name, why, text in (
            ("after", "A second value behind the object.", head + b"{}"),
            ("array", "The head is an array.", b"[]"),
            ("byte-order-mark", "A byte order mark before the object.", b"\xef\xbb\xbf" + head),
            ("utf8", "A string that is no UTF-8.", b'{"__metadata__":"\x80",' + head[1:]),
            ("surrogate", "A string with half a surrogate pair.", b'{"__metadata__":"\\ud800",' + head[1:]),
            ("repeated", "A key twice in an object inside.", b'{"__metadata__":{"k":1,"\\u006b":1},' + head[1:]),
            ("depth", "129 arrays and objects inside one another.",
             b'{"__metadata__":' + b"[" * 128 + b"]" * 128 + b"," + head[1:]),
            ("number", "A number that rounds to infinity in f64.",
             b'{"__metadata__":1.7976931348623159e308,' + head[1:]),
            ("constant", "A number that JSON has not.", b'{"__metadata__":NaN,' + head[1:]),
            ("sign", "A dimension with a sign.", head.replace(b'"shape":[0]', b'"shape":[-0]')),
            ("fraction", "A dimension with a fraction.", head.replace(b'"shape":[0]', b'"shape":[0.0]')),
            ("offsets-3", "Three data offsets.", head.replace(b"[0,8]", b"[0,8,8]")),
            ("dtype-of-none", "A dtype that the library does not have.", head.replace(b'"F32"', b'"F4"')),
            ("no-dtype", "A tensor without its dtype.", head.replace(b'"dtype":"F32",', b"", 1))):
        yield bad(name, why, _kept(text))
    new = dense("a", (16, 8), source=1)
    yield bad("unknown-dtype", "A tensor of an unknown dtype, and a head without it.",
              File([new], [source(2, head=b'{"a":{"shape":[3],"data_offsets":[0,3]}}')]))
    yield bad("unknown-dtypes", "A tensor of the first unknown dtype, and a head with a dtype that the library does not have.",
              File([new], [source(2, head=b'{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,3]}}')]))
    yield _bad("source-mismatch-twice", "Two sources of one name.", "source.mismatch", "table1",
               File([], [source(1), source(1)]), None)
    other = _kept()
    other.tensors[1].source = 0
    yield bad("other-source", "The head lists a tensor of no source.", other)
    index = lambda name, why, change: _bad(  # noqa: E731
        f"source-mismatch-index-{name}", why, "source.mismatch", "table2", _indexed(change), None)
    yield index("file", "The index names a source that is not in the file.",
                lambda m: m.update(b="m-3.safetensors"))
    yield index("swapped", "The index gives each tensor the source of the other.",
                lambda m: m.update(a="m-2.safetensors", b="m-1.safetensors"))
    index_of = lambda name, why, head: _bad(  # noqa: E731
        f"source-mismatch-index-{name}", why, "source.mismatch", "table0", File([], [source(3, head=head)]), None)
    yield index_of("none", "An index without a weight map.", b'{"weight":{}}')
    yield index_of("array", "A weight map that is an array.", b'{"weight_map":[]}')
    yield index_of("number", "A weight map of numbers.", b'{"weight_map":{"w":1}}')
    yield _bad("source-mismatch-index-record", "A record whose source is an index.", "source.mismatch", "table0",
               File([dense("w", source=1)], [source(3, head=b'{"weight_map":{}}')]), None)
    yield index("tensor", "The index names a tensor that is not in the file.",
                lambda m: m.update(c="m-2.safetensors"))


def _set(*names):
    """Files of one set, one tensor in each."""
    tensors = [[dense(name)] for name in names]
    hashes = [content_hash(t) for t in tensors]
    return [File(t, [shard(i, hashes)]) for i, t in enumerate(tensors)]


def shards():
    hashes = [content_hash([])]
    label = lambda name, why, label_, at, table, **edits: _table(  # noqa: E731
        f"shard-{name}", why, f"shard.{label_}", at, table, **edits)
    yield ok(FOLDER, "shard-alone", "A set of one file.", File([], [shard(0, hashes)]))
    first = dense("a", "f32", (0, 2), ())
    tensors = [first, alias("b", 0, first), dense("c", (200, 16), (), (1,)), dense("é")]
    yield ok(FOLDER, "shard-first", "The first file of a set of two; its alias has its target's checksum.",
             File(tensors, [shard(0, [content_hash(tensors), 0])]))
    short = shard(0, hashes)
    short.fields[2] = Field("hash0", short.fields[2].data[:7])
    yield label("size-15", "A shard record of 15 bytes.", "size", "table0", short)
    yield label("size-more", "A byte more than the file count says.", "size", "table0",
                _longer(shard(0, hashes)))
    yield label("size-0", "A file count of 0.", "size", "table0", shard(0, hashes, 0))
    short = shard(0, [])
    yield label("size-8", "A shard record of 8 bytes, for no file.", "size", "table0", short)
    yield label("size-2-32", "A file count of 2^32 - 1.", "size", "table0", shard(0, hashes, 0xFFFFFFFF))
    yield label("size-wraps", "A file count whose bytes wrap at 2^32 to the right ones.", "size", "table0",
                shard(0, hashes, (1 << 29) + 1))
    yield label("ordinal", "The ordinal is the file count.", "ordinal", "table0.ordinal", shard(1, hashes))
    yield label("content", "The content hash at the ordinal is another file's.", "content", "table0.hash1",
                shard(1, hashes + [1]))
    yield _bad("shard-count", "Two shard records.", "shard.count", "entry1",
               File([], [shard(0, hashes), shard(0, hashes)]), None)


def _longer(table):
    table.fields.append(Field("after", b"\0"))
    return table


def sets():
    yield ok(FOLDER, "set", "A set of two files.", *_set("a", "b"))
    yield ok(FOLDER, "set-any-order", "A set of three files, given in another order.",
             *[_set("a", "b", "c")[i] for i in (2, 0, 1)])
    bad = lambda name, why, in_file, at, *files: refused(  # noqa: E731
        "malformed", FOLDER, f"set-{name}", why, "shard.set", at, *files, in_file=in_file)
    three, other = _set("a", "b", "c"), _set("a", "x", "c")
    yield bad("missing", "The file of ordinal 1 is missing.", 0, "table0", three[0], three[2])
    yield bad("twice", "The file of ordinal 0 occurs twice.", 2, "table0", three[0], three[1], three[0])
    yield bad("more", "A whole set, and one of its files again.", 3, "table0", *three, three[0])
    yield bad("other", "The second file has other hashes.", 1, "table0", three[0], other[1], three[2])
    alone = File([dense("b")], parts=None)
    two = _set("a", "b")
    yield bad("without-record", "The second file has no shard record.", 1, 0, two[0], alone)


def cases():
    for part in (forms, sizes, names, head_sizes, frames, mismatches, shards, sets):
        yield from part()


