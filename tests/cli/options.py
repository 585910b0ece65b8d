"""What the options of `encode` and `decode` do to the bytes, and what they must not do."""

import os
import pathlib
import random
import struct

from support import DIGITS, bad, floats, good, info, main, make, npy, npz, read_safetensors, run, safetensors, sample


def same_bytes_with_any_threads():
    make("in.safetensors", safetensors([*sample(), ("large", "F32", (300, 700), floats(210000, 5, 31))]))
    for options in ((), ("--encoding", "dense"), ("--codebook", "shared")):
        first = None
        for threads in (1, 2, 5):
            good("encode", "in.safetensors", "-o", "p.pondus", "--threads", threads, *options)
            content = pathlib.Path("p.pondus").read_bytes()
            assert first is None or content == first, (options, threads)
            first = content
            good("check", "p.pondus", "--threads", threads)
            good("decode", "p.pondus", "-o", "out.safetensors", "--threads", threads)
            assert pathlib.Path("out.safetensors").read_bytes() == pathlib.Path("in.safetensors").read_bytes()
        good("encode", "in.safetensors", "-o", "p.pondus", "--no-verify", *options)
        assert pathlib.Path("p.pondus").read_bytes() == first


def encodings():
    make("in.npy", npy("<f4", (40, 50), floats(2000, 7)))
    sizes = {}
    for encoding in ("auto", "dense", "csc", "index_map", "ham", "sham"):
        good("encode", "in.npy", "-o", "p.pondus", "--encoding", encoding)
        tensor = info("p.pondus")["by_name"]["in"]
        assert encoding in ("auto", tensor["encoding"])
        sizes[encoding] = os.path.getsize("p.pondus")
    assert sizes["auto"] == min(sizes.values())


def efforts():
    words = [word for line in random.Random(1).choices(range(200), k=900) for word in range(line, line + 150)]
    make("in.npy", npy("<u2", (900, 150), struct.pack(f"<{len(words)}H", *(word * word % 65536 for word in words))))
    sizes = []
    for effort in (1, 5, 9):
        good("encode", "in.npy", "-o", "p.pondus", "--encoding", "dense", "--effort", effort)
        good("check", "p.pondus")
        sizes.append(os.path.getsize("p.pondus"))
    assert sizes[0] > sizes[1] > sizes[2], sizes
    for effort in (0, 10):
        bad(1, "effort", "encode", "in.npy", "-o", "p.pondus", "--effort", effort)


def purposes():
    """`--for` takes the smallest of those that serve, and `-v` says what was considered."""
    row = [3.5 if i % 7 == 0 else float(i % 5) for i in range(250)]
    make("in.npy", npy("<f4", (200, 250), struct.pack("<250f", *row) * 200))
    taken = {}
    for purpose in ("size", "decode", "product"):
        out = good("encode", "in.npy", "-o", "p.pondus", "--for", purpose, "-v").decode()
        good("check", "p.pondus")
        rows = [line.split() for line in out.split("\n\n")[0].splitlines()]
        assert rows[0][:3] == ["tensor", "considered", "lines"], out
        considered = {row[1]: row for row in rows[1:]}
        chosen = [row for row in considered.values() if row[-1] == "taken"]
        assert len(chosen) == 1 and chosen[0][1] == out.split("\n\n")[1].splitlines()[1].split()[3], out
        priced = [int(row[3]) for row in considered.values() if row[-1] in ("larger", "taken")]
        assert int(chosen[0][3]) == min(priced), out
        taken[purpose] = (set(considered), int(chosen[0][3]))
    assert taken["decode"][0] < taken["size"][0] and taken["product"][0] < taken["size"][0], taken
    assert "zstd_map" not in taken["decode"][0] | taken["product"][0]
    assert taken["size"][1] <= min(taken["decode"][1], taken["product"][1])
    bad(1, "for", "encode", "in.npy", "-o", "p.pondus", "--for", "speed")


