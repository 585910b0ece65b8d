"""The container (spec/container.md): header, trailer, directory, coverage and padding; matrices and their lines."""

from itertools import accumulate, islice
from math import prod
from operator import mul

from .encodings import BY_ID
from .primitives import CELL_TYPES, Fields, bytes_for, is_name, is_text, require, require_zero
from .xxh3 import xxh3

HEADER = dict(magic=8, version=2, minor=2, incompat=4, compat=4, alignment=1, reserved=3, hint=8, hint_bytes=8, reserved_2=16, checksum=8)
TRAILER = dict(directory=8, directory_bytes=8, directory_checksum=8, file_bytes=8, decoded_bytes=8, tensor_count=4, reserved=4, magic=8,
               checksum=8)
MAGIC, END_MAGIC = 0x0A1A0A0D444E508F, 0x0A444E45444E508F
SEGMENT = 1 << 16
HEAD = dict(record_count=4, table_count=4, meta_count=4, reserved=4, blocks=8, dims=8, heap=8)
RECORD = dict(checksum=8, offset=8, nonzero=8, distinct=4, block_count=4, alias=4, codebook=4, code=4, source=4, encoding=2,
              name_bytes=2, dtype=1, bits=1, rank=1, split=1, lines=1, reserved=7)
DIM = dict(extent=8)
TABLE = dict(offset=8, bytes=8, checksum=8, kind=2, bits=2, reserved=4)
BLOCK = dict(checksum=8, size=4, lines=4)
META = dict(key_bytes=2, type=1, reserved=1, value_bytes=4)
ARRAYS = ("record_count", RECORD), ("dims", DIM), ("table_count", TABLE), ("blocks", BLOCK), ("meta_count", META)
CODEBOOK, CODE, SOURCE, SHARD = 1, 2, 3, 4
TABLE_BITS = {CODEBOOK: CELL_TYPES, CODE: CELL_TYPES, SOURCE: (0,), SHARD: (0,)}
DTYPE_BITS = dict(enumerate((64, 32, 16, 16, 8, 8, 64, 32, 16, 8, 64, 32, 16, 8, 8), 1))
ZERO_IN_ALIAS = "checksum offset nonzero distinct block_count codebook code encoding split lines".split()
GOOD_VALUE = {1: is_text, 2: lambda value: len(value) == 8, 3: lambda value: len(value) == 8,
              4: lambda value: value in (b"\0", b"\1"), 5: lambda value: True}


def read_header(data):
    """The header, judged but for its hint. § Header"""
    require(len(data) >= 128, "file.truncated", len(data))
    header = Fields(data, 0, HEADER)
    header.require(header.magic == MAGIC, "header.magic")
    header.require(header.checksum == xxh3(data[:56]), "header.checksum")
    header.require(header.version == 0, "header.version", verdict="unsupported")
    header.require(header.incompat & ~1 == 0, "header.incompat", verdict="unsupported")
    header.require(3 <= header.alignment <= 16, "header.alignment")
    require_zero(data, 21, 24, "header.reserved")
    require_zero(data, 40, 56, "header.reserved")
    return header


def read_trailer(data, header):
    """The trailer, and the hint of the header. § Trailer"""
    at = len(data) - 64
    trailer = Fields(data, at, TRAILER)
    trailer.require(trailer.magic == END_MAGIC, "trailer.magic")
    trailer.require(trailer.checksum == xxh3(data[at:at + 56]), "trailer.checksum")
    require_zero(data, at + 44, at + 48, "trailer.reserved")
    trailer.require(trailer.file_bytes == len(data), "trailer.file-bytes")
    trailer.require(64 <= trailer.directory == at - trailer.directory_bytes, "trailer.directory-range", "directory")
    header.require((header.hint, header.hint_bytes) in ((0, 0), (trailer.directory, trailer.directory_bytes)), "header.hint")
    return trailer


