"""`info` and `check` for people and as JSON: the promised fields, and names that would play tricks."""

import json
import os
import pathlib
import struct

from support import SIZES, bad, floats, good, info, main, make, npy, run, safetensors, sample

from generator.fields import join
from generator.model import BOOL, BYTES, F64, I64, STRING, File, Meta
from generator.payloads import dense
from generator.tables import content_hash, shard
from generator.writer import lay_out
from decoder.xxh3 import xxh3

FIELDS = ("name", "dtype", "shape", "encoding", "rows", "cols", "lines", "line_count", "cells", "nonzero", "distinct",
          "raw_bytes", "stored_bytes", "decoded_xxh3", "blocks", "codebook", "alias_of")
HOSTILE = ["\x1b[31mred\x1b[0m", "a\nb: ok", "\x7f\x08", "\u009b2J", "\"quoted\\", "../../etc/passwd", "caf\u00e9 \u2603",
           "\u202eright to left", "%s%n", "x" * 4096]


def fields():
    make("in.safetensors", safetensors(sample(), {"format": "pt"}))
    good("encode", "in.safetensors", "-o", "p.pondus")
    out = info("p.pondus")
    assert out["schema"] == "pondus-info/1" and out["format_version"] == "0.1"
    assert out["file_bytes"] == os.path.getsize("p.pondus") and out["shard"] is None
    assert out["metadata"] == [{"key": "format", "type": "string", "value": "pt"}]
    assert [s["name"] for s in out["sources"]] == ["in.safetensors"]
    names = [t["name"] for t in out["tensors"]]
    assert names == sorted(names, key=str.encode) and len(names) == len(sample())
    for name, dtype, shape, cells in sample():
        tensor = out["by_name"][name]
        assert all(f in tensor for f in FIELDS), name
        width = SIZES[dtype]
        words = [cells[i:i + width] for i in range(0, len(cells), width)]
        assert tensor["dtype"] == dtype.lower() and tensor["shape"] == list(shape)
        assert tensor["raw_bytes"] == len(cells) and tensor["rows"] * tensor["cols"] == tensor["cells"]
        assert tensor["nonzero"] == sum(any(w) for w in words) and tensor["distinct"] == len(set(words)), name
        assert tensor["decoded_xxh3"] == f"{xxh3(cells):016x}" and tensor["lines"] in ("rows", "columns")


def check_as_json():
    make("in.npy", npy("<f4", (20, 30), floats(600)))
    good("encode", "in.npy", "-o", "p.pondus")
    make("q.pondus", pathlib.Path("p.pondus").read_bytes()[:-1])
    code, out, err = run("check", "--json", "-v", "p.pondus", "q.pondus", "missing.pondus")
    said = json.loads(out)
    assert code == 2 and err == "" and said["schema"] == "pondus-check/1"
    first, second, third = said["files"]
    assert first["verdict"] == "ok" and first["parts"][-1] == {"tensor": "in", "verdict": "ok"}
    assert (second["verdict"], second["label"]) == ("malformed", "trailer.magic") and second["offset"] > 0
    assert (third["verdict"], third["label"]) == ("error", "request.io")


def verdicts_per_part():
    make("in.safetensors", safetensors(sample()))
    good("encode", "in.safetensors", "-o", "p.pondus")
    lines = good("check", "-v", "p.pondus").decode().splitlines()
    assert lines[-1] == "p.pondus: ok" and all(line.endswith(": ok") for line in lines)
    for part in ("header", "trailer", "directory", "table", 'tensor "sparse"'):
        assert any(part in line for line in lines), part


