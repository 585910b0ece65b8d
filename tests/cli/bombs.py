"""Files made to cost more than they show: refused from the directory by the default limits, or read in stated time and memory.
With "long" after the command's path: the largest ones."""

import os
import pathlib
import struct
import subprocess
import sys

from support import PONDUS, ROOT, bad, good, main, make

from build import build
from generator import delta
from generator.fields import Field, join
from generator.huffman import code, code_table
from generator.model import CSC, DELTA_MAP, DENSE, INDEX_MAP, Block, File, Table, Tensor, pack_cells
from generator.payloads import dense
from generator.tables import source
from generator.writer import END_MAGIC, MAGIC, lay_out
from generator.zstd import MOST_BLOCK, header, rle
from decoder.xxh3 import xxh3

LONG = "long" in sys.argv[2:]
MEASURED = "PONDUS_FAULT_SHIM" in os.environ  # no sanitizer: its memory is not the command's
MIB = 1 << 20
ALIGNMENT = 3
DEFAULT_BYTES = 1 << 36


# A process of its own starts the command: what is said of a child includes its parent's memory.
RUNNER = """import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss)"""


def peak(*arguments, expected=0):
    """Runs the command quietly; gives the seconds of processor time and the bytes that it took at most."""
    done = subprocess.run([sys.executable, "-S", "-c", RUNNER, PONDUS, *map(str, arguments)], capture_output=True, check=True)
    code_, seconds, kibibytes = done.stdout.split()
    assert int(code_) == expected, (arguments[:2], code_, done.stderr[-2000:])
    return float(seconds), int(kibibytes) * 1024


def costs(what, seconds_most, bytes_most, *arguments, expected=0):
    """The same, with what it may take where no sanitizer is in the way."""
    seconds, taken = peak(*arguments, expected=expected)
    print(f"     {what}: {seconds:.2f} s of processor time, {taken / MIB:.0f} MiB")
    assert not MEASURED or (seconds <= seconds_most and taken <= bytes_most), (seconds, taken)


