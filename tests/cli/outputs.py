"""Output appears when it is complete, or not at all: errors and signals leave what was there, and nothing else."""

import os
import pathlib
import resource
import signal
import subprocess

from support import PONDUS, bad, floats, good, main, make, npy, npz, safetensors


def damaged(name="bad.pondus"):
    make("in.safetensors", safetensors([("a", "F32", (500,), floats(500)), ("b", "F32", (400,), floats(400, 3))]))
    good("encode", "in.safetensors", "-o", "good.pondus")
    content = bytearray(pathlib.Path("good.pondus").read_bytes())
    content[content.index(b"safetensors") + 200] ^= 1
    make(name, bytes(content))


def only(*names):
    assert sorted(os.listdir()) == sorted(names), os.listdir()


def decode_keeps_what_was_there():
    damaged()
    for out in ("out.safetensors", "out.npz", "out.npy"):
        make(out, b"before")
        bad(2, "malformed", "decode", "bad.pondus", "-o", out, *(("--tensor", "b") if out == "out.npy" else ()))
        assert pathlib.Path(out).read_bytes() == b"before"
    os.mkdir("folder")
    make("folder/in.safetensors", b"before")
    bad(2, "malformed", "decode", "bad.pondus", "-o", "folder")
    bad(2, "malformed", "decode", "bad.pondus", "-o", "new/")
    assert os.listdir("folder") == ["in.safetensors"] and pathlib.Path("folder/in.safetensors").read_bytes() == b"before"
    only("in.safetensors", "good.pondus", "bad.pondus", "out.safetensors", "out.npz", "out.npy", "folder")


def encode_keeps_what_was_there():
    make("p.pondus", b"before")
    npz("in.npz", [("a.npy", npy("<f4", (9000,), floats(9000))), ("b.npy", npy("<f4", (9000,), floats(9000)))])
    content = bytearray(pathlib.Path("in.npz").read_bytes())
    content[-500] ^= 1
    make("in.npz", bytes(content))
    bad(2, "input.npz", "encode", "in.npz", "-o", "p.pondus", "--no-alias")
    make("in.npy", npy("|u1", (256,), bytes(range(256))))
    bad(1, "request.encoding", "encode", "in.npy", "-o", "p.pondus", "--encoding", "index_map")
    assert pathlib.Path("p.pondus").read_bytes() == b"before"
    only("p.pondus", "in.npz", "in.npy")


def success_replaces():
    damaged()
    make("p.pondus", b"before")
    good("encode", "in.safetensors", "-o", "p.pondus")
    assert pathlib.Path("p.pondus").read_bytes() == pathlib.Path("good.pondus").read_bytes()
    os.symlink("p.pondus", "link")
    good("encode", "in.safetensors", "-o", "link", "--head-hint")
    assert os.path.islink("link") and pathlib.Path("p.pondus").read_bytes() != pathlib.Path("good.pondus").read_bytes()
    good("decode", "p.pondus", "-o", "in.safetensors")
    assert os.stat("in.safetensors").st_mode & 0o777 == 0o666 & ~_umask()
    only("in.safetensors", "good.pondus", "bad.pondus", "p.pondus", "link")


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def size_limit():
    """The disk is full, or might as well be."""
    damaged()

    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    for arguments in (("encode", "in.safetensors", "-o", "p.pondus", "--encoding", "dense"),
                      ("decode", "good.pondus", "-o", "out.safetensors"), ("decode", "good.pondus", "-o", "new/")):
        done = subprocess.run([PONDUS, *arguments], preexec_fn=limited, capture_output=True, check=False)
        assert done.returncode == 1 and b"request.io" in done.stderr, arguments
    only("in.safetensors", "good.pondus", "bad.pondus")


def _interrupt(number, arguments):
    """Sends a signal as soon as anything new appears; nothing temporary may stay."""
    before = set(os.listdir())
    with subprocess.Popen([PONDUS, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)) as process:
        while set(os.listdir()) == before and process.poll() is None:
            pass
        process.send_signal(number)
        code = process.wait()
    assert code in (-number, 0), (arguments, code)
    return code, set(os.listdir()) - before


def signals():
    """Ended at once after the first sign of output, many times: what is left is nothing, or complete."""
    make("big.npy", npy("<f4", (3000, 1000), floats(2000, 1, 1999) * 1500))
    good("encode", "big.npy", "-o", "good.pondus", "--encoding", "dense")
    expected = pathlib.Path("good.pondus").read_bytes()
    ended = 0
    for round_ in range(60):
        number = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[round_ % 3]
        code, left = _interrupt(number, ("encode", "big.npy", "-o", "p.pondus", "--encoding", "dense"))
        assert left <= {"p.pondus"}, left
        if left:
            assert pathlib.Path("p.pondus").read_bytes() == expected
            os.unlink("p.pondus")
        ended += code != 0
        code, left = _interrupt(number, ("decode", "good.pondus", "-o", "folder/"))
        assert left <= {"folder"}, left
        if left:
            assert os.listdir("folder") == ["big.npy"]
            assert pathlib.Path("folder/big.npy").read_bytes() == pathlib.Path("big.npy").read_bytes()
            os.unlink("folder/big.npy")
            os.rmdir("folder")
        ended += code != 0
    assert ended > 0, "no signal came in time"


if __name__ == "__main__":
    main(decode_keeps_what_was_there, encode_keeps_what_was_there, success_replaces, size_limit, signals)