def hostile_names():
    make("in.safetensors", safetensors([(name, "U8", (80,), bytes(80)) for name in HOSTILE], {n: n for n in HOSTILE[:5]}))
    table = good("encode", "in.safetensors", "-o", "p.pondus", "--no-alias")
    listed = good("info", "p.pondus") + good("check", "-v", "p.pondus") + table
    content = pathlib.Path("p.pondus").read_bytes()
    make("q.pondus", content[:64] + bytes([content[64] ^ 1]) + content[65:])
    code, out, err = run("check", "-v", "q.pondus")
    assert code == 2
    text = listed.decode() + out.decode() + err
    assert not [c for c in text if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f"]
    out = good("info", "--json", "p.pondus")
    assert all(32 <= byte < 127 or byte == 10 for byte in out)
    assert sorted(t["name"] for t in json.loads(out)["tensors"]) == sorted(HOSTILE)
    good("decode", "p.pondus", "-o", "out.safetensors")
    assert pathlib.Path("out.safetensors").read_bytes() == pathlib.Path("in.safetensors").read_bytes()


def hostile_file_names():
    """Names that are no file's name are refused before a folder appears."""
    for i, name in enumerate(("a/b", "../up", "..", ".hidden", "a\\b", "\x1b[31m", "n" * 300)):
        make("q.pondus", join(lay_out(File([dense("ok"), dense(name)] if name > "ok" else [dense(name), dense("ok")]))))
        bad(1, "request.file-name", "decode", "q.pondus", "-o", f"out{i}/")
        assert not os.path.exists(f"out{i}") and not os.path.exists("up.npy"), name
    shown = good("check", make("a\x1b[31m.pondus", pathlib.Path("q.pondus").read_bytes()))
    assert b"\x1b" not in shown


def metadata_and_shards():
    tensors = [dense("w")]
    entries = [Meta("a", STRING, "\u00e9\n".encode()), Meta("b", I64, struct.pack("<q", -(1 << 63))), Meta("c", F64, struct.pack("<d", 0.5)),
               Meta("d", F64, struct.pack("<d", float("nan"))), Meta("e", BOOL, b"\1"), Meta("f", BYTES, b"\0\xff")]
    hashes = [content_hash(tensors), 7]
    make("q.pondus", join(lay_out(File(tensors, [shard(0, hashes)], entries))))
    out = info("q.pondus")
    assert [m["value"] for m in out["metadata"]] == ["\u00e9\n", -(1 << 63), 0.5, "nan", True, "00ff"]
    assert [m["type"] for m in out["metadata"]] == ["string", "i64", "f64", "f64", "bool", "bytes"]
    assert out["shard"] == {"ordinal": 0, "content_hashes": [f"{h:016x}" for h in hashes]}
    assert b"shard 0 of 2" in good("info", "q.pondus")


def unknown_things():
    """What this version does not know is listed all the same."""
    unknown = dense("a", (200, 8))
    other = dense("b")
    other.encoding = 13
    make("q.pondus", join(lay_out(File([unknown, other]))))
    tensors = info("q.pondus")["by_name"]
    assert tensors["a"]["dtype"] == "#200" and tensors["b"]["encoding"] == "#13"
    bad(1, "request.safetensors-dtype", "decode", "q.pondus", "-o", "a.safetensors", "--tensor", "a")


def speeds():
    make("in.safetensors", safetensors(sample()))
    good("encode", "in.safetensors", "-o", "p.pondus", "--no-alias")
    out = json.loads(good("bench", "p.pondus", "--json"))
    assert out["schema"] == "pondus-bench/1" and out["kernels"] and out["threads"] == 1
    stored = info("p.pondus")["by_name"]
    assert {t["name"] for t in out["tensors"]} == set(stored)
    for tensor in out["tensors"]:
        cells, dtype = stored[tensor["name"]]["cells"], tensor["dtype"]
        assert tensor["encoding"] == stored[tensor["name"]]["encoding"]
        assert (tensor["decode_cells_per_second"] or 0) > 0 or cells == 0
        product = tensor["product_cells_per_second"]
        assert product > 0 if cells and dtype in ("f32", "f16", "bf16") else product is None
    table = good("bench", "p.pondus").decode().splitlines()
    assert len(table) == len(stored) + 2 and table[-1] == "kernels: " + out["kernels"]
    make("q.pondus", pathlib.Path("p.pondus").read_bytes()[:-1])
    bad(2, "trailer.magic", "bench", "q.pondus")


def no_colour_in_pipes():
    make("in.npy", npy("<f4", (20, 30), floats(600)))
    for env in ({}, {"NO_COLOR": "1"}):
        code, out, err = run("encode", "in.npy", "-o", "p.pondus", env=env)
        assert code == 0 and b"\033" not in out and err == ""


if __name__ == "__main__":
    main(fields, check_as_json, verdicts_per_part, hostile_names, hostile_file_names, metadata_and_shards, unknown_things,
         speeds, no_colour_in_pipes)
