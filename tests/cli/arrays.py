"""numpy's files: .npy in every version and order, .npz stored and deflated, in both directions."""

import pathlib
import struct
import zipfile

from support import DATA, Skip, bad, floats, good, info, main, make, npy, npz, read_safetensors, safetensors

DESCRS = {"f64": "<f8", "f32": "<f4", "f16": "<f2", "i64": "<i8", "i32": "<i4", "i16": "<i2", "i8": "|i1",
          "u64": "<u8", "u32": "<u4", "u16": "<u2", "u8": "|u1", "bool": "|b1"}


def round_trip(content, name="in.npy"):
    """The .npy file that comes back from one."""
    make(name, content)
    good("encode", name, "-o", "p.pondus")
    good("check", "p.pondus")
    good("decode", "p.pondus", "-o", "out.npy")
    return pathlib.Path("out.npy").read_bytes()


def every_dtype():
    for dtype, descr in DESCRS.items():
        cells = bytes(range(1, 1 + 6 * int(descr[2])))
        content = npy(descr, (2, 3), cells)
        assert round_trip(content) == content, dtype
        assert info("p.pondus")["by_name"]["in"]["dtype"] == dtype


def shapes():
    for shape, count in (((), 1), ((0,), 0), ((5,), 5), ((2, 0, 3), 0), ((1,) * 8, 1), ((3, 4, 5), 60)):
        content = npy("<f4", shape, floats(count))
        assert round_trip(content) == content, shape


def versions():
    cells = floats(6)
    for version in ((1, 0), (2, 0), (3, 0)):
        assert round_trip(npy("<f4", (2, 3), cells, version=version)) == npy("<f4", (2, 3), cells)
    for header in ('{"shape": (2,3), "descr": "<f4", "fortran_order": False}',
                   "{'shape':(2,3,),'fortran_order':False,'descr':'<f4',}",
                   " {  'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 ) }  "):
        assert round_trip(npy("", (), cells, header=header)) == npy("<f4", (2, 3), cells)


def fortran_order():
    for shape in ((2, 3), (3, 4, 5), (2, 3, 4, 5), (7,), (1, 9), (9, 1), ()):
        count = 1
        for dim in shape:
            count *= dim
        words = list(range(count))
        strides, step = [], 1
        for dim in shape:
            strides.append(step)
            step *= dim
        ordered = []
        for i in range(count):
            at, rest = 0, i
            for dim, stride in zip(reversed(shape), reversed(strides)):
                at += rest % dim * stride
                rest //= dim
            ordered.append(words[at])
        stored = struct.pack(f"<{count}I", *words)
        assert round_trip(npy("<u4", shape, stored, fortran=True)) == npy("<u4", shape, struct.pack(f"<{count}I", *ordered))


def big_endian():
    values = [1.5, -2.25, 0.0, 3e30, 0.0, 7.0]
    assert round_trip(npy(">f4", (2, 3), struct.pack(">6f", *values))) == npy("<f4", (2, 3), struct.pack("<6f", *values))
    fortran = struct.pack(">6h", 1, 4, 2, 5, 3, 6)
    assert round_trip(npy(">i2", (2, 3), fortran, fortran=True)) == npy("<i2", (2, 3), struct.pack("<6h", *range(1, 7)))
    assert round_trip(npy(">u1", (2,), b"\1\2")) == npy("|u1", (2,), b"\1\2")


def archives():
    members = [("w.npy", npy("<f4", (30, 4), floats(120, 5))), ("layer/b.npy", npy(">i2", (2,), b"\0\1\0\2")),
               ("n.npy", npy("|u1", (0,), b"")), ("f.npy", npy("|u1", (2, 2), b"\1\3\2\4", fortran=True))]
    little = dict(members, **{"layer/b.npy": npy("<i2", (2,), b"\1\0\2\0"), "f.npy": npy("|u1", (2, 2), b"\1\2\3\4")})
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        npz("in.npz", members, compression=compression)
        good("encode", "in.npz", "-o", "p.pondus")
        good("decode", "p.pondus", "-o", "out.npz")
        with zipfile.ZipFile("out.npz") as archive:
            assert archive.testzip() is None
            assert {n: archive.read(n) for n in archive.namelist()} == little
        first = pathlib.Path("out.npz").read_bytes()
        good("encode", "out.npz", "-o", "q.pondus")
        good("decode", "q.pondus", "-o", "again.npz")
        assert pathlib.Path("again.npz").read_bytes() == first