def record(name, shape, *, encoding=DENSE, dtype=14, bits=8, offset=0, blocks=0, nonzero=0, distinct=1, checksum=0, codebook=0):
    """A record of a matrix."""
    return struct.pack("<QQQIIIIIIHHBBBBB7x", checksum, offset, nonzero, distinct, blocks, 0, codebook, 0, 0, encoding, len(name),
                       dtype, bits, len(shape), len(shape) // 2, 0)


def write(name, payload, records, dims, blocks, names, decoded, tables=b""):
    """A file of these arrays of the directory, made whole."""
    count = len(records) // 64
    directory = struct.pack("<IIIIQQQ", count, len(tables) // 32, 0, 0, len(blocks) // 16, len(dims) // 8, len(names))
    directory = b"".join((directory, records, dims, tables, blocks, names))
    head = struct.pack("<8sHHIIB3xQQ16x", MAGIC, 0, 1, 0, 0, ALIGNMENT, 0, 0)
    at = len(head) + 8 + len(payload)
    tail = struct.pack("<QQQQQI4x8s", at, len(directory), xxh3(directory), at + len(directory) + 64, decoded, count, END_MAGIC)
    seals = [struct.pack("<Q", xxh3(part)) for part in (head, tail)]
    make(name, b"".join((head, seals[0], payload, directory, tail, seals[1])))


def refused_early(name, label, option, bytes_most):
    """Every reading command names the option, and reads no payload: none would be sound."""
    for arguments in (("check", name), ("info", name), ("decode", name, "-o", "out.safetensors")):
        assert option in bad(4, label, *arguments), arguments
    assert not os.path.exists("out.safetensors")
    costs(f"refusing {os.path.getsize(name) / MIB:.1f} MiB", 1, bytes_most, "check", name, expected=4)


def zeros():
    """2^40 zeros in 2^18 blocks of a byte each."""
    shape, lines, count = (1 << 24, 1 << 16), 1 << 6, 1 << 18
    write("q.pondus", b"\xee" * count, record(b"w", shape, encoding=CSC, offset=64, blocks=count), struct.pack("<2Q", *shape),
          struct.pack("<QII", 0, 1, lines) * count, b"w", 1 << 40)
    refused_early("q.pondus", "limit.decoded-bytes", "--max-bytes", 64 * MIB)
    bad(2, "block.checksum", "check", "q.pondus", "--max-bytes", "1T")


def equal_cells():
    """A codebook of one entry, and blocks that take nothing but their entry in the directory."""
    count = (DEFAULT_BYTES >> 16) + 1
    shape = (count, 1 << 16)
    table = struct.pack("<QQQHHI", 64, 1, xxh3(b"\7"), 1, 8, 0)
    made = record(b"w", shape, encoding=INDEX_MAP, offset=72, blocks=count, nonzero=count << 16, codebook=1)
    write("q.pondus", b"\7" + bytes(7), made,
          struct.pack("<2Q", *shape), struct.pack("<QII", 0, 0, 1) * count, b"w", count << 16, table)
    refused_early("q.pondus", "limit.decoded-bytes", "--max-bytes", 256 * MIB)


def many_small_ones():
    """Each below every limit, all together not."""
    count, shape = 1 << 11, (1 << 10, 1 << 16)
    records = b"".join(record(b"%04x" % i, shape, encoding=CSC, offset=64 + 16 * i, blocks=16) for i in range(count))
    write("q.pondus", b"\xee" * 16 * count, records, struct.pack("<2Q", *shape) * count,
          struct.pack("<QII", 0, 1, 64) * 16 * count, b"".join(b"%04x" % i for i in range(count)), count << 26)
    refused_early("q.pondus", "limit.decoded-bytes", "--max-bytes", 64 * MIB)


def tiny_tensors():
    """A million (2^16 unless long) of one cell each: read, in time and memory that their records take."""
    count = 1 << (20 if LONG else 16)
    checksum, stored = xxh3(b"\7"), xxh3(b"\7", 0)
    fields = (record(b"%05x" % i, (1,), offset=64 + 8 * i, blocks=1, nonzero=1, checksum=checksum) for i in range(count))
    write("q.pondus", (b"\7" + bytes(7)) * (count - 1) + b"\7", b"".join(fields), struct.pack("<Q", 1) * count,
          struct.pack("<QII", stored, 1, 1) * count, b"".join(b"%05x" % i for i in range(count)), count)
    size = os.path.getsize("q.pondus")
    costs(f"{count} tensors of one cell", 16e-6 * count, 16 * MIB + 8 * size, "check", "q.pondus")
    costs("listed", 16e-6 * count, 16 * MIB + 10 * size, "info", "q.pondus")
    assert "--max-tensors" in bad(4, "limit.tensors", "check", "q.pondus", "--max-tensors", count - 1)


def tables_of_many():
    """Tensors that share a table just too small to be kept, so that each judges it anew."""
    count, entries = 1 << 14, 511
    cells = pack_cells(64, range(1, entries + 1))
    checksum, payload = xxh3(cells[:8]), bytes(2)
    stored = xxh3(payload, 0)
    records = b"".join(record(b"%04x" % i, (1,), encoding=INDEX_MAP, dtype=11, bits=64, offset=64 + len(cells) + 8 * i,
                              blocks=1, nonzero=1, checksum=checksum, codebook=1) for i in range(count))
    write("q.pondus", cells + (payload + bytes(6)) * (count - 1) + payload, records, struct.pack("<Q", 1) * count,
          struct.pack("<QII", stored, 2, 1) * count, b"".join(b"%04x" % i for i in range(count)), 8 * count,
          struct.pack("<QQQHHI", 64, len(cells), xxh3(cells), 1, 64, 0))
    costs(f"{count} tensors of one table", 64e-6 * count, 64 * MIB, "check", "q.pondus")


def chain_of_references():
    """Each line of a block refers to the next one, down to the last."""
    lines, width = 1 << 15, 8
    payload = delta.block(lines * width, [lines - 1] * (lines - 1) + [0], [0], [0], 1)
    made = code("0+0", (5,))
    cells = (b"\5" + bytes(width - 1)) * lines
    tensor = Tensor("w", (lines, width), 14, 8, cells, DELTA_MAP, 1, 0, [Block(lines, payload)], code=1)
    make("q.pondus", join(lay_out(File([tensor], [code_table(8, made)]))))
    costs(f"a chain of {lines} references", 0.5, 64 * MIB, "check", "q.pondus")


def counts_of_too_many():
    """2^20 lines of 4 cells that claim 2^17 - 1 entries each: a fault before anything is made for them."""
    lines, bits = 1 << 20, 17
    payload = [Field("counts", bytes([bits]) + b"\xff" * (lines * bits // 8))]
    tensor = Tensor("w", (lines, 4), 14, 8, bytes(4 * lines), CSC, 1, 0, [Block(lines, payload)])
    make("q.pondus", join(lay_out(File([tensor], []))))
    bad(2, "sparse.count", "check", "q.pondus")
    costs("counts of 1.4 x 10^11 entries", 0.5, 96 * MIB, "check", "q.pondus", expected=2)


def large_tables():
    """2^22 entries for one cell: judged once, in place."""
    entries = pack_cells(32, range(1, 1 + (1 << 22)))
    book = Table(1, [Field("cells", entries)], 32)
    plain = dense("w", "u32", (1,), (5,), encoding=INDEX_MAP)
    plain.codebook = 1
    make("q.pondus", join(lay_out(File([plain], [book]))))
    costs("a codebook of 2^22 entries", 1, 64 * MIB, "check", "q.pondus")
    assert "--max-bytes" in bad(4, "limit.table-bytes", "check", "q.pondus", "--max-bytes", "16777215")


def heads():
    """Heads of sources that decode to 2^27 blanks each, and are no JSON: held one at a time, by the parser of JSON thrice."""
    size = 1 << 27
    last = size // MOST_BLOCK - 1
    frame = header(size, single=False, window=13 << 3) + [f for i in range(last + 1) for f in rle(32, MOST_BLOCK, i == last)]
    tables = [source(2, b"m%d" % i, frame=frame, head_bytes=size) for i in range(3)]
    make("q.pondus", join(lay_out(File([dense("a", source=1)], tables))))
    costs("three heads of 128 MiB", 4, 640 * MIB, "check", "q.pondus", expected=2)
    assert "--max-bytes" in bad(4, "limit.table-bytes", "check", "q.pondus", "--max-bytes", "384M")


def hostile_vectors():
    """What a check of every vector takes at most: one process for all."""
    build(ROOT / "spec" / "vectors", pathlib.Path("files"))
    files = sorted(pathlib.Path("files").glob("*/*.pondus"))
    seconds, taken = peak("check", *files, expected=4)
    largest = max(file.stat().st_size for file in files)
    print(f"     {len(files)} vectors: {seconds:.2f} s of processor time, {taken / MIB:.0f} MiB; the largest has {largest} bytes")
    assert not MEASURED or taken <= 384 * MIB  # a head of 128 MiB, and its text


if __name__ == "__main__":
    if LONG:
        main(tiny_tensors)
    main(zeros, equal_cells, many_small_ones, tiny_tensors, tables_of_many, chain_of_references, counts_of_too_many, large_tables, heads,
         hostile_vectors)
