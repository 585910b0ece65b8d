"""A flipped bit anywhere, a cut, an addition: `check` and `decode` name the part, end with the right code, and leave no output."""

import concurrent.futures
import json
import os
import pathlib

from support import bad, floats, good, main, make, npy, run, safetensors

ENCODINGS = ("dense", "csc", "index_map", "ham", "sham")
BATCH = 200


def packed_files():
    """A small file of each encoding, and one with a source, an alias and metadata."""
    for encoding in ENCODINGS:
        make("in.npy", npy("<f4", (4, 12), floats(48, 2, 5)))
        good("encode", "in.npy", "-o", "p.pondus", "--encoding", encoding)
        yield encoding, pathlib.Path("p.pondus").read_bytes()
    cells = floats(64, 4, 2)
    make("in.safetensors", safetensors([("a", "F32", (64,), cells), ("b", "F32", (64,), cells)], {"k": "v"}, padding=5))
    good("encode", "in.safetensors", "-o", "p.pondus")
    yield "source", pathlib.Path("p.pondus").read_bytes()


def changed_files(content):
    """One file per byte, one of its bits flipped: another bit each time."""
    names = []
    for i in range(len(content)):
        changed = bytearray(content)
        changed[i] ^= 1 << (i % 8)
        names.append(f"{i}.pondus")
        make(names[-1], bytes(changed))
    return names


def verdicts(names):
    for begin in range(0, len(names), BATCH):
        code, out, _ = run("check", "--json", *names[begin:begin + BATCH])
        assert code == 2
        yield from json.loads(out)["files"]


def flipped_bits_are_found():
    for what, content in packed_files():
        for file in verdicts(changed_files(content)):
            assert file["verdict"] == "malformed" and "." in file["label"] and file["offset"] >= 0, (what, file)


def flipped_bits_leave_no_output():
    def decode(name):
        out = name + ".safetensors"
        code, _, said = run("decode", name, "-o", out)
        return code == 2 and "malformed [" in said and not os.path.exists(out), (name, code, said)

    for what, content in packed_files():
        names = changed_files(content)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for fine, told in pool.map(decode, names):
                assert fine, (what, told)
        assert not [n for n in os.listdir() if n.endswith((".safetensors", ".tmp")) and n != "in.safetensors"]
        for name in names:
            os.unlink(name)


def every_prefix():
    for what, content in packed_files():
        names = [make(f"{i}.pondus", content[:i]).name for i in range(len(content))]
        for i, file in enumerate(verdicts(names)):
            assert file["verdict"] == "malformed", (what, file)
            assert i >= 128 or file["label"] == "file.truncated", (what, file)


def additions():
    for what, content in packed_files():
        for more in (b"\0", b"x", content, bytes(1000)):
            make("q.pondus", content + more)
            bad(2, "malformed [trailer." if more != content else "trailer.file-bytes", "check", "q.pondus")
            bad(2, "malformed [trailer.", "decode", "q.pondus", "-o", "out.safetensors")
            make("q.pondus", more + content)
            bad(2, "malformed [", "check", "q.pondus")
        assert not os.path.exists("out.safetensors"), what


def the_part_is_named():
    _, content = next(packed_files())
    changed = bytearray(content)
    changed[64] ^= 1
    make("q.pondus", bytes(changed))
    said = bad(2, "block.checksum", "check", "-v", "q.pondus")
    assert 'in tensor "in"' in said and "block 0" in said and "offset 64" in said


def keep_going():
    """One tensor is damaged: the others are written, into every kind of output, and the exit code stays."""
    make("in.safetensors", safetensors([(n, "U8", (80,), bytes(range(i, 80 + i))) for i, n in enumerate("abc")]))
    good("encode", "in.safetensors", "-o", "p.pondus", "--encoding", "dense")
    content = bytearray(pathlib.Path("p.pondus").read_bytes())
    content[content.index(bytes(range(1, 81)))] ^= 1
    make("p.pondus", bytes(content))
    for out in ("out.safetensors", "out.npz", "out/"):
        bad(2, 'in tensor "b"', "decode", "p.pondus", "-o", out)
        assert not os.path.exists(out)
        bad(2, 'in tensor "b"', "decode", "p.pondus", "-o", out, "--keep-going")
        assert os.path.exists(out)
    kept = safetensors([("a", "U8", (80,), bytes(range(80))), ("c", "U8", (80,), bytes(range(2, 82)))])
    assert pathlib.Path("out.safetensors").read_bytes() == kept
    assert pathlib.Path("out/in.safetensors").read_bytes() == kept
    good("decode", "p.pondus", "-o", "a.npy", "--tensor", "a")
    bad(2, "block.checksum", "decode", "p.pondus", "-o", "b.npy", "--tensor", "b")
    bad(2, "block.checksum", "decode", "p.pondus", "-o", "b.npy", "--tensor", "b", "--keep-going")
    assert not os.path.exists("b.npy")
    good("encode", "in.safetensors", "-o", "q.pondus")
    make("q2.safetensors", safetensors([("d", "U8", (1,), b"1")]))
    good("encode", "q2.safetensors", "-o", "q2.pondus")
    code, _, _ = run("decode", "missing.pondus", "q2.pondus", "-o", "d.safetensors", "--keep-going")
    assert code == 1 and pathlib.Path("d.safetensors").read_bytes() == pathlib.Path("q2.safetensors").read_bytes()


if __name__ == "__main__":
    main(flipped_bits_are_found, flipped_bits_leave_no_output, every_prefix, additions, the_part_is_named, keep_going)
