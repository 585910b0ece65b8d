"""Builds the seed corpora: seeds.py DIR [DEPFILE STAMP] writes DIR/<target>/* from vectors and generated files."""

import io
import json
import random
import shutil
import struct
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "spec" / "vectors"
sys.path.insert(0, str(VECTORS))
sys.dont_write_bytecode = True

from build import build  # noqa: E402
from generator.fields import join  # noqa: E402
from generator.random_file import random_file  # noqa: E402
from generator.writer import lay_out  # noqa: E402

LARGEST = 1 << 16
CHOICES = {"coder": 64, "line_ranges": 48, "products": 96, "writer": 96}
ENCODING_CHOICES = 32
GENERATED = 150
NO_LIMITS = b"\x03" + b"\x00" * 7
RECORD, TABLE, BLOCK = 64, 32, 16


def blocks(data):
    """(encoding, cell bytes, columns, rows, cols, first line, lines, table, payload) of each block, as far as they lie in the file."""
    directory = struct.unpack_from("<Q", data, len(data) - 64)[0]
    records, tables, _, _, _, dim_count, _ = struct.unpack_from("<IIIIQQQ", data, directory)
    dim_at = directory + 40 + RECORD * records
    table_at = dim_at + 8 * dim_count
    block_at = table_at + TABLE * tables
    for number in range(records):
        record = struct.unpack_from("<QQQIIIIIIHHBBBBB", data, directory + 40 + RECORD * number)
        offset, block_count, codebook, encoding = record[1], record[4], record[6], record[9]
        bits, rank, split, columns = record[12:16]
        dims = struct.unpack_from(f"<{rank}Q", data, dim_at)
        dim_at += 8 * rank
        stored_table = b""
        table = codebook or record[7]
        if table:
            begin, size = struct.unpack_from("<QQ", data, table_at + TABLE * (table - 1))
            stored_table = data[begin:begin + size]
        rows = cols = 1
        for axis, dim in enumerate(dims):
            rows, cols = (rows * dim, cols) if axis < split else (rows, cols * dim)
        first = 0
        for _ in range(block_count):
            _, stored, lines = struct.unpack_from("<QII", data, block_at)
            yield encoding, bits // 8, columns, rows, cols, first, lines, stored_table, data[offset:offset + stored]
            block_at, offset, first = block_at + BLOCK, offset + stored, first + lines


def block_seed(cell_bytes, columns, rows, cols, first, lines, table, payload):
    """An input of the encoding target's mode 0 (coded_block.h)."""
    head = struct.pack("<BBBIIII", 0, cell_bytes.bit_length() - 1, columns, rows, cols, first, lines - 1)
    if table:
        head += struct.pack("<I", len(table)) + table
    return head + payload


def block_seeds(data):
    """Name of the folder by encoding id, and input, of each block that can be written as one."""
    try:
        for encoding, *block in blocks(data):
            yield encoding, block_seed(*block)
    except (struct.error, OverflowError):
        return


def encoding_names():
    """Encodings by id, from the registry."""
    text = (ROOT / "formats" / "registry.def").read_text(encoding="utf-8")
    lines = [line[16:-1].split(",") for line in text.splitlines() if line.startswith("PONDUS_ENCODING(")]
    return {int(number): name.strip() for number, name in lines}


def write_file(target, names, name, data):
    """A file and its first blocks as seeds of open_check, limits and the encodings."""
    if len(data) > LARGEST:
        return
    (target / "open_check" / name).write_bytes(data)
    (target / "limits" / name).write_bytes(NO_LIMITS * 5 + data)
    for number, (encoding, seed) in enumerate(block_seeds(data) if len(data) >= 128 else ()):
        if encoding in names and number < 4:
            (target / names[encoding] / f"{name}-{number}").write_bytes(seed)


def write_from_vectors(target, names):
    """Seeds from the vectors."""
    build(VECTORS, target / "files")
    for path in sorted((target / "files").glob("*/*.pondus")):
        write_file(target, names, f"{path.parent.name}-{path.stem}", path.read_bytes())
    shutil.rmtree(target / "files")


def write_generated(target, names):
    """Seeds from the generator of legal files: forms that no encoder writes."""
    for number in range(GENERATED):
        write_file(target, names, f"generated-{number}", join(lay_out(random_file(random.Random(number)))))


def write_choices(target, names):
    """Seeds of the targets whose inputs are choices."""
    draw = random.Random(1)
    for folder, count in {**CHOICES, **{name: ENCODING_CHOICES for name in names.values()}}.items():
        for number in range(count):
            mode = bytes([1 + number % 2]) if folder in names.values() else b""
            (target / folder / f"choices-{number}").write_bytes(mode + draw.randbytes(8 << number % 6))


def npy(descr, shape, cells, order="False"):
    """A .npy file."""
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}".encode()
    header += b" " * (53 - len(header) % 64 + 64 * (len(header) % 64 > 53)) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + cells


def npz(compression, **arrays):
    """A .npz file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, array in arrays.items():
            archive.writestr(zipfile.ZipInfo(name + ".npy"), array, compression)
    return out.getvalue()


def safetensors(data, **head):
    """A .safetensors file."""
    text = json.dumps(head).encode()
    return struct.pack("<Q", len(text)) + text + data


def write_importers(folder):
    """Small files of the formats that are read, each behind the byte that names its format."""
    small = npy("<f4", (2, 3), bytes(range(24)))
    w = {"dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8]}
    b = {"dtype": "U8", "shape": [], "data_offsets": [8, 9]}
    index = {"metadata": {"total_size": 9}, "weight_map": {"w": "a.safetensors", "b": "b.safetensors"}}
    files = (b"\0" + small, b"\0" + npy(">i2", (3,), bytes(6)), b"\0" + npy("|b1", (), b"\1"),
             b"\0" + npy("<f8", (2, 2), bytes(32), "True"), b"\1" + npz(zipfile.ZIP_STORED, w=small, b=small),
             b"\1" + npz(zipfile.ZIP_DEFLATED, w=small), b"\2" + safetensors(bytes(9), w=w, b=b),
             b"\2" + safetensors(bytes(9), __metadata__={"format": "pt"}, w=w, b=b),
             b"\3" + json.dumps(index).encode())
    for number, data in enumerate(files):
        (folder / f"file-{number}").write_bytes(data)


def write_depfile(path, target):
    """Makefile rule: the seeds depend on every vector and the generator, and on the folders that list them."""
    sources = sorted(str(p) for pattern in ("*", "*/*.hex", "*/*.py") for p in VECTORS.glob(pattern) if "__" not in str(p))
    path.write_text(f"{target}: " + " ".join(s.replace(" ", "\\ ") for s in sources) + "\n", encoding="utf-8")


def main():
    target = Path(sys.argv[1])
    shutil.rmtree(target, ignore_errors=True)
    names = encoding_names()
    for folder in ("open_check", "limits", "importers", *CHOICES, *names.values()):
        (target / folder).mkdir(parents=True)
    write_from_vectors(target, names)
    write_generated(target, names)
    write_choices(target, names)
    write_importers(target / "importers")
    if len(sys.argv) > 3:
        write_depfile(Path(sys.argv[2]), sys.argv[3])
        Path(sys.argv[3]).touch()


if __name__ == "__main__":
    main()