def read_directory(file):
    """The tables, records and metadata of a file, by the rules that come before those of each entry. § Directory"""
    data, at, trailer = file.data, file.trailer.directory, file.trailer
    require(xxh3(data[at:trailer.at]) == trailer.directory_checksum, "directory.checksum", at)
    head = Fields(data, at, HEAD)
    sizes = [getattr(head, count) * sum(layout.values()) for count, layout in ARRAYS]
    *begins, heap_at = accumulate(sizes, initial=head.end)
    require(head.end <= trailer.at and heap_at + head.heap == trailer.at, "directory.length", at)
    head.require(head.reserved == 0, "directory.reserved")
    head.require(head.record_count == trailer.tensor_count, "directory.record-count")
    file.within("tensors", head.record_count, trailer.places["tensor_count"])
    file.records, dims, file.tables, blocks, file.metas = (
        [Fields(data, i, layout) for i in range(begin, begin + size, sum(layout.values()))]
        for begin, size, (_, layout) in zip(begins, sizes, ARRAYS))
    for record in file.records:
        record.require(record.rank <= 8, "record.rank")
    texts = [record.name_bytes for record in file.records] + [size for meta in file.metas for size in (meta.key_bytes, meta.value_bytes)]
    head.require(sum(record.rank for record in file.records) == head.dims, "directory.dims")
    head.require(sum(record.block_count for record in file.records) == head.blocks, "directory.blocks")
    head.require(sum(texts) == head.heap, "directory.heap")
    heap = iter([(begin, data[begin:begin + size]) for begin, size in zip(accumulate(texts, initial=heap_at), texts)])
    dims, blocks = iter(dims), iter(blocks)
    for record in file.records:
        record.name_at, record.name = next(heap)
        record.dims, record.blocks = list(islice(dims, record.rank)), list(islice(blocks, record.block_count))
        record.shape = [dim.extent for dim in record.dims]
        record.raw_bytes = bytes_for(prod(record.shape) * record.bits)
    for meta in file.metas:
        (meta.key_at, meta.key), (meta.value_at, meta.value) = next(heap), next(heap)


def judge_directory(file):
    """The rest of step 3 of spec/validation.md. § Table entries, § Records, § Metadata entries"""
    for i, table in enumerate(file.tables):
        table.require(table.kind != 0, "table.kind")
        table.require(table.bits in TABLE_BITS.get(table.kind, (table.bits,)), "table.bits")
        table.require(1 <= table.bytes < 1 << 40, "table.bytes")
        table.require(table.reserved == 0, "table.reserved")
        require(table.kind != SHARD or all(other.kind != SHARD for other in file.tables[:i]), "shard.count", table.at)
    names, keys = [b""] + [record.name for record in file.records], [b""] + [meta.key for meta in file.metas]
    for i, record in enumerate(file.records):
        require(is_name(record.name), "record.name", record.name_at)
        file.tensor = record.name
        require(names[i] < record.name, "record.name-order", record.name_at)
        _judge_record(file, record, i)
        file.tensor = None
    for before, meta in zip(keys, file.metas):
        meta.require(meta.reserved == 0, "meta.reserved")
        require(is_name(meta.key), "meta.key", meta.key_at)
        require(before < meta.key, "meta.order", meta.key_at)
        meta.require(meta.type in GOOD_VALUE, "meta.type")
        require(GOOD_VALUE[meta.type](meta.value), "meta.value", meta.value_at)
    file.trailer.require(sum(record.raw_bytes for record in file.records) == file.trailer.decoded_bytes, "trailer.decoded-bytes")


def _judge_record(file, record, i):
    """The rules of a record behind those of its name. § Records"""
    require_zero(file.data, record.at + 57, record.at + 64, "record.reserved")
    record.require(record.dtype and record.bits and DTYPE_BITS.get(record.dtype, record.bits) == record.bits, "record.dtype")
    record.supported, record.stored = True, record
    file.note_unless(record.bits in CELL_TYPES, record, "record.bits", "bits")
    for dim, elements in zip(record.dims, accumulate((extent or 1 for extent in record.shape), mul)):
        require(dim.extent < 1 << 48 and elements < 1 << 48, "record.shape", dim.at)
    if record.alias:
        record.stored = target = file.records[record.alias - 1] if record.alias <= i else None
        record.require(target and target.alias == 0, "alias.target", "alias")
        require(all(getattr(record, name) == getattr(target, name) for name in ("dtype", "bits", "shape")), "alias.shape", record.at)
        for field in ZERO_IN_ALIAS:
            record.require(getattr(record, field) == 0, "alias.fields", field)
    record.require(_names(file, record.source, SOURCE), "record.source")
    if not record.alias:
        _judge_stored(file, record)


