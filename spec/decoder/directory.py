"""The directory (spec/container.md § Directory): read whole, then its entries in order."""

from itertools import islice
from math import prod

from .container import Matrix
from .encodings import BY_ID, UNKNOWN_LIMIT
from .primitives import CELL_TYPES, Fields, bytes_for, is_name, is_text, require
from .xxh3 import xxh3

HEAD = dict(record_count=4, table_count=4, meta_count=4, reserved=4, blocks=8, dims=8, heap=8)
RECORD = dict(checksum=8, offset=8, nonzero=8, distinct=4, block_count=4, alias=4, codebook=4, code=4, source=4,
              encoding=2, name_bytes=2, dtype=1, bits=1, rank=1, split=1, lines=1, reserved=7)
DIM = dict(extent=8)
TABLE = dict(offset=8, bytes=8, checksum=8, kind=2, bits=2, reserved=4)
BLOCK = dict(checksum=8, size=4, lines=4)
META = dict(key_bytes=2, type=1, reserved=1, value_bytes=4)
CODEBOOK, CODE, SOURCE, SHARD = 1, 2, 3, 4
TABLE_BITS = {CODEBOOK: CELL_TYPES, CODE: CELL_TYPES, SOURCE: (0,), SHARD: (0,)}
DTYPE_BITS = dict(enumerate((64, 32, 16, 16, 8, 8, 64, 32, 16, 8, 64, 32, 16, 8, 8), 1))
MOST_RANK, MOST_EXTENT, MOST_TABLE, PRIVATE = 8, 1 << 48, 1 << 40, 0x8000
ZERO_IN_ALIAS = "checksum offset nonzero distinct block_count codebook code encoding split lines".split()
GOOD_VALUE = {1: is_text, 2: lambda value: len(value) == 8, 3: lambda value: len(value) == 8,
              4: lambda value: value in (b"\0", b"\1"), 5: lambda value: True}


def read_directory(file):
    """The tables, records and metadata of a file, by the rules that come before those of each entry."""
    data, at, trailer = file.data, file.trailer.directory, file.trailer
    require(xxh3(data[at:trailer.at]) == trailer.directory_checksum, "directory.checksum", at)
    head = Fields(data, at, HEAD)
    arrays = [(head.record_count, RECORD), (head.dims, DIM), (head.table_count, TABLE), (head.blocks, BLOCK),
              (head.meta_count, META)]
    heap_at = head.end + sum(count * sum(layout.values()) for count, layout in arrays)
    require(head.end <= trailer.at and heap_at + head.heap == trailer.at, "directory.length", at)
    head.require(head.reserved == 0, "directory.reserved")
    head.require(head.record_count == trailer.tensor_count, "directory.record-count")
    file.within("tensors", head.record_count, trailer.place["tensor_count"])
    at = head.end
    for i, (count, layout) in enumerate(arrays):
        arrays[i] = [Fields(data, at + k * sum(layout.values()), layout) for k in range(count)]
        at += count * sum(layout.values())
    file.records, dims, file.tables, blocks, file.metas = arrays
    for record in file.records:
        record.require(record.rank <= MOST_RANK, "record.rank")
    file.meta_bytes = sum(meta.key_bytes + meta.value_bytes for meta in file.metas)
    head.require(sum(record.rank for record in file.records) == head.dims, "directory.dims")
    head.require(sum(record.block_count for record in file.records) == head.blocks, "directory.blocks")
    head.require(sum(record.name_bytes for record in file.records) + file.meta_bytes == head.heap, "directory.heap")
    _share_out(file, iter(dims), iter(blocks), heap_at)


def _share_out(file, dims, blocks, heap_at):
    """Gives records and metadata what a running sum says is theirs."""
    for record in file.records:
        record.dims, record.blocks = list(islice(dims, record.rank)), list(islice(blocks, record.block_count))
        record.shape = [dim.extent for dim in record.dims]
        record.raw_bytes = bytes_for(prod(record.shape) * record.bits)
        record.name_at, heap_at = heap_at, heap_at + record.name_bytes
        record.name = file.data[record.name_at:heap_at]
    for meta in file.metas:
        meta.key_at, meta.value_at = heap_at, heap_at + meta.key_bytes
        heap_at = meta.value_at + meta.value_bytes
        meta.key, meta.value = file.data[meta.key_at:meta.value_at], file.data[meta.value_at:heap_at]


