"""Pipes: "-" is standard input and standard output, and the bytes are those of a file."""

import os
import pathlib
import subprocess
import sys

from support import PONDUS, bad, floats, good, info, main, make, npy, npz, run, safetensors, sample


def through_pipes():
    content = safetensors(sample(), {"format": "pt"})
    packed = good("encode", "-", "-o", "-", data=content)
    assert packed[:8] == b"\x8fPND\r\n\x1a\n"
    assert good("decode", "-", "-o", "-", data=packed) == content
    assert b"-: ok" in good("check", "-", data=packed)
    assert b"scalar" in good("info", "-", data=packed)


def same_bytes_as_a_file():
    make("stdin.safetensors", safetensors(sample()))
    good("encode", "stdin.safetensors", "-o", "p.pondus")
    content = pathlib.Path("stdin.safetensors").read_bytes()
    assert good("encode", "stdin.safetensors", "-o", "-") == pathlib.Path("p.pondus").read_bytes()
    assert good("encode", "-", "-o", "-", data=content) == pathlib.Path("p.pondus").read_bytes()


def formats_by_content():
    array = npy("<f4", (2, 3), floats(6))
    npz("in.npz", [("a.npy", array)])
    make("p.pondus", good("encode", "-", "-o", "-", data=array))
    assert list(info("p.pondus")["by_name"]) == ["tensor"]
    make("p.pondus", good("encode", "-", "-o", "-", data=pathlib.Path("in.npz").read_bytes()))
    assert list(info("p.pondus")["by_name"]) == ["a"]
    bad(1, "request.index-stream", "encode", "-", "-o", "x.pondus", data=b'{"weight_map": {}}')
    bad(1, "request.stream-twice", "encode", "-", "-", "-o", "x.pondus", data=array)
    bad(1, "request.head-hint", "encode", "-", "-o", "-", "--head-hint", data=array)
    bad(3, "input.pondus", "encode", "p.pondus", "-o", "x.pondus")
    bad(2, "input.safetensors-length", "encode", "-", "-o", "x.pondus", data=b"")


def table_goes_to_stderr():
    code, out, err = run("encode", "-", "-o", "-", data=npy("<f4", (2, 3), floats(6)))
    assert code == 0 and out.startswith(b"\x8fPND") and "bits/weight" in err and "\033" not in err
    make("in.npy", npy("<f4", (2, 3), floats(6)))
    code, out, err = run("encode", "in.npy", "-o", "p.pondus")
    assert code == 0 and b"bits/weight" in out and err == ""


def damage_leaves_no_output():
    packed = bytearray(good("encode", "-", "-o", "-", data=npy("<f4", (40, 50), floats(2000))))
    packed[70] ^= 1
    code, out, _ = run("decode", "-", "-o", "-", data=bytes(packed))
    assert (code, out) == (2, b"")


def special_files():
    """A fifo and a device are read and written as they are, not replaced."""
    make("in.npy", npy("<f4", (2, 3), floats(6)))
    good("encode", "in.npy", "-o", "/dev/null")
    assert not pathlib.Path("/dev/null").is_file()
    os.mkfifo("fifo")
    with subprocess.Popen([PONDUS, "encode", "in.npy", "-o", "fifo"], stdout=subprocess.DEVNULL) as writer:
        content = pathlib.Path("fifo").read_bytes()
    assert writer.returncode == 0 and content == good("encode", "in.npy", "-o", "-")
    with subprocess.Popen([PONDUS, "check", "fifo"], stdout=subprocess.DEVNULL) as reader:
        pathlib.Path("fifo").write_bytes(content)
    assert reader.returncode == 0


def full_disk():
    if not os.path.exists("/dev/full") or sys.platform != "linux":
        return
    make("in.npy", npy("<f4", (2, 3), floats(6)))
    bad(1, "request.io", "encode", "in.npy", "-o", "/dev/full")
    good("encode", "in.npy", "-o", "p.pondus")
    with open("/dev/full", "wb") as full:
        assert subprocess.run([PONDUS, "info", "p.pondus"], stdout=full, stderr=subprocess.DEVNULL, check=False).returncode == 1


if __name__ == "__main__":
    main(through_pipes, same_bytes_as_a_file, formats_by_content, table_goes_to_stderr, damage_leaves_no_output,
         special_files, full_disk)