def _names(file, field, kind, bits=None):
    """Whether a field is 0 or names a table of this kind, and of these bits per cell if any are given. § Records"""
    return field == 0 or field <= len(file.tables) and file.tables[field - 1].kind == kind and bits in (None, file.tables[field - 1].bits)


def _judge_stored(file, record):
    """The rules of a stored tensor and its blocks. § Records, § Block entries"""
    record.require(record.split <= record.rank, "record.split")
    record.require(record.lines <= 1, "record.lines")
    record.require(1 <= record.encoding < (0x10000 if file.header.incompat & 1 else 0x8000), "record.encoding")
    record.matrix = matrix = Matrix(record)
    record.encoder = BY_ID.get(record.encoding)
    known = record.supported and record.encoder
    for field, name, kind in (record.codebook, "codebook", CODEBOOK), (record.code, "code", CODE):
        used = record.encoder.uses == name and matrix.cells > 0 if known else field != 0
        record.require(used == (field != 0) and _names(file, field, kind, record.bits if known else None), "record." + name)
    file.note_unless(record.encoder, record, "record.unknown-encoding", "encoding")
    record.require(record.nonzero <= matrix.cells, "record.nonzero")
    record.require(record.blocks or record.offset == 0, "record.offset")
    first, limit = 0, record.encoder.block_limit if record.encoder else 1 << 24
    for block in record.blocks:
        end = first + block.lines
        block.require(block.lines >= 1 and end <= matrix.count, "block.lines")
        block.first, block.count = first, matrix.cells_before(end) - matrix.cells_before(first)
        block.require(block.count <= limit, "block.cells", "lines")
        block.plain = bytes_for(block.count * record.bits)
        block.require(block.size <= block.plain, "block.size")
        first = end
    record.require(first == matrix.count, "record.line-count", "block_count")


def judge_coverage(file):
    """[file.coverage]; gives begin and end of each padding. § Coverage"""
    alignment, end, paddings = 1 << file.header.alignment, 64, []
    parts = [(table.offset, table.bytes, 1) for table in file.tables]
    parts += [(record.offset, sum(block.size for block in record.blocks), alignment) for record in file.records if record.blocks]
    for offset, size, multiple in sorted(parts, key=lambda part: (part[0], part[1] > 0, part[2] == 1)):
        due = end + -end % multiple
        require(offset == due, "file.coverage", due)
        paddings.append((end, due))
        end = due + size
    require(file.trailer.directory == end, "file.coverage", end)
    return paddings


class Matrix:
    """The lines of a tensor, from its shape, split and line direction. § Matrices and lines"""

    def __init__(self, record):
        self.rows, self.cols = prod(record.shape[:record.split]), prod(record.shape[record.split:])
        self.cells, self.by_columns = self.rows * self.cols, record.lines == 1
        self.length, uncut = (self.rows, self.cols) if self.by_columns else (self.cols, self.rows)
        self.segments = -(-self.length // SEGMENT) or 1
        self.count = uncut * self.segments if self.cells else 0
        self.position_bytes = 1 if self.length <= 256 else 2  # spec/sparse.md

    def cells_before(self, line):
        """How many cells the lines before this one have."""
        return line // self.segments * self.length + line % self.segments * SEGMENT

    def ranges(self, block):
        """For each line of a block the numbers of its cells, from 0 for the block's first cell."""
        before = self.cells_before(block.first)
        starts = [self.cells_before(i) - before for i in range(block.first, block.first + block.lines + 1)]
        return list(map(range, starts, starts[1:]))

    def c_order(self, cells):
        """Cells in line order, in C order."""
        return [cell for row in range(self.rows) for cell in cells[row::self.rows]] if self.by_columns else cells
