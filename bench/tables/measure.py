"""Sizes and times of one matrix: Pondus files, general compressors, and products by OpenBLAS and SciPy."""

import json
import lzma
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy.sparse

ROOT = Path(__file__).resolve().parent.parent.parent


def encodings():
    """The names of the registry."""
    text = (ROOT / "formats" / "registry.def").read_text()
    return re.findall(r"^PONDUS_ENCODING\(\d+, (\w+)\)", text, re.MULTILINE)


class Pondus:
    """The command and the timer of products, with a folder for their files."""

    def __init__(self, command, timer):
        self.command, self.timer = command, timer
        self.folder = tempfile.TemporaryDirectory()

    def path(self, name):
        return Path(self.folder.name) / name

    def run(self, *arguments):
        return subprocess.run([self.command, *map(str, arguments)], capture_output=True, check=False).returncode == 0

    def measure(self, matrix, encoding):
        """(bytes of the whole file, seconds of y = xW on it); none where the encoding cannot apply."""
        np.save(self.path("w.npy"), matrix)
        out = self.path("w.pondus")
        if not self.run("encode", self.path("w.npy"), "-o", out, "--encoding", encoding, "--no-verify"):
            return None, None
        done = subprocess.run([self.timer, out], capture_output=True, check=True)
        return out.stat().st_size, json.loads(done.stdout)["w"]

    def tensors(self, file):
        """Those of a .pondus file, by name."""
        out = self.path("n.npz")
        if not self.run("decode", file, "-o", out):
            raise SystemExit(f"{file}: cannot be decoded")
        return dict(np.load(out))


def general_bytes(matrix):
    """Bytes that zstd -19 and xz -9e make of the float32 cells, and of byte indices where there are at most 256."""
    found = {}
    values, index = np.unique(np.ascontiguousarray(matrix, "<f4").view("<u4"), return_inverse=True)
    forms = {"": np.ascontiguousarray(matrix, "<f4").tobytes()}
    if len(values) <= 256:
        forms[" of indices"] = index.astype(np.uint8).tobytes()
    for suffix, content in forms.items():
        table = 4 * len(values) if suffix else 0
        found["xz -9e" + suffix] = table + len(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
        if shutil.which("zstd"):
            done = subprocess.run(["zstd", "-19", "-c"], input=content, capture_output=True, check=True)
            found["zstd -19" + suffix] = table + len(done.stdout)
    return found


def best_time(work, rounds=7, least=0.02):
    """Seconds of processor time of one call: the best of rounds that last `least` each."""
    work()
    best = float("inf")
    for _ in range(rounds):
        begin, calls = time.process_time(), 0
        while True:
            work()
            calls += 1
            passed = time.process_time() - begin
            if passed >= least:
                break
        best = min(best, passed / calls)
    return best


def product_times(matrix):
    """Seconds of y = xW on one thread, dense and in SciPy's CSC (whose product is transposed(W) x)."""
    x = np.random.default_rng(1).standard_normal(matrix.shape[0]).astype(np.float32)
    dense = np.ascontiguousarray(matrix, np.float32)
    sparse = scipy.sparse.csc_matrix(dense).T
    return {"OpenBLAS": best_time(lambda: x @ dense), "SciPy CSC": best_time(lambda: sparse @ x)}
