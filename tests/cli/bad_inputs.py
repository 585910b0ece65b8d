"""Every importer against files that are wrong, each with the exit code and the label that it must give."""

import json
import os
import pathlib
import struct
import zipfile

from support import bad, floats, good, main, make, npy, npz, safetensors, with_length

F4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"


def header(text):
    return npy("", (), floats(6), header=text)


def refused(name, content, code, label):
    """Nothing is written, not even a temporary file."""
    make(name, content)
    bad(code, f"[{label}]", "encode", name, "-o", "p.pondus")
    assert not [n for n in os.listdir() if "p.pondus" in n], (name, label)


def arrays():
    cells = floats(6)
    sound = npy("<f4", (2, 3), cells)
    cases = [(sound[:-1], 2, "input.npy-size"), (sound + b"\0", 2, "input.npy-size"), (sound[:40], 2, "input.npy-header"),
             (sound[:7], 2, "input.npy-header"), (sound[:10], 2, "input.npy-header"),
             (b"\x93NUMPX" + sound[6:], 2, "input.npy-magic"), (b"", 2, "input.npy-magic"),
             (sound[:6] + b"\4\0" + sound[8:], 3, "input.npy-version"), (sound[:6] + b"\0\0" + sound[8:], 3, "input.npy-version"),
             (sound[:6] + b"\1\1" + sound[8:], 3, "input.npy-version"),
             (sound[:8] + b"\xff\xff" + sound[10:], 2, "input.npy-header"),
             (npy("<f4", (2, 3), cells, version=(2, 0))[:8] + b"\xff\xff\xff\xff" + sound[10:], 2, "input.npy-header"),
             (npy("<f4", (1,) * 9, cells[:4]), 3, "input.npy-rank"),
             (npy("<f4", (1 << 47, 1 << 47), b""), 2, "input.npy-shape"), (npy("<f4", (1 << 63, 2), b""), 2, "input.npy-shape"),
             (npy("<f4", (0, 1 << 48), b""), 2, "input.npy-shape"), (npy("<f4", (1 << 46,), b""), 2, "input.npy-size")]
    for content, code, label in cases:
        refused("in.npy", content, code, label)


def array_dtypes():
    for descr, word in (("|O", "object"), ("<c8", "complex"), ("<c16", "complex"), ("|S5", "string"), ("<U3", "string"),
                        ("|V2", "void"), ("<M8[ns]", "datetime"), ("<m8[s]", "datetime"), ("<f16", ""), ("=f4", ""), ("f4", ""),
                        ("<f3", ""), ("", ""), ("<", ""), ("<i16", ""), ("|f4x", "")):
        make("in.npy", npy(descr, (2,), bytes(64)))
        assert word in bad(3, "[input.npy-dtype]", "encode", "in.npy", "-o", "p.pondus"), descr
    refused("in.npy", header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3), }"), 3, "input.npy-dtype")
    refused("in.npy", npy("|f4", (2,), bytes(8)), 2, "input.npy-header")


def array_headers():
    for text in ("", "{", "}", "{}", F4[:-1], F4 + "x", F4 + "{}", F4.replace("False", "0"), F4.replace("False", "false"),
                 F4.replace("(2, 3)", "6"), F4.replace("(2, 3)", "(6)"), F4.replace("(2, 3)", "[2, 3]"), F4.replace("(2, 3)", "(2 3)"),
                 F4.replace("(2, 3)", "(-2, 3)"), F4.replace("(2, 3)", "(2.0, 3)"), F4.replace("(2, 3)", "(0x2, 3)"),
                 F4.replace("(2, 3)", f"({1 << 64}, 3)"), F4.replace("(2, 3)", "(2,, 3)"), F4.replace("(2, 3)", "(,)"),
                 F4.replace("(2, 3)", "(2, 3"), F4.replace("'descr'", "'dtype'"), F4.replace("'descr'", "descr"),
                 F4.replace("}", "'shape': (2, 3)}"), F4.replace("}", "'more': 1}"), F4.replace("'<f4'", "'<f4"),
                 F4.replace("'<f4'", "'<\\x664'"), F4.replace("'<f4'", "('<f4',)"), F4.replace(": F", " F"),
                 F4.replace("'shape': (2, 3), ", ""), F4.replace(", 'f", " 'f"), "(" * 5000):
        refused("in.npy", header(text), 2, "input.npy-header")


def archive(members, change=lambda content: content):
    npz("made.npz", members)
    return change(pathlib.Path("made.npz").read_bytes())


