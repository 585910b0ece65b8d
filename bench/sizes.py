"""Prints tables of sizes in bytes as Markdown: sizes.py PONDUS. Needs numpy, scipy, and zstd, xz and brotli as commands.

Matrices are those of ../shared/data and the layers of the networks in examples/chain and bench/layers. Each file is one
matrix with everything counted, and is decoded and compared. The general coders get the matrix as indices of a byte in the
better orientation, and the codebook for nothing. The papers' forms are by their formulas (tables/papers.py), in the better
orientation too. "auto" is at effort 9.
"""

import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

BENCH = Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH / "tables"))

import papers  # noqa: E402

DATA = BENCH.parent.parent / "shared" / "data"
NETWORKS = BENCH.parent / "examples" / "chain", BENCH / "layers"
CODERS = {"zstd -19": ["zstd", "-19", "-c"], "xz -9e": ["xz", "-9e", "-c"],
          "brotli -11": ["brotli", "-q", "11", "-w", "24", "-c"]}
OWN = {"ham": ["--encoding", "ham"], "sham": ["--encoding", "sham"], "gap_map": ["--encoding", "gap_map"],
       "auto -1": ["--effort", "1"], "auto": ["--effort", "9"]}


def run(*command, content=None):
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


def stored(pondus, matrix, options, folder):
    """The bytes of the file; what it decodes to is what went in."""
    plain, packed, back = (folder / name for name in ("w.npy", "w.pondus", "back.npy"))
    np.save(plain, matrix)
    run(pondus, "encode", plain, "-o", packed, "--fallback", "--tensors", "*", "--threads", "1", *options)
    run(pondus, "decode", packed, "-o", back)
    assert np.load(back).tobytes() == matrix.tobytes(), options
    return packed.stat().st_size


def both_ways(matrix):
    return matrix, np.ascontiguousarray(matrix.T)


def row_of(pondus, matrix, folder):
    """A number for each column of the table, by its name."""
    matrix = matrix.reshape(len(matrix), -1)
    facts = [papers.Facts(turned) for turned in both_ways(matrix)]
    row = {"H": round(facts[0].entropy * matrix.size / 8)}
    row |= {name: stored(pondus, matrix, options, folder) for name, options in OWN.items()}
    index = facts[0].index.astype(np.uint8)
    for name, command in CODERS.items():
        row[name] = min(len(run(*command, content=turned.tobytes())) for turned in both_ways(index))
    row |= {f"papers' {name}": min(form(f) for f in facts) // 8 for name, form in papers.FORMS.items()}
    best = min(row[name] for name in CODERS)
    row["auto / best coder"] = row["auto"] / best
    row["above zstd"] = row["auto"] - row["zstd -19"] - 4 * facts[0].k
    return row


def matrices(pondus, folder):
    """(set, name, matrix) of all that have at most 256 distinct cells."""
    for path in sorted(DATA.glob("*.npy")):
        yield path.stem.split("-")[0], path.stem, np.load(path)
    for path in sorted(path for place in NETWORKS for path in place.glob("*.pondus")):
        run(pondus, "decode", path, "-o", folder / "n.npz")
        for name, tensor in np.load(folder / "n.npz").items():
            if tensor.ndim >= 2 and tensor.size >= 1000 and len(np.unique(tensor)) <= 256:
                yield "own", f"{path.stem} {name.removesuffix('.weight')}", tensor


def text(number):
    return f"{number:.3f}" if isinstance(number, float) else str(number)


def main(pondus):
    sets = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind, matrix_name, matrix in matrices(pondus, folder):
            row = row_of(pondus, matrix, folder)
            if not sets:
                print("| matrix | " + " | ".join(row) + " |")
                print("|---" * (len(row) + 1) + "|")
            print(f"| {matrix_name} | " + " | ".join(map(text, row.values())) + " |", flush=True)
            sets.setdefault(kind, []).append(row)
    print()
    for kind, rows in sets.items():
        ratios = [row["auto / best coder"] for row in rows]
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"* {kind}: auto takes {mean:.3f} x the best coder in the geometric mean of {len(rows)}, at most {max(ratios):.3f}; "
              f"above zstd -19 and the codebook at most {max(row['above zstd'] for row in rows)} bytes.")


if __name__ == "__main__":
    main(sys.argv[1])
