"""What the matrices are, and what each form takes: Pondus files, general compressors, the papers' formulas."""

import lzma
import re
import shutil
import subprocess
from pathlib import Path

import energy
import numpy as np
import papers
import parts

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


class Network:
    """One of examples/chain, stored again by this encoder, as small as it can."""

    def __init__(self, pondus, path):
        self.name, self.tensors = path.stem, pondus.tensors(path)
        self.width, self.pruned = re.match(r"(\w+)-p(\d+)-", self.name).groups()
        file = pondus.folder / f"{self.name}.pondus"
        self.bytes = pondus.encode(self.tensors, file, "--effort", "9", "--align", "8")
        self.frame, self.shares = parts.shares(file)

    def matrices(self):
        """As `matrices` below."""
        for name, tensor in self.tensors.items():
            if tensor.ndim >= 2 and tensor.size >= CELLS_LEAST:
                layer = name.removesuffix(".weight")
                share = sum(self.shares[name].values())
                yield f"{self.width} {layer}", int(self.pruned), f"{self.name} {layer}", tensor.reshape(len(tensor), -1).T, share

    def facts(self):
        """The file against all parameters as float32."""
        weights = [t for t in self.tensors.values() if t.ndim >= 2]
        count = sum(t.size for t in self.tensors.values())
        best = sum(min(bits(facts) for bits in papers.FORMS.values())
                   for facts in (papers.Facts(t.reshape(len(t), -1).T) for t in weights))
        kinds = {kind: round(sum(share[kind] for share in self.shares.values())) for kind in parts.KINDS}
        return {"network": self.name, "parameters": count, "bytes": self.bytes, "frame": round(self.frame), "kinds": kinds,
                "papers_bytes": round(best / 8) + 4 * (count - sum(t.size for t in weights)),
                "occupancy": self.bytes / (4 * count),
                "density": sum(np.count_nonzero(t) for t in weights) / sum(t.size for t in weights)}


def networks(pondus):
    return [Network(pondus, path) for path in sorted(CHAIN.glob("*.pondus"))]


def matrices(found):
    """(family, per cent pruned or none, name, matrix n x m, its share of the bytes of its network or none): rows are
    inputs, as in the papers."""
    for path in sorted(DATA.glob("*.npy")):
        named = re.match(r"(.*)-p(\d+)-k(\d+)$", path.stem)
        yield named[1] if named else path.stem, int(named[2]) if named else None, path.stem, np.load(path), None
    for network in found:
        yield from network.matrices()


def row_of(pondus, family, pruned, name, matrix, share):
    """The sizes of one matrix as parts of its float32 cells; its files stay in a folder of its name."""
    facts = papers.Facts(matrix)
    plain = 32 * facts.n * facts.m
    folder = pondus.folder / name.replace(" ", "-")
    folder.mkdir(exist_ok=True)
    np.save(folder / "w.npy", matrix)
    ours = {encoding: pondus.encode({"w": matrix}, folder / f"{encoding}.pondus", "--encoding", encoding)
            for encoding in ("auto", *encodings())}
    ours["auto, effort 9"] = pondus.encode({"w": matrix}, folder / "9.pondus", "--effort", "9")
    frame, shares = parts.shares(folder / "9.pondus")
    joules = {form: price(facts) for form, price in energy.FORMS.items()}
    joules |= {f"Pondus {encoding}": energy.stored(encoding, facts, ours[encoding]) for encoding in energy.STORED if ours[encoding]}
    return {"family": family, "percent": pruned, "matrix": name, "folder": folder.name, "n": facts.n, "m": facts.m,
            "density": facts.density, "k": facts.k, "entropy": facts.entropy / 32,
            "papers": {form: bits(facts) / plain for form, bits in papers.FORMS.items()},
            "bounds": {form: bits(facts) / plain for form, bits in papers.BOUNDS.items()},
            "pondus": {encoding: size and 8 * size / plain for encoding, size in ours.items()},
            "content": 8 * parts.content(shares["w"]) / plain, "share": share and 8 * share / plain,
            "bytes": {"frame": frame} | shares["w"],
            "general": {tool: 8 * size / plain for tool, size in general_bytes(matrix).items()},
            "picojoules": {form: joules / (facts.n * facts.m) for form, joules in joules.items()}}


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