def archives():
    one, two = ("a.npy", npy("<f4", (2, 3), floats(6))), ("b.npy", npy("|u1", (3,), b"123"))
    sound = archive([one, two])
    flags = sound.replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0").replace(b"PK\3\4\x14\0\0\0", b"PK\3\4\x14\0\1\0")
    method = sound.replace(b"PK\1\2\x14\x03\x14\0\0\0\0\0", b"PK\1\2\x14\x03\x14\0\0\0\x0c\0") \
        .replace(b"PK\3\4\x14\0\0\0\0\0", b"PK\3\4\x14\0\0\0\x0c\0")
    assert flags != sound and method != sound
    for content, code, label in (
            (b"PK\3\4", 2, "input.npz-archive"), (sound[:-1], 2, "input.npz-archive"), (sound[:100], 2, "input.npz-archive"),
            (b"PK\5\6", 2, "input.npz-archive"), (flags, 3, "input.npz-encrypted"), (method, 3, "input.npz-method"),
            (archive([one, ("notes.txt", b"hello")]), 3, "input.npz-member"), (archive([("folder/", b"")]), 3, "input.npz-member"),
            (archive([(".npy", two[1])]), 2, "input.npz-name"), (archive([("a.npy", two[1] + b"x")]), 2, "input.npz-size"),
            (archive([("a.npy", b"junk")]), 2, "input.npy-magic"), (archive([("a.npy", b"")]), 2, "input.npy-magic"),
            (archive([("a.npy", npy("|O", (1,), b"12345678"))]), 3, "input.npy-dtype"),
            (archive([one], lambda c: c.replace(floats(6), floats(6)[::-1])), 2, "input.npz-data")):
        refused("in.npz", content, code, label)


