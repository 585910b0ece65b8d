"""`prune`, `share`, and the same steps of `encode`: what they choose, what they do, and what they refuse."""

import json
import math
import pathlib
import random
import struct
import zipfile

from support import DIGITS, bad, good, info, main, make, npy, npz, read_safetensors, safetensors


def bell(count, seed):
    generator = random.Random(seed)
    return [struct.unpack("<f", struct.pack("<f", generator.gauss(0, 1)))[0] for _ in range(count)]


def packed(values):
    return struct.pack(f"<{len(values)}f", *values)


def unpacked(cells):
    return struct.unpack(f"<{len(cells) // 4}f", cells)


def network():
    """Two matrices, a kernel, and what must stay: a bias, batch norm, a small matrix, integers."""
    tensors = [("a.weight", "F32", (40, 50), packed(bell(2000, 1))), ("b.weight", "F32", (30, 60), packed(bell(1800, 2))),
               ("c.weight", "F32", (12, 10, 3, 3), packed(bell(1080, 3))), ("a.bias", "F32", (2000,), packed(bell(2000, 4))),
               ("small", "F32", (10, 10), packed(bell(100, 5))), ("ids", "I32", (40, 50), packed(bell(2000, 6)))]
    return make("in.safetensors", safetensors(tensors, {"format": "pt"}))


def tensors_of(path):
    return read_safetensors(pathlib.Path(path).read_bytes())[1]


def altered(path, before="in.safetensors"):
    was, now = tensors_of(before), tensors_of(path)
    assert list(was) == list(now)
    return {name for name in was if was[name] != now[name]}


def percentile(values, percent):
    values = sorted(map(abs, values))
    place = (len(values) - 1) * percent / 100
    low = math.floor(place)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (place - low)


def prunes_what_it_should():
    network()
    good("prune", "in.safetensors", "-o", "p.safetensors", "--percent", "90")
    assert altered("p.safetensors") == {"a.weight", "b.weight", "c.weight"}
    was, now = tensors_of("in.safetensors"), tensors_of("p.safetensors")
    for name in ("a.weight", "b.weight", "c.weight"):
        before = unpacked(was[name][2])
        threshold = percentile(before, 90)
        assert unpacked(now[name][2]) == tuple(w if abs(w) > threshold else 0.0 for w in before)


def prunes_over_the_model():
    network()
    good("prune", "in.safetensors", "-o", "p.safetensors", "--percent", "75", "--scope", "model")
    was, now = tensors_of("in.safetensors"), tensors_of("p.safetensors")
    names = ("a.weight", "b.weight", "c.weight")
    threshold = percentile([w for name in names for w in unpacked(was[name][2])], 75)
    for name in names:
        assert unpacked(now[name][2]) == tuple(w if abs(w) > threshold else 0.0 for w in unpacked(was[name][2]))


def patterns():
    network()
    good("prune", "in.safetensors", "-o", "p.safetensors", "--percent", "50", "--tensors", "[as]*")
    assert altered("p.safetensors") == {"a.weight", "small"}
    bad(1, "request.tensors", "prune", "in.safetensors", "-o", "q.safetensors", "--percent", "50", "--tensors", "x*")
    bad(1, "request.tensors", "prune", "in.safetensors", "-o", "q.safetensors", "--percent", "50", "--tensors", "a.bias")
    said = bad(1, "request.weights-dtype", "prune", "in.safetensors", "-o", "q.safetensors", "--percent", "50",
               "--tensors", "*")
    assert "ids" in said and not pathlib.Path("q.safetensors").exists()


def outputs_agree():
    network()
    steps = ("--method", "cws", "-k", "8", "--seed", "3")
    good("prune", "in.safetensors", "-o", "p.safetensors", "--percent", "80")
    for out in ("s.safetensors", "s.npz", "s.pondus"):
        good("share", "p.safetensors", "-o", out, *steps)
    good("encode", "in.safetensors", "-o", "one.pondus", "--prune", "80", "--share", "cws:8", "--seed", "3")
    good("encode", "s.npz", "-o", "z.pondus")
    expected = tensors_of("s.safetensors")
    for pondus in ("s.pondus", "one.pondus", "z.pondus"):
        good("check", pondus)
        good("decode", pondus, "-o", "back.safetensors")
        assert tensors_of("back.safetensors") == expected, pondus
    for name in ("a.weight", "b.weight", "c.weight"):
        assert len(set(unpacked(expected[name][2]))) == 8


