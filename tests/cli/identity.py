"""A .safetensors file, whatever its header looks like, comes back byte for byte; so does a sharded model."""

import json
import os
import pathlib

from support import DIGITS, bad, floats, good, info, main, make, read_safetensors, safetensors, sample, with_length


def same(content, form=None):
    """Encodes and decodes one file, and compares."""
    make("in.safetensors", content)
    good("encode", "in.safetensors", "-o", "p.pondus")
    good("check", "p.pondus")
    good("decode", "p.pondus", "-o", "out.safetensors")
    assert pathlib.Path("out.safetensors").read_bytes() == content
    assert form is None or info("p.pondus")["sources"][0]["form"] == form


def canonical_head():
    same(safetensors(sample()), 1)
    same(safetensors(sample(), {"format": "pt"}), 1)
    same(safetensors(sample(), {"a": "\u00e9\x7f\x1f\n\"\\\0", "b": ""}), 1)
    same(DIGITS.read_bytes(), 1)


def other_heads():
    same(safetensors(sample(), canonical=False), 2)
    same(safetensors(sample(), padding=3), 2)
    same(safetensors(sample(), padding=801), 2)
    same(safetensors(sample(), {"b": "1", "a": "2"}), 2)
    same(safetensors(sample(), {"": "an empty key is no metadata key"}), 2)
    spaced = json.dumps({"w": {"shape": [2], "data_offsets": [0, 2], "dtype": "U8", "more": [{}]}}, indent=1)
    same(with_length(spaced.encode(), b"\1\2"), 2)
    same(with_length(b'{"\\u0077":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', b"\1\2"), 2)


def no_tensors():
    same(with_length(b"{}      "), 1)
    same(with_length(b"{}"), 2)
    same(with_length(b'{"__metadata__":{}}'), 2)
    same(with_length(b'{"__metadata__":{"k":"v"}}      '))


def empty_tensors_between():
    same(safetensors([("a", "F32", (2,), b"12345678"), ("b", "F32", (0,), b""), ("c", "F32", (3, 0), b"")]), 1)


def every_encoding():
    content = safetensors(sample())
    for encoding in ("dense", "csc", "index_map", "ham", "sham"):
        make("in.safetensors", content)
        good("encode", "in.safetensors", "-o", "p.pondus", "--encoding", encoding, "--fallback")
        good("decode", "p.pondus", "-o", "out.safetensors")
        assert pathlib.Path("out.safetensors").read_bytes() == content


def sharded():
    """An index and two shards, one of them in a form of its own, into a folder and back."""
    os.mkdir("model")
    files = {"m-1.safetensors": safetensors([("a", "F32", (64, 9), floats(576, 4)), ("b", "BF16", (3,), b"123456")]),
             "m-2.safetensors": safetensors([("c", "F32", (2, 2), floats(4))], {"k": "v"}, padding=5)}
    weights = {"c": "m-2.safetensors", "a": "m-1.safetensors", "b": "m-1.safetensors"}
    files["m.safetensors.index.json"] = json.dumps({"metadata": {"total_size": 1.5}, "weight_map": weights}, indent=2).encode()
    for name, content in files.items():
        make(f"model/{name}", content)
    good("encode", "model/m.safetensors.index.json", "-o", "p.pondus")
    good("check", "p.pondus")
    assert [s["form"] for s in info("p.pondus")["sources"]] == [2, 2, 3]
    os.mkdir("exists")
    make("exists/m-1.safetensors", b"to be replaced")
    make("exists/other", b"to be kept")
    for folder in ("new/", "exists", "exists/"):
        good("decode", "p.pondus", "-o", folder)
        for name, content in files.items():
            assert (pathlib.Path(folder) / name).read_bytes() == content, name
    assert sorted(os.listdir("new")) == sorted(files)
    assert sorted(os.listdir("exists")) == sorted([*files, "other"])
    good("decode", "p.pondus", "-o", "one.safetensors")
    metadata, tensors = read_safetensors(pathlib.Path("one.safetensors").read_bytes())
    assert metadata == {"k": "v"} and sorted(tensors) == ["a", "b", "c"]


def several_inputs():
    make("a.safetensors", safetensors([("a", "U8", (2,), b"12")], {"k": "1", "only": "a"}))
    make("b.safetensors", safetensors([("b", "U8", (2,), b"34")], {"k": "2"}))
    good("encode", "a.safetensors", "b.safetensors", "-o", "p.pondus")
    metadata = {m["key"]: m["value"] for m in info("p.pondus")["metadata"]}
    assert metadata == {"k": "1", "only": "a"}
    good("decode", "p.pondus", "-o", "out/")
    for name in ("a", "b"):
        assert pathlib.Path(f"out/{name}.safetensors").read_bytes() == pathlib.Path(f"{name}.safetensors").read_bytes()
    make("c.safetensors", safetensors([("b", "U8", (2,), b"34")]))
    said = bad(1, "request.duplicate-name", "encode", "b.safetensors", "c.safetensors", "-o", "q.pondus")
    assert "b.safetensors" in said and "c.safetensors" in said
    os.mkdir("d")
    make("d/a.safetensors", safetensors([("d", "U8", (2,), b"34")]))
    bad(1, "request.source-name", "encode", "a.safetensors", "d/a.safetensors", "-o", "q.pondus")
    assert not os.path.exists("q.pondus")


def merged_files():
    make("a.safetensors", safetensors([("a", "U8", (2,), b"12")], {"k": "1"}))
    make("b.safetensors", safetensors([("b", "U8", (2,), b"34")], {"k": "2", "l": "3"}))
    good("encode", "a.safetensors", "-o", "a.pondus")
    good("encode", "b.safetensors", "-o", "b.pondus")
    good("decode", "a.pondus", "b.pondus", "-o", "out.safetensors")
    metadata, tensors = read_safetensors(pathlib.Path("out.safetensors").read_bytes())
    assert metadata == {"k": "1", "l": "3"} and sorted(tensors) == ["a", "b"]
    bad(1, "request.duplicate-name", "decode", "a.pondus", "a.pondus", "-o", "out.safetensors")


if __name__ == "__main__":
    main(canonical_head, other_heads, no_tensors, empty_tensors_between, every_encoding, sharded, several_inputs,
         merged_files)
