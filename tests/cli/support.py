"""What the tests of the command line share: a runner, and writers of input files by hand."""

import contextlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
DIGITS = ROOT / "examples" / "digits" / "digits.safetensors"
DATA = ROOT.parent / "shared" / "data"
SKIP = 77
PONDUS = os.path.abspath(sys.argv[1])
SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8, "I32": 4, "I16": 2,
         "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1}
LIBRARY_ORDER = ("U64", "I64", "F64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16", "F8_E4M3", "F8_E5M2",
                 "I8", "U8", "BOOL")

sys.path.insert(0, str(ROOT / "spec" / "vectors"))


class Skip(Exception):
    """A test that cannot run here."""


def run(*arguments, data=None, env=None):
    """Runs the command; gives its exit code, standard output and standard error."""
    command = [PONDUS, *map(str, arguments)]
    done = subprocess.run(command, input=b"" if data is None else data, capture_output=True, timeout=300,
                          env={**os.environ, **(env or {})}, check=False)
    for marker in (b"ERROR: AddressSanitizer", b"runtime error:", b"ERROR: LeakSanitizer"):
        assert marker not in done.stderr, done.stderr.decode(errors="replace")
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def good(*arguments, **more):
    """Runs the command, which must succeed; gives its standard output."""
    code, out, err = run(*arguments, **more)
    assert code == 0, f"{arguments}: exit {code}: {err}"
    return out


def bad(expected, label, *arguments, **more):
    """Runs the command, which must end with the exit code and name the label on standard error or output."""
    code, out, err = run(*arguments, **more)
    said = err + out.decode(errors="replace")
    assert code == expected, f"{arguments}: exit {code}, not {expected}: {said}"
    assert label in said, f"{arguments}: no {label} in: {said}"
    return said


def info(path, *more):
    """`info --json` as a dictionary, its tensors by name under "by_name"."""
    out = json.loads(good("info", path, "--json", *more))
    out["by_name"] = {t["name"]: t for t in out["tensors"]}
    return out


def npy(descr, shape, cells, fortran=False, version=(1, 0), header=None):
    """A .npy file; `header` replaces the dictionary."""
    text = header if header is not None else \
        f"{{'descr': {descr!r}, 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}, }}"
    text = text.encode("latin1" if version[0] < 3 else "utf-8")
    before = 10 if version[0] == 1 else 12
    text += b" " * (-(before + len(text) + 1) % 64) + b"\n"
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + cells


def npz(path, members, **more):
    """A .npz file of names (with extension) and contents."""
    with zipfile.ZipFile(path, "w", **more) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=more.get("compression"))


def with_length(head, data=b""):
    """A .safetensors file of the text of a header and data."""
    return struct.pack("<Q", len(head)) + head + data


def safetensors(tensors, metadata=None, canonical=True, padding=None):
    """A .safetensors file of (name, dtype, shape, cells); in the library's own form where `canonical`."""
    if canonical:
        tensors = sorted(tensors, key=lambda t: (LIBRARY_ORDER.index(t[1]), t[0].encode()))
    head, data = {}, b""
    if metadata:
        head["__metadata__"] = metadata
    for name, dtype, shape, cells in tensors:
        head[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(data), len(data) + len(cells)]}
        data += cells
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8 if padding is None else padding)
    return with_length(text, data)


def read_safetensors(content):
    """Metadata, and (dtype, shape, cells) by name."""
    length = struct.unpack_from("<Q", content)[0]
    head = json.loads(content[8:8 + length])
    data = content[8 + length:]
    metadata = head.pop("__metadata__", {})
    return metadata, {n: (t["dtype"], tuple(t["shape"]), data[slice(*t["data_offsets"])]) for n, t in head.items()}


def floats(count, every=1, distinct=7):
    """f32 cells, every n-th of them not zero."""
    return struct.pack(f"<{count}f", *((1 + i % distinct) / 8 if i % every == 0 else 0 for i in range(count)))


def sample():
    """Tensors of all dtypes and several shapes, with cells that are bit patterns and no numbers."""
    tensors = [(f"t.{d}", d, (3, 5), bytes(range(1, 1 + 15 * SIZES[d]))) for d in LIBRARY_ORDER]
    tensors += [("scalar", "F64", (), b"\0\0\0\0\0\0\0\x80"), ("none", "F32", (0, 4), b""),
                ("sparse", "F32", (40, 50), floats(2000, 17)), ("kernel", "F32", (8, 4, 3, 3), floats(288, 3)),
                ("nan", "F32", (2,), b"\x01\0\x80\x7f\xff\xff\xff\xff"), ("wei\u00df", "U8", (4,), b"\0\1\2\3")]
    return tensors


def make(path, content):
    """Writes a file and gives its path."""
    path = pathlib.Path(path)
    path.write_bytes(content)
    return path


def main(*cases):
    """Runs each case in an empty folder of its own."""
    failed = 0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            try:
                case()
                print(f"ok   {case.__name__}")
            except Skip as why:
                print(f"skip {case.__name__}: {why}")
                if len(cases) == 1:
                    sys.exit(SKIP)
            except AssertionError as why:
                failed += 1
                print(f"FAIL {case.__name__}: {str(why) or _line(why)}")
    print(f"{len(cases)} cases, {failed} failed")
    sys.exit(1 if failed else 0)


def _line(error):
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