def fallback():
    """256 different bytes have no smaller codebook: an error that names the tensor, unless another encoding may do."""
    make("in.safetensors", safetensors([("fine", "F32", (100,), floats(100)), ("b\u00e4d", "U8", (256,), bytes(range(256)))]))
    said = bad(1, "request.encoding", "encode", "in.safetensors", "-o", "p.pondus", "--encoding", "index_map")
    assert "b\u00e4d" in said and not os.path.exists("p.pondus")
    good("encode", "in.safetensors", "-o", "p.pondus", "--encoding", "index_map", "--fallback")
    tensors = info("p.pondus")["by_name"]
    assert tensors["fine"]["encoding"] == "index_map" and tensors["b\u00e4d"]["encoding"] == "dense"


def layouts():
    make("keras.npy", npy("<f4", (3, 3, 16, 32), floats(4608, 3)))
    make("torch.npy", npy("<f4", (32, 16, 3, 3), floats(4608, 3)))
    expected = {"auto": ((144, 32), (32, 144)), "oihw": ((3, 1536), (32, 144)), "hwio": ((144, 32), (1536, 3))}
    for layout, shapes in expected.items():
        good("encode", "keras.npy", "torch.npy", "-o", "p.pondus", "--layout", layout)
        tensors = info("p.pondus")["by_name"]
        assert [(tensors[n]["rows"], tensors[n]["cols"]) for n in ("keras", "torch")] == list(shapes), layout
        good("check", "p.pondus")


def aliases():
    cells, other = floats(64, 3), floats(64, 5)
    tensors = [("z", "F32", (64,), cells), ("a", "F32", (64,), cells), ("b", "F32", (8, 8), cells), ("c", "I32", (64,), cells),
               ("d", "F32", (64,), other), ("e", "F32", (63,), cells[:252]), ("f", "F32", (63,), cells[:252]),
               ("m", "F32", (64,), cells)]
    make("in.safetensors", safetensors(tensors))
    good("encode", "in.safetensors", "-o", "p.pondus")
    aliased = {n: t["alias_of"] for n, t in info("p.pondus")["by_name"].items() if t["alias_of"]}
    assert aliased == {"m": "a", "z": "a"}
    good("check", "p.pondus")
    good("decode", "p.pondus", "-o", "out.safetensors")
    assert pathlib.Path("out.safetensors").read_bytes() == pathlib.Path("in.safetensors").read_bytes()
    good("decode", "p.pondus", "-o", "z.npy", "--tensor", "z")
    assert pathlib.Path("z.npy").read_bytes() == npy("<f4", (64,), cells)
    good("encode", "in.safetensors", "-o", "p.pondus", "--no-alias")
    assert not any(t["alias_of"] for t in info("p.pondus")["tensors"])
    npz("in.npz", [("y.npy", npy("<f4", (64,), cells)), ("x.npy", npy(">f4", (64,), cells)), ("w.npy", npy("<f4", (64,), cells))])
    good("encode", "in.npz", "-o", "p.pondus")
    assert {t["name"] for t in info("p.pondus")["tensors"] if t["alias_of"]} == {"y"}


def shared_codebooks():
    tensors = [(f"m{i}", "F32", (40, 50), floats(2000, 1, 60 + i)) for i in range(3)]
    tensors += [(f"k{i}", "F32", (10, 20, 3, 3), floats(1800, 1, 50 + i)) for i in range(2)]
    tensors += [("small", "F32", (10, 10), floats(100)), ("half", "F16", (40, 50), floats(1000))]
    make("in.safetensors", safetensors(tensors))
    good("encode", "in.safetensors", "-o", "p.pondus", "--codebook", "shared", "--encoding", "index_map")
    tables = {n: t["codebook"]["table"] for n, t in info("p.pondus")["by_name"].items()}
    assert len({tables[f"m{i}"] for i in range(3)}) == 1 and len({tables[f"k{i}"] for i in range(2)}) == 1
    assert len(set(tables.values())) == 4
    good("check", "p.pondus")
    good("decode", "p.pondus", "-o", "out.safetensors")
    assert pathlib.Path("out.safetensors").read_bytes() == pathlib.Path("in.safetensors").read_bytes()
    shared = os.path.getsize("p.pondus")
    good("encode", "in.safetensors", "-o", "p.pondus", "--codebook", "tensor", "--encoding", "index_map")
    assert shared < os.path.getsize("p.pondus")