def archive_lies():
    """A size that deflate could not make, and names that occur twice."""
    with zipfile.ZipFile("in.npz", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("a.npy", npy("|u1", (9000,), bytes(9000)))
    content = bytearray(pathlib.Path("in.npz").read_bytes())
    for at in (22, content.index(b"PK\1\2") + 24):
        content[at:at + 4] = struct.pack("<I", 0xFFFFFFF0)
    refused("in.npz", bytes(content), 2, "input.npz-size")
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twice = archive([("a.npy", npy("|u1", (3,), b"123")), ("a.npy", npy("|u1", (3,), b"456"))])
    make("in.npz", twice)
    bad(2, "input.npz-", "encode", "in.npz", "-o", "p.pondus")


def head(text, data=b"12"):
    return with_length(text.encode() if isinstance(text, str) else text, data)


def entry(**more):
    return {"dtype": "U8", "shape": [2], "data_offsets": [0, 2], **more}


def one_tensor(**more):
    return head(json.dumps({"w": entry(**more)}))


def heads():
    wrong, offsets = "input.safetensors-header", "input.safetensors-offsets"
    text = json.dumps(entry())
    for content, label in (
            (b"", "input.safetensors-length"), (b"1234567", "input.safetensors-length"), (bytes(8), "input.safetensors-length"),
            (bytes(20), "input.safetensors-length"), (struct.pack("<Q", 3) + b"{}", "input.safetensors-length"),
            (struct.pack("<Q", (1 << 64) - 1) + b"{}", "input.safetensors-length"),
            (struct.pack("<Q", 100000001) + b"{" + b" " * 100000001, "input.safetensors-length"),
            (head(" {}", b""), wrong), (head("[]", b""), wrong), (head("{", b""), wrong), (head("{}x", b""), wrong),
            (head("{}\0", b""), wrong), (head(b"\xef\xbb\xbf{}", b""), wrong), (head(b'{"\xff":' + text.encode() + b"}"), wrong),
            (head(f'{{"w":{text},"w":{text}}}'), wrong), (head(f'{{"w":{text},"\\u0077":{text}}}'), wrong),
            (head('{"w":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}'), wrong),
            (head('{"__metadata__":{"a":"1","a":"2"}}', b""), wrong), (head('{"w":' + "[" * 100000), wrong),
            (head('{"w":1}'), wrong), (head('{"w":[]}'), wrong), (head('{"w":{}}'), wrong),
            (head('{"w":{"dtype":"U8","shape":[2]}}'), wrong), (one_tensor(dtype=1), wrong), (one_tensor(shape=2), wrong),
            (one_tensor(shape=[-2]), wrong), (one_tensor(shape=[2.0]), wrong), (one_tensor(shape=["2"]), wrong),
            (one_tensor(shape=[[2]]), wrong), (one_tensor(shape={}), wrong), (one_tensor(shape=[None]), wrong),
            (one_tensor(data_offsets=[0]), wrong), (one_tensor(data_offsets=[0, 2, 2]), wrong),
            (one_tensor(data_offsets={"0": 2}), wrong), (one_tensor(shape=[1 << 64]), wrong),
            (head('{"__metadata__":{"a":1}}', b""), "input.safetensors-metadata"),
            (head('{"__metadata__":[]}', b""), "input.safetensors-metadata"),
            (head('{"__metadata__":null}', b""), "input.safetensors-metadata"),
            (one_tensor(shape=[1 << 48], data_offsets=[0, 1 << 48]), "input.safetensors-shape"),
            (one_tensor(shape=[1 << 32, 1 << 32]), "input.safetensors-shape"),
            (one_tensor(shape=[3]), offsets), (one_tensor(shape=[]), offsets), (one_tensor(data_offsets=[1, 3]), offsets),
            (one_tensor(data_offsets=[2, 0]), offsets), (one_tensor(dtype="U16"), offsets),
            (head(json.dumps({"w": entry()}), b"1"), offsets), (head(json.dumps({"w": entry()}), b"123"), offsets),
            (head("{}", b"1"), offsets), (head(json.dumps({"v": entry(), "w": entry()})), offsets),
            (head(json.dumps({"v": entry(), "w": entry(data_offsets=[3, 5])}), b"12345"), offsets),
            (head(json.dumps({"v": entry(), "w": entry(data_offsets=[1, 3])}), b"123"), offsets)):
        refused("in.safetensors", content, 2, label)


def unsupported_heads():
    for content, label in ((one_tensor(dtype="F4"), "input.safetensors-dtype"), (one_tensor(dtype="C64"), "input.safetensors-dtype"),
                           (one_tensor(dtype="u8"), "input.safetensors-dtype"), (one_tensor(dtype=""), "input.safetensors-dtype"),
                           (one_tensor(shape=[1] * 8 + [2]), "input.safetensors-rank"),
                           (head(json.dumps({"": entry()})), "input.tensor-name"),
                           (head(json.dumps({"a\0": entry()})), "input.tensor-name"),
                           (head(json.dumps({"n" * 4097: entry()})), "input.tensor-name")):
        refused("in.safetensors", content, 3, label)


def indexes():
    name = "m.safetensors.index.json"
    make("s.safetensors", safetensors([("w", "U8", (2,), b"12")]))
    good_map = {"w": "s.safetensors"}
    for content, label in ((b"{", "input.index-json"), (b"[]", "input.index-json"), (b"{}", "input.index-json"), (b"", "input.index-json"),
                           (b'{"weight_map": []}', "input.index-json"), (b'{"weight_map": {"w": 1}}', "input.index-json"),
                           (b'{"weight_map": {"w": {"x": "y"}}}', "input.index-json"), (b'{"weight_map": {}}x', "input.index-json"),
                           (b'{"weight_map": {}, "weight_map": {}}', "input.index-json"),
                           (b'{"weight_map": {"w": "s.safetensors", "w": "s.safetensors"}}', "input.index-json"),
                           (b'{"metadata": {"a": 1, "a": 2}, "weight_map": {}}', "input.index-json"),
                           (b'{"metadata": ' + b"[" * 200, "input.index-json")):
        refused(name, content, 2, label)
    for file in ("../s.safetensors", "/etc/passwd", "a/s.safetensors", "..", ".", "", "a\\b", "s\0"):
        refused(name, json.dumps({"weight_map": {"w": file}}).encode(), 2, "input.index-file-name")
    refused(name, json.dumps({"weight_map": {**good_map, "x": "s.safetensors"}}).encode(), 2, "input.index-tensor")
    refused(name, json.dumps({"weight_map": {"w": "missing.safetensors"}}).encode(), 1, "request.io")
    make("s.safetensors", b"no shard at all")
    refused(name, json.dumps({"weight_map": good_map}).encode(), 2, "input.safetensors-length")
    make("s.safetensors", safetensors([("w", "U8", (2,), b"12")]))
    make(name, json.dumps({"weight_map": good_map, "metadata": [{"deep": [1, None, True, -1.5]}]}).encode())
    good("encode", name, "-o", "p.pondus")
    bad(1, "request.duplicate-name", "encode", name, "s.safetensors", "-o", "q.pondus")


if __name__ == "__main__":
    main(arrays, array_dtypes, array_headers, archives, archive_lies, heads, unsupported_heads, indexes)
