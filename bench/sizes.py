"""Prints a table of sizes of the real matrices, in bytes, as Markdown: sizes.py PONDUS. Needs numpy, and zstd and xz as commands.

Each file is decoded and compared. The general coders get the matrix as indices of a byte, and the codebook for nothing."""

import heapq
import io
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def word_bits(x):
    """The papers' bits(x): the smallest word with x < 2^bits."""
    return next(bits for bits in (8, 16, 32, 64) if x < 1 << bits)


def huffman(frequencies):
    """All bits of an unlimited Huffman code, and its longest codeword."""
    nodes = [(int(f), 0) for f in frequencies]
    heapq.heapify(nodes)
    bits = 0
    while len(nodes) > 1:
        a, b = heapq.heappop(nodes), heapq.heappop(nodes)
        bits += a[0] + b[0]
        heapq.heappush(nodes, (a[0] + b[0], max(a[1], b[1]) + 1))
    return bits, nodes[0][1]


def tables(k, longest):
    """The papers' tables of a code, in bits."""
    return (32 * k + (longest + 1) * word_bits(k) + (longest + 2) * word_bits(1 << longest)
            + (1 << math.ceil(math.log2(max(longest, 1)))) * word_bits(longest))


def papers(matrix):
    """The papers' bytes of HAM and of the better sHAM."""
    _, counts = numpy.unique(matrix.view(numpy.uint32), return_counts=True)
    bits, longest = huffman(counts)
    ham = math.ceil(bits / 32) * 32 + tables(len(counts), longest)
    nonzero = matrix[matrix != 0]
    _, counts = numpy.unique(nonzero.view(numpy.uint32), return_counts=True)
    bits, longest = huffman(counts)
    places = min((len(nonzero) + m) * word_bits(n) for n, m in (matrix.shape, matrix.shape[::-1]))
    return ham // 8, (math.ceil(bits / 32) * 32 + places + tables(len(counts), longest)) // 8


def entropy_bytes(matrix):
    _, counts = numpy.unique(matrix.view(numpy.uint32), return_counts=True)
    return round(-(counts * numpy.log2(counts / matrix.size)).sum() / 8)


def stored(pondus, path, encoding, folder):
    """The bytes of the file; what it decodes to is what went in."""
    packed, back = folder / "p.pondus", folder / "back.npy"
    subprocess.run([pondus, "encode", path, "-o", packed, "--encoding", encoding], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([pondus, "decode", packed, "-o", back], check=True, stdout=subprocess.DEVNULL)
    assert numpy.load(back).tobytes() == numpy.load(path).tobytes(), (path, encoding)
    return packed.stat().st_size


def general(matrix, command):
    """What a general coder makes of the byte indices."""
    _, indices = numpy.unique(matrix.view(numpy.uint32), return_inverse=True)
    return len(subprocess.run(command, input=indices.astype(numpy.uint8).tobytes(), capture_output=True, check=True).stdout)


def main(pondus):
    out = io.StringIO()
    print("| matrix | order-0 entropy | ham | papers' HAM | ratio | sham | papers' sHAM | ratio | auto | zstd -19 | xz -9e |", file=out)
    print("|---" * 11 + "|", file=out)
    with tempfile.TemporaryDirectory() as name:
        for path in sorted(DATA.glob("*.npy")):
            matrix = numpy.load(path)
            ham, sham, auto = (stored(pondus, path, e, pathlib.Path(name)) for e in ("ham", "sham", "auto"))
            papers_ham, papers_sham = papers(matrix)
            print(f"| {path.stem} | {entropy_bytes(matrix)} | {ham} | {papers_ham} | {ham / papers_ham:.4f} | {sham} | {papers_sham} | "
                  f"{sham / papers_sham:.4f} | {auto} | {general(matrix, ['zstd', '-19', '-c'])} | {general(matrix, ['xz', '-9e', '-c'])} |",
                  file=out)
    print(out.getvalue(), end="")


if __name__ == "__main__":
    main(sys.argv[1])
