"""The n-th call fails, for every n: an error and nothing else, or all went well; and a writer killed at any time.
With "long" after the command's path: really every n, and more kills."""

import errno
import os
import pathlib
import random
import shutil
import subprocess
import sys
import time

from support import PONDUS, Skip, floats, good, main, make, safetensors

SHIM = os.environ.get("PONDUS_FAULT_SHIM", "")
LONG = "long" in sys.argv[2:]
FAILURES = {"open": (errno.EMFILE, errno.EACCES), "read": (errno.EIO,), "write": (errno.ENOSPC, errno.EIO),
            "fsync": (errno.EIO,), "rename": (errno.EIO,), "mkdir": (errno.ENOSPC,), "mmap": (errno.ENOMEM,),
            "malloc": (errno.ENOMEM,)}
MANY = 400          # beyond so many calls in a row only some are tried, unless the set is the long one


def inputs():
    """Two tensors in a file, and the files that come from it; gives what each command makes, and of what standard input."""
    cells = [("a", "F32", (30, 40), floats(1200, 3)), ("b", "F32", (50,), floats(50))]
    make("in.safetensors", safetensors(cells, {"k": "v"}))
    good("encode", "in.safetensors", "-o", "in.pondus")
    good("decode", "in.pondus", "-o", "expected.npz")
    pondus, tensors, npz = (pathlib.Path(n).read_bytes() for n in ("in.pondus", "in.safetensors", "expected.npz"))
    piped = good("encode", "-", "-o", "-", data=tensors)
    return ((("encode", "in.safetensors", "-o", "out"), "out", pondus, b""),
            (("encode", "-", "-o", "out"), "out", piped, tensors),
            (("decode", "in.pondus", "-o", "out.safetensors"), "out.safetensors", tensors, b""),
            (("decode", "in.pondus", "-o", "out.npz"), "out.npz", npz, b""),
            (("decode", "in.pondus", "-o", "new/"), "new/in.safetensors", tensors, b""),
            (("check", "in.pondus"), None, None, b""),
            (("info", "in.pondus", "--json"), None, None, b""))


def strike(arguments, call, number, error, data=b""):
    """Runs the command with a fault; gives whether it came, the exit code, and standard error."""
    fault = {"LD_PRELOAD": SHIM, "PONDUS_FAULT": f"{call} {number} {error}", "PONDUS_FAULT_MARK": "mark"}
    threads = () if arguments[0] == "info" else ("--threads", "2")
    done = subprocess.run([PONDUS, *arguments, *threads], input=data, capture_output=True,
                          env={**os.environ, **fault}, timeout=60, check=False)
    came = os.path.exists("mark")
    if came:
        os.unlink("mark")
    return came, done.returncode, done.stderr.decode(errors="replace"), done.stdout


def judge(what, code, said, output, expected, before):
    """All or nothing: the whole output and no error, or an error and what was there before."""
    assert code in (0, 1), (what, code, said)
    assert (code == 0) == (said == ""), (what, code, said)
    left = set(os.listdir()) - before
    if output is None:
        assert not left, (what, left)
        return
    path = pathlib.Path(output)
    assert left == ({path.parts[0]} if path.exists() else set()), (what, left)
    assert path.exists() == (code == 0), (what, code, said)
    if path.exists():
        assert path.read_bytes() == expected, what
        shutil.rmtree(path.parts[0]) if len(path.parts) > 1 else path.unlink()


def every_call_fails_once():
    if not SHIM:
        raise Skip("needs a build without sanitizers")
    struck = dict.fromkeys(FAILURES, 0)
    commands = inputs()
    before = set(os.listdir())
    for arguments, output, expected, data in commands:
        for call, errors in FAILURES.items():
            for error in errors:
                number, came = 1, True
                while came:
                    came, code, said, _ = strike(arguments, call, number, error, data)
                    judge((arguments, call, number, error), code, said, output, expected, before)
                    struck[call] += came
                    number += 1 if number < MANY or LONG else number // 20
    print("    struck:", ", ".join(f"{call} {count}" for call, count in struck.items()))
    assert all(struck.values()), struck


def short_transfers_and_interruptions():
    """They are no errors."""
    if not SHIM:
        raise Skip("needs a build without sanitizers")
    commands = inputs()
    before = set(os.listdir())
    struck = 0
    for arguments, output, expected, data in commands:
        for call, error in (("read", 0), ("write", 0), ("read", errno.EINTR), ("write", errno.EINTR)):
            number, came = 1, True
            while came:
                came, code, said, _ = strike(arguments, call, number, error, data)
                assert code == 0, (arguments, call, number, error, said)
                judge((arguments, call, number), code, said, output, expected, before)
                struck += came
                number += 1
    print(f"    short or interrupted: {struck}")
    assert struck > 0


def files_that_shrink():
    """Shortened as soon as they are mapped: an error of the environment, no crash, and no output."""
    if not SHIM:
        raise Skip("needs a build without sanitizers")
    cells = [("a", "F32", (300, 400), floats(120000, 3))]
    for arguments in (("encode", "in.safetensors", "-o", "out"), ("decode", "in.pondus", "-o", "out.safetensors"),
                      ("decode", "in.pondus", "-o", "new/"), ("check", "in.pondus"), ("info", "in.pondus")):
        make("in.safetensors", safetensors(cells))
        good("encode", "in.safetensors", "-o", "in.pondus", "--encoding", "csc")
        came, code, said, out = strike(arguments, "mmap", 1, 0)
        assert came and code == 1, (arguments, code, said)
        assert "became shorter" in said + out.decode(), (arguments, said)
        assert sorted(os.listdir()) == ["in.pondus", "in.safetensors"], os.listdir()


def killed_writers():
    """The old file or the new one, never a mixture."""
    old, new = ([("a", "F32", (300, 400), floats(120000, every))] for every in (3, 5))
    for name, cells in (("old", old), ("new", new)):
        make(f"{name}.safetensors", safetensors(cells))
        good("encode", f"{name}.safetensors", "-o", f"{name}.pondus")
    contents = [pathlib.Path(f"{n}.pondus").read_bytes() for n in ("old", "new")]
    begin = time.monotonic()
    good("encode", "new.safetensors", "-o", "out.pondus")
    took = time.monotonic() - begin
    draw = random.Random(7)
    seen = [0, 0]
    for _ in range(1000 if LONG else 200 if SHIM else 20):
        make("out.pondus", contents[0])
        with subprocess.Popen([PONDUS, "encode", "new.safetensors", "-o", "out.pondus"], stdout=subprocess.DEVNULL) as writer:
            time.sleep(draw.random() * took * 1.2)
            writer.kill()
        seen[contents.index(pathlib.Path("out.pondus").read_bytes())] += 1
    print(f"    killed: {seen[0]} left the old file, {seen[1]} the new one")
    assert seen[0] > 0


if __name__ == "__main__":
    main(every_call_fails_once, short_transfers_and_interruptions, files_that_shrink, killed_writers)