def head_hint():
    make("in.npy", npy("<f4", (40, 50), floats(2000, 7)))
    good("encode", "in.npy", "-o", "p.pondus")
    good("encode", "in.npy", "-o", "q.pondus", "--head-hint")
    plain, hinted = (pathlib.Path(n).read_bytes() for n in ("p.pondus", "q.pondus"))
    assert plain[24:40] == bytes(16) and hinted[24:40] == hinted[-64:-48] and plain[64:] == hinted[64:]
    good("check", "q.pondus")


def alignment():
    make("in.safetensors", safetensors(sample()))
    sizes = []
    for align in (8, 64, 65536):
        good("encode", "in.safetensors", "-o", "p.pondus", "--align", align)
        good("check", "p.pondus")
        good("decode", "p.pondus", "-o", "out.safetensors")
        assert pathlib.Path("out.safetensors").read_bytes() == pathlib.Path("in.safetensors").read_bytes()
        assert info("p.pondus")["alignment"] == align
        sizes.append(os.path.getsize("p.pondus"))
    good("encode", "in.safetensors", "-o", "q.pondus")
    assert sizes[0] < sizes[1] == os.path.getsize("q.pondus") < sizes[2]
    for align in (0, 4, 24, 131072):
        bad(1, "--align", "encode", "in.safetensors", "-o", "r.pondus", "--align", align)


def selection():
    make("in.safetensors", safetensors(sample(), {"k": "v"}))
    good("encode", "in.safetensors", "-o", "p.pondus")
    good("decode", "p.pondus", "-o", "out.safetensors", "--tensor", "nan", "--tensor", "sparse", "--tensor", "nan")
    metadata, tensors = read_safetensors(pathlib.Path("out.safetensors").read_bytes())
    wanted = {n: (d, s, c) for n, d, s, c in sample() if n in ("nan", "sparse")}
    assert metadata == {"k": "v"} and tensors == wanted
    good("decode", "p.pondus", "-o", "folder/", "--tensor", "nan")
    assert os.listdir("folder") == ["in.safetensors"]
    bad(1, "request.no-such-tensor", "decode", "p.pondus", "-o", "x.safetensors", "--tensor", "nan", "--tensor", "none such")
    assert not os.path.exists("x.safetensors")


def kernels():
    """Any instruction set of the machine decodes to the same bytes; others are refused by name."""
    _, _, said = run("--version", env={"PONDUS_KERNELS": "abacus"})
    names = said.partition(":")[2].partition(":")[2].split()
    assert "portable" in names, said
    good("encode", DIGITS, "-o", "p.pondus")
    for name in names:
        good("decode", "p.pondus", "-o", "out.safetensors", env={"PONDUS_KERNELS": name})
        assert pathlib.Path("out.safetensors").read_bytes() == DIGITS.read_bytes(), name


def report():
    out = good("encode", DIGITS, "-o", "p.pondus", "--effort", 1).decode()
    rows = [line.split() for line in out.splitlines()]
    row = next(r for r in rows if r[0] == "classifier.0.weight")
    assert row[1:4] == ["f32", "96x512", "gap_map"] and row[5:7] == ["32", "196608"] and float(row[4]) == 10.0
    assert len(rows) == 22 and str(os.path.getsize("p.pondus")) in rows[-1]


if __name__ == "__main__":
    main(same_bytes_with_any_threads, encodings, efforts, purposes, fallback, layouts, aliases, shared_codebooks, head_hint, alignment, selection,
         kernels, report)