def inputs_agree():
    """The same tensors from any kind of file, in both orders of .npy, stored and deflated."""
    shape, values = (40, 50), bell(2000, 1)
    rows = packed(values)
    columns = npy("<f4", shape, packed([values[50 * i + j] for j in range(50) for i in range(40)]), fortran=True)
    npz("rows.npz", [("w.npy", npy("<f4", shape, rows))])
    npz("deflated.npz", [("w.npy", npy("<f4", shape, rows))], compression=zipfile.ZIP_DEFLATED)
    npz("columns.npz", [("w.npy", columns)])
    make("w.npy", columns)
    make("w.safetensors", safetensors([("w", "F32", shape, rows)]))
    for steps in (("--prune", "80"), ("--share", "cws:8"), ("--prune", "80", "--share", "ecsq:8")):
        found = set()
        for path in ("w.safetensors", "w.npy", "rows.npz", "deflated.npz", "columns.npz"):
            good("encode", path, "-o", "w.pondus", *steps)
            good("decode", "w.pondus", "-o", "out.npy")
            found.add(pathlib.Path("out.npy").read_bytes())
        assert len(found) == 1 and len(found.pop()) == 128 + 4 * 2000, steps
    good("share", "rows.npz", "-o", "s.npz", "--method", "uq", "-k", "4")
    good("prune", "s.npz", "-o", "p.npz", "--percent", "50")
    good("encode", "p.npz", "-o", "p.pondus")


def recorded():
    network()
    good("encode", "in.safetensors", "-o", "one.pondus", "--prune", "80", "--share", "uq:8")
    good("decode", "one.pondus", "-o", "back.safetensors")
    metadata = read_safetensors(pathlib.Path("back.safetensors").read_bytes())[0]
    assert metadata["format"] == "pt"
    assert json.loads(metadata["pondus.prune"]) == {"percent": 80, "scope": "tensor"}
    assert json.loads(metadata["pondus.share"]) == {"method": "uq", "k": 8, "unified": False, "seed": 0}
    weights = json.loads(metadata["pondus.weights"])
    was, now = tensors_of("in.safetensors")["a.weight"][2], tensors_of("back.safetensors")["a.weight"][2]
    error = sum((a - b) ** 2 for a, b in zip(unpacked(was), unpacked(now))) / 2000
    assert math.isclose(weights["a.weight"]["mean_squared_error"], error, rel_tol=1e-3)
    assert weights["a.weight"]["distinct"] == len(set(unpacked(now))) <= 8
    assert "lambda" not in weights["a.weight"]
    said = good("share", "in.safetensors", "-o", "e.safetensors", "--method", "ecsq", "--bits", "2").decode()
    sizes = [pathlib.Path(name).stat().st_size for name in ("in.safetensors", "e.safetensors")]
    assert f"\n{sizes[0]} bytes -> {sizes[1]}\n" in said, said
    weights = json.loads(read_safetensors(pathlib.Path("e.safetensors").read_bytes())[0]["pondus.weights"])
    assert all(0 < weights[name]["lambda"] < 1 for name in weights)
    make("in.npy", npy("<f4", (40, 50), packed(bell(2000, 1))))
    good("share", "in.npy", "-o", "n.pondus", "--method", "pws", "-k", "4")
    assert "pondus.share" in json.dumps(info("n.pondus"))


def unified():
    network()
    good("share", "in.safetensors", "-o", "u.safetensors", "--method", "cws", "-k", "8", "--unified")
    now = tensors_of("u.safetensors")
    a, b, c = (set(unpacked(now[f"{name}.weight"][2])) for name in "abc")
    assert len(a | b) == 8 and len(c) == 8 and not a & c


def same_bytes_with_any_threads():
    for method in ("cws", "pws", "uq", "ecsq"):
        contents = set()
        for threads in ("1", "3"):
            good("share", DIGITS, "-o", "s.safetensors", "--method", method, "-k", "9", "--threads", threads)
            contents.add(pathlib.Path("s.safetensors").read_bytes())
        assert len(contents) == 1, method


def targets():
    network()
    for method in ("cws", "uq", "ecsq"):
        good("share", "in.safetensors", "-o", "s.safetensors", "--method", method, "--bits", "2.5")
        cells = unpacked(tensors_of("s.safetensors")["a.weight"][2])
        shares = [cells.count(w) / len(cells) for w in set(cells)]
        assert 2.2 < -sum(p * math.log2(p) for p in shares) <= 2.5 + 1e-9
        good("share", "in.safetensors", "-o", "s.safetensors", "--method", method, "--error", "0.01")
        was, now = (unpacked(tensors_of(f)["a.weight"][2]) for f in ("in.safetensors", "s.safetensors"))
        error = sum((a - b) ** 2 for a, b in zip(was, now)) / sum(a * a for a in was)
        assert 0.002 < error <= 0.01
    bad(1, "request.target", "share", "in.safetensors", "-o", "q.npz", "--method", "cws", "--error", "0", "-k", "5")