def judge_directory(file):
    """The rest of step 3 of spec/validation.md."""
    for i, table in enumerate(file.tables):
        table.require(table.kind != 0, "table.kind")
        table.require(table.bits in TABLE_BITS.get(table.kind, (table.bits,)), "table.bits")
        table.require(1 <= table.bytes < MOST_TABLE, "table.bytes")
        table.require(table.reserved == 0, "table.reserved")
        repeated = table.kind == SHARD and any(other.kind == SHARD for other in file.tables[:i])
        require(not repeated, "shard.count", table.at)
    before = b""
    for i, record in enumerate(file.records):
        require(is_name(record.name), "record.name", record.name_at)
        file.tensor = record.name
        require(before < record.name, "record.name-order", record.name_at)
        _judge_record(file, record, i)
        file.tensor, before = None, record.name
    before = b""
    for meta in file.metas:
        meta.require(meta.reserved == 0, "meta.reserved")
        require(is_name(meta.key), "meta.key", meta.key_at)
        require(before < meta.key, "meta.order", meta.key_at)
        meta.require(meta.type in GOOD_VALUE, "meta.type")
        require(GOOD_VALUE[meta.type](meta.value), "meta.value", meta.value_at)
        before = meta.key
    decoded_bytes = sum(record.raw_bytes for record in file.records)
    file.trailer.require(decoded_bytes == file.trailer.decoded_bytes, "trailer.decoded-bytes")


def _judge_record(file, record, i):
    """The rules of a record behind those of its name. § Records"""
    record.require_zero("record.reserved", "reserved", 7)
    sound = record.dtype and record.bits and DTYPE_BITS.get(record.dtype, record.bits) == record.bits
    record.require(sound, "record.dtype")
    record.supported = True
    if record.bits not in CELL_TYPES:
        file.note_unknown(record, "record.bits", "bits")
    elements = 1
    for dim in record.dims:
        elements *= dim.extent or 1
        require(dim.extent < MOST_EXTENT and elements < MOST_EXTENT, "record.shape", dim.at)
    if record.alias:
        _judge_alias(file, record, i)
    record.require(_names(file, record.source, SOURCE), "record.source")
    if not record.alias:
        _judge_stored(file, record)
        _judge_blocks(record)


def _names(file, field, kind):
    """Whether a field is 0 or names a table of this kind."""
    return field == 0 or field <= len(file.tables) and file.tables[field - 1].kind == kind


def _judge_alias(file, record, i):
    record.require(record.alias <= i and file.records[record.alias - 1].alias == 0, "alias.target", "alias")
    target = file.records[record.alias - 1]
    same = (record.dtype, record.bits, record.shape) == (target.dtype, target.bits, target.shape)
    require(same, "alias.shape", record.at)
    for field in ZERO_IN_ALIAS:
        record.require(getattr(record, field) == 0, "alias.fields", field)


def _judge_stored(file, record):
    record.require(record.split <= record.rank, "record.split")
    record.require(record.lines <= 1, "record.lines")
    private = record.encoding >= PRIVATE and not file.header.incompat & 1
    record.require(record.encoding != 0 and not private, "record.encoding")
    record.matrix, record.encoder = Matrix(record), BY_ID.get(record.encoding)
    for field, name, kind in (record.codebook, "codebook", CODEBOOK), (record.code, "code", CODE):
        good = _names(file, field, kind)
        if good and record.supported and record.encoder:
            used = record.encoder.USES == name and record.matrix.cells > 0
            good = used == (field != 0) and (field == 0 or file.tables[field - 1].bits == record.bits)
        record.require(good, "record." + name)
    if not record.encoder:
        file.note_unknown(record, "record.unknown-encoding", "encoding")
    record.require(record.nonzero <= record.matrix.cells, "record.nonzero")
    record.require(record.blocks or record.offset == 0, "record.offset")


def _judge_blocks(record):
    """§ Block entries"""
    first, matrix, limit = 0, record.matrix, record.encoder.BLOCK_LIMIT if record.encoder else UNKNOWN_LIMIT
    for block in record.blocks:
        end = first + block.lines
        block.require(block.lines >= 1 and end <= matrix.count, "block.lines")
        block.first, block.cells = first, matrix.cells_before(end) - matrix.cells_before(first)
        block.require(block.cells <= limit, "block.cells", "lines")
        block.plain = bytes_for(block.cells * record.bits)
        block.require(block.size <= block.plain, "block.size")
        first = end
    record.require(first == matrix.count, "record.line-count", "block_count")
