"""What the matrices are, and what each form takes: Pondus files, general compressors, the papers' formulas."""

import lzma
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import papers

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
CHAIN = ROOT / "examples" / "chain"
CELLS_LEAST = 1000


def encodings():
    """The names of the registry."""
    text = (ROOT / "formats" / "registry.def").read_text()
    return re.findall(r"^PONDUS_ENCODING\(\d+, (\w+)\)", text, re.MULTILINE)


class Pondus:
    """The command, and the folder where its files stay for the timing."""

    def __init__(self, command, folder):
        self.command, self.folder = command, folder
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *arguments):
        return subprocess.run([self.command, *map(str, arguments)], capture_output=True, check=False).returncode == 0

    def encode(self, arrays, out, *options):
        """Bytes of the whole file, or none where the encoding cannot apply."""
        np.savez(self.folder / "in.npz", **arrays)
        done = self.run("encode", self.folder / "in.npz", "-o", out, "--no-verify", *options)
        return out.stat().st_size if done else None

    def tensors(self, file):
        """Those of a .pondus file, by name."""
        out = self.folder / "out.npz"
        if not self.run("decode", file, "-o", out):
            raise SystemExit(f"{file}: cannot be decoded")
        return dict(np.load(out))


def matrices(pondus):
    """(family, per cent pruned or none, name, matrix n x m): rows are inputs, as in the papers."""
    for path in sorted(DATA.glob("*.npy")):
        found = re.match(r"(.*)-p(\d+)-k(\d+)$", path.stem)
        yield found[1] if found else path.stem, int(found[2]) if found else None, path.stem, np.load(path)
    for path in sorted(CHAIN.glob("*.pondus")):
        width, pruned, _ = re.match(r"(\w+)-p(\d+)-k(\d+)$", path.stem).groups()
        for name, tensor in pondus.tensors(path).items():
            if tensor.ndim >= 2 and tensor.size >= CELLS_LEAST:
                layer = name.removesuffix(".weight")
                yield f"{width} {layer}", int(pruned), f"{path.stem} {layer}", tensor.reshape(len(tensor), -1).T


def row_of(pondus, family, pruned, name, matrix):
    """The sizes of one matrix as parts of its float32 cells; its files stay in a folder of its name."""
    facts = papers.Facts(matrix)
    plain = 32 * facts.n * facts.m
    folder = pondus.folder / name.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    np.save(folder / "w.npy", matrix)
    ours = {encoding: pondus.encode({"w": matrix}, folder / f"{encoding}.pondus", "--encoding", encoding)
            for encoding in ("auto", *encodings())}
    ours["auto, effort 9"] = pondus.encode({"w": matrix}, pondus.folder / "9.pondus", "--effort", "9")
    return {"family": family, "percent": pruned, "matrix": name, "folder": folder.name, "n": facts.n, "m": facts.m,
            "density": facts.density, "k": facts.k, "entropy": facts.entropy / 32,
            "papers": {form: bits(facts) / plain for form, bits in papers.FORMS.items()},
            "bounds": {form: bits(facts) / plain for form, bits in papers.BOUNDS.items()},
            "pondus": {encoding: size and 8 * size / plain for encoding, size in ours.items()},
            "general": {tool: 8 * size / plain for tool, size in general_bytes(matrix).items()}}


def networks(pondus):
    """Whole networks: the file against all parameters as float32."""
    found = []
    for path in sorted(CHAIN.glob("*.pondus")):
        tensors = pondus.tensors(path)
        weights = [t for t in tensors.values() if t.ndim >= 2]
        count = sum(t.size for t in tensors.values())
        size = pondus.encode(tensors, pondus.folder / "all.pondus", "--effort", "9")
        best = sum(min(bits(facts) for bits in papers.FORMS.values()) for facts in (papers.Facts(t.reshape(len(t), -1).T) for t in weights))
        found.append({"network": path.stem, "parameters": count, "bytes": size,
                      "papers_bytes": round(best / 8) + 4 * (count - sum(t.size for t in weights)), "occupancy": size / (4 * count),
                      "density": sum(np.count_nonzero(t) for t in weights) / sum(t.size for t in weights)})
    return found


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