def archive_flavours():
    """What other programs write: Zip64 fields, data descriptors, a comment, no member at all."""
    member = npy("<f4", (3,), floats(3))
    with zipfile.ZipFile("in.npz", "w") as archive:
        with archive.open("a.npy", "w", force_zip64=True) as out:
            out.write(member)
    good("encode", "in.npz", "-o", "p.pondus")

    class Pipe:
        """An output that cannot go back."""
        def __init__(self):
            self.content = b""

        def write(self, data):
            self.content += bytes(data)
            return len(data)

        def flush(self):
            pass

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", member)
        archive.comment = b"from a pipe"
    make("pipe.npz", pipe.content)
    good("encode", "pipe.npz", "-o", "q.pondus")
    assert info("p.pondus")["by_name"]["a"] == info("q.pondus")["by_name"]["a"]
    npz("empty.npz", [])
    good("encode", "empty.npz", "-o", "e.pondus")
    good("decode", "e.pondus", "-o", "out.npz")
    assert zipfile.ZipFile("out.npz").namelist() == []


def formats_meet():
    """The same tensors are the same, whatever they come in."""
    cells = floats(600, 7)
    make("w.npy", npy("<f4", (20, 30), cells))
    npz("w.npz", [("w.npy", npy("<f4", (20, 30), cells, fortran=False))])
    make("w.safetensors", safetensors([("w", "F32", (20, 30), cells)]))
    hashes = set()
    for extension in ("npy", "npz", "safetensors"):
        good("encode", f"w.{extension}", "-o", "p.pondus")
        hashes.add(info("p.pondus")["by_name"]["w"]["decoded_xxh3"])
        good("decode", "p.pondus", "-o", "out.safetensors")
        assert read_safetensors(pathlib.Path("out.safetensors").read_bytes())[1] == {"w": ("F32", (20, 30), cells)}
    assert len(hashes) == 1
    make("misnamed.npz", npy("<f4", (2,), floats(2)))
    good("encode", "misnamed.npz", "-o", "p.pondus")


def into_folder():
    npz("in.npz", [("a.npy", npy("|u1", (2,), b"12")), ("b.npy", npy("|b1", (), b"\1"))])
    make("c.safetensors", safetensors([("c", "BF16", (1,), b"12")]))
    good("encode", "in.npz", "c.safetensors", "-o", "p.pondus")
    good("decode", "p.pondus", "-o", "out/")
    assert pathlib.Path("out/a.npy").read_bytes() == npy("|u1", (2,), b"12")
    assert pathlib.Path("out/c.safetensors").read_bytes() == pathlib.Path("c.safetensors").read_bytes()
    assert len(list(pathlib.Path("out").iterdir())) == 3


def not_for_numpy():
    for dtype in ("BF16", "F8_E4M3", "F8_E5M2"):
        make("in.safetensors", safetensors([("w", dtype, (2,), bytes(4 if dtype == "BF16" else 2))]))
        good("encode", "in.safetensors", "-o", "p.pondus")
        for out in ("out.npy", "out.npz"):
            assert ".safetensors" in bad(1, "request.npy-dtype", "decode", "p.pondus", "-o", out)
            assert not pathlib.Path(out).exists()
    npz("two.npz", [("a.npy", npy("|u1", (2,), b"12")), ("b.npy", npy("|u1", (2,), b"34"))])
    good("encode", "two.npz", "-o", "p.pondus")
    bad(1, "request.one-tensor", "decode", "p.pondus", "-o", "out.npy")
    good("decode", "p.pondus", "-o", "out.npy", "--tensor", "b")
    assert pathlib.Path("out.npy").read_bytes() == npy("|u1", (2,), b"34")


def real_matrices():
    paths = sorted(DATA.glob("*.npy"), key=lambda p: p.stat().st_size)[:4]
    if not paths:
        raise Skip(f"no matrices in {DATA}")
    for path in paths:
        for encoding in ("auto", "dense", "csc", "index_map", "ham", "sham"):
            good("encode", path, "-o", "p.pondus", "--encoding", encoding, "--layout", "hwio")
            good("decode", "p.pondus", "-o", "out.npy")
            content = path.read_bytes()
            out = pathlib.Path("out.npy").read_bytes()
            assert out[-786432:] == content[-786432:] and len(out) == len(content), path


if __name__ == "__main__":
    main(every_dtype, shapes, versions, fortran_order, big_endian, archives, archive_flavours, formats_meet, into_folder,
         not_for_numpy, real_matrices)