def bad_numbers():
    for value in (math.nan, math.inf, -math.inf):
        make("bad.npy", npy("<f4", (40, 50), packed([1.0] * 1999 + [value])))
        bad(1, "request.not-finite", "prune", "bad.npy", "-o", "q.npz", "--percent", "50")
        bad(1, "request.not-finite", "share", "bad.npy", "-o", "q.npz", "--method", "cws", "-k", "4")
        bad(1, "request.not-finite", "encode", "bad.npy", "-o", "q.pondus", "--prune", "50")


def obvious_results():
    """More values than there are, one value, nothing at all."""
    make("few.npy", npy("<f4", (40, 50), packed([1.0, -2.0, 3.5, 1.0] * 500)))
    good("share", "few.npy", "-o", "s.npz", "--method", "cws", "-k", "100")
    good("encode", "s.npz", "-o", "s.pondus")
    good("decode", "s.pondus", "-o", "s.npy")
    assert pathlib.Path("s.npy").read_bytes()[128:] == pathlib.Path("few.npy").read_bytes()[128:]
    good("share", "few.npy", "-o", "s.safetensors", "--method", "cws", "-k", "1")
    assert set(unpacked(tensors_of("s.safetensors")["few"][2])) == {0.875}
    good("share", "few.npy", "-o", "s.safetensors", "--method", "uq", "-k", "1")
    assert set(unpacked(tensors_of("s.safetensors")["few"][2])) == {0.0}
    make("many.npy", npy("<f4", (40, 50), packed(bell(2000, 1))))
    for method in ("cws", "pws"):
        good("share", "many.npy", "-o", "s.safetensors", "--method", method, "--error", "0")
        assert tensors_of("s.safetensors")["many"][2] == packed(bell(2000, 1))
    make("zeros.npy", npy("<f4", (40, 50), packed([0.0, 1.0, -0.0, 2.0] * 500)))
    bad(1, "request.sharing", "share", "zeros.npy", "-o", "q.npz", "--method", "cws", "-k", "1")
    bad(1, "request.target", "share", "zeros.npy", "-o", "q.npz", "--method", "cws", "--bits", "0.5")
    make("none.npy", npy("<f4", (0, 7), b""))
    good("prune", "none.npy", "-o", "n.npz", "--percent", "50", "--tensors", "none")
    good("share", "none.npy", "-o", "n.npz", "--method", "ecsq", "-k", "5", "--tensors", "none")
    good("prune", "few.npy", "-o", "all.safetensors", "--percent", "100")
    assert not any(unpacked(tensors_of("all.safetensors")["few"][2]))


def bad_options():
    network()
    for options in (("--percent", "101"), ("--percent", "-1"), ("--percent", "nan"), ()):
        bad(1, "", "prune", "in.safetensors", "-o", "q.npz", *options)
    for options in (("--method", "no", "-k", "4"), ("--method", "cws", "-k", "0"), ("-k", "4"),
                    ("--method", "cws", "--bits", "1", "--error", "0.1"), ("--method", "cws", "--bits", "-1")):
        bad(1, "", "share", "in.safetensors", "-o", "q.npz", *options)
    bad(1, "request.sharing", "share", "in.safetensors", "-o", "q.npz", "--method", "cws")
    bad(1, "--exact", "share", "in.safetensors", "-o", "q.npz", "--method", "uq", "-k", "4", "--exact")
    good("share", "in.safetensors", "-o", "e.npz", "--method", "cws", "-k", "4", "--exact")
    for share in ("cws", "cws:", "cws:0", "cws:x", "k:4"):
        bad(1, "METHOD:K", "encode", "in.safetensors", "-o", "q.pondus", "--share", share)
    bad(1, "", "encode", "in.safetensors", "-o", "q.pondus", "--unified")
    bad(1, "request.output-format", "prune", "in.safetensors", "-o", "q.bin", "--percent", "50")
    assert not list(pathlib.Path().glob("q.*"))


main(prunes_what_it_should, prunes_over_the_model, patterns, outputs_agree, inputs_agree, recorded, unified, same_bytes_with_any_threads,
     targets, bad_numbers, obvious_results, bad_options)
