"""The directory (spec/container.md § Directory): its head, then entries, records, blocks and metadata, judged in order."""

from contextlib import contextmanager
from math import prod

from .encodings import BY_ID, UNKNOWN_LIMIT
from .lines import Lines
from .primitives import CELL_BITS, Fault, is_name, is_text, number, require, require_zero
from .xxh3 import xxh3

HEAD, RECORD, DIM, ENTRY, BLOCK, META = 40, 64, 8, 32, 16, 8
CODEBOOK, CODE, SOURCE, SHARD = 1, 2, 3, 4
STRING, I64, F64, BOOL, BYTES = 1, 2, 3, 4, 5
MOST_EXTENT = 1 << 48
DTYPE_BITS = {1: 64, 2: 32, 3: 16, 4: 16, 5: 8, 6: 8, 7: 64, 8: 32, 9: 16, 10: 8, 11: 64, 12: 32, 13: 16, 14: 8,
              15: 8}


@contextmanager
def in_tensor(name):
    """Names the tensor in the faults that are found inside."""
    try:
        yield
    except Fault as fault:
        fault.tensor = name
        raise


class Table:
    """§ Table entries: the fields of one."""

    def __init__(self, data, at):
        self.at, self.offset, self.bytes, self.checksum = at, *(number(data, at + i, 8) for i in (0, 8, 16))
        self.kind, self.bits = number(data, at + 24, 2), number(data, at + 26, 2)

    def judge(self, data):
        """The rules of an entry."""
        require(self.kind != 0, "table.kind", self.at + 24)
        if self.kind <= SHARD:
            allowed = CELL_BITS if self.kind in (CODEBOOK, CODE) else (0,)
            require(self.bits in allowed, "table.bits", self.at + 26)
        require(1 <= self.bytes < 1 << 40, "table.bytes", self.at + 8)
        require(number(data, self.at + 28, 4) == 0, "table.reserved", self.at + 28)


class Block:
    """§ Block entries: the fields of one."""

    def __init__(self, data, at):
        self.at, self.checksum = at, number(data, at, 8)
        self.stored, self.lines = number(data, at + 8, 4), number(data, at + 12, 4)


class Record:
    """§ Records: the fields of one."""

    def __init__(self, data, at):
        self.at = at
        self.checksum, self.payload, self.nonzero = (number(data, at + i, 8) for i in (0, 8, 16))
        self.distinct, self.block_count, self.alias, self.codebook, self.code, self.source = (
            number(data, at + i, 4) for i in (24, 28, 32, 36, 40, 44))
        self.encoding_id, self.name_bytes = number(data, at + 48, 2), number(data, at + 50, 2)
        self.dtype, self.bits, self.rank, self.split, self.direction = data[at + 52:at + 57]
        self.name, self.name_at, self.dims_at, self.shape, self.blocks = b"", 0, 0, (), []
        self.supported = True
        self.encoding = BY_ID.get(self.encoding_id)

    @property
    def raw_bytes(self):
        """The bytes of the tensor's cells."""
        return (prod(self.shape) * self.bits + 7) // 8


class Directory:
    """Reads and judges the directory of a file, whose header and trailer are good; fills its lists."""

    def __init__(self, file):
        self.file, self.data, self.at = file, file.data, file.trailer.directory
        self._read_head()
        self._read_arrays()

    def _read_head(self):
        data, at, trailer = self.data, self.at, self.file.trailer
        require(xxh3(data[at:trailer.at]) == trailer.directory_checksum, "directory.checksum", at)
        require(trailer.directory_bytes >= HEAD, "directory.length", at)
        self.record_count, self.table_count, self.meta_count = (number(data, at + i, 4) for i in (0, 4, 8))
        self.block_count, self.dim_count, self.heap_bytes = (number(data, at + i, 8) for i in (16, 24, 32))
        sizes = (HEAD, RECORD * self.record_count, DIM * self.dim_count, ENTRY * self.table_count,
                 BLOCK * self.block_count, META * self.meta_count, self.heap_bytes)
        require(sum(sizes) == trailer.directory_bytes, "directory.length", at)
        self.starts = [at + sum(sizes[:i]) for i in range(1, len(sizes))]
        require(number(data, at + 12, 4) == 0, "directory.reserved", at + 12)
        require(self.record_count == trailer.tensor_count, "directory.record-count", at)
        limit = self.file.limits.get("tensors")
        require(limit is None or self.record_count <= limit, "limit.tensors", trailer.at + 40, "over-limit")

    def _read_arrays(self):
        data, file = self.data, self.file
        records, dims, tables, blocks, metas, heap = self.starts
        file.records = [Record(data, records + RECORD * i) for i in range(self.record_count)]
        for record in file.records:
            require(record.rank <= 8, "record.rank", record.at + 54)
        self.metas = [metas + META * i for i in range(self.meta_count)]
        lengths = [(number(data, at, 2), number(data, at + 4, 4)) for at in self.metas]
        require(sum(r.rank for r in file.records) == self.dim_count, "directory.dims", self.at + 24)
        require(sum(r.block_count for r in file.records) == self.block_count, "directory.blocks", self.at + 16)
        names = sum(r.name_bytes for r in file.records)
        require(names + sum(map(sum, lengths)) == self.heap_bytes, "directory.heap", self.at + 32)
        file.tables = [Table(data, tables + ENTRY * i) for i in range(self.table_count)]
        for record in file.records:
            record.name_at, record.name = heap, data[heap:heap + record.name_bytes]
            record.dims_at, record.shape = dims, [number(data, dims + DIM * i, 8) for i in range(record.rank)]
            record.blocks = [Block(data, blocks + BLOCK * i) for i in range(record.block_count)]
            heap, dims = heap + record.name_bytes, dims + DIM * record.rank
            blocks += BLOCK * record.block_count
        self.meta_heap, file.meta_bytes, file.metas_at = heap, sum(map(sum, lengths)), metas

    def judge(self):
        """The rest of step 3 of spec/validation.md."""
        shards = 0
        for table in self.file.tables:
            table.judge(self.data)
            shards += table.kind == SHARD
            require(shards <= 1, "shard.count", table.at)
        before = None
        for i, record in enumerate(self.file.records):
            require(is_name(record.name), "record.name", record.name_at)
            with in_tensor(record.name):
                require(before is None or before < record.name, "record.name-order", record.name_at)
                RecordJudge(self.file, i).judge()
            before = record.name
        self._judge_metas()
        total = sum(record.raw_bytes for record in self.file.records)
        require(total == self.file.trailer.decoded_bytes, "trailer.decoded-bytes", self.file.trailer.at + 32)

    def _judge_metas(self):
        """§ Metadata entries"""
        heap, before = self.meta_heap, None
        for at in self.metas:
            key_bytes, kind, value_bytes = number(self.data, at, 2), self.data[at + 2], number(self.data, at + 4, 4)
            key, value_at = self.data[heap:heap + key_bytes], heap + key_bytes
            value = self.data[value_at:value_at + value_bytes]
            require(self.data[at + 3] == 0, "meta.reserved", at + 3)
            require(is_name(key), "meta.key", heap)
            require(before is None or before < key, "meta.order", heap)
            require(STRING <= kind <= BYTES, "meta.type", at + 2)
            good = {STRING: is_text(value), I64: value_bytes == 8, F64: value_bytes == 8,
                    BOOL: value in (b"\0", b"\1"), BYTES: True}
            require(good[kind], "meta.value", value_at)
            heap, before = value_at + value_bytes, key


class RecordJudge:
    """The rules of one record and of its blocks. § Records, § Block entries"""

    def __init__(self, file, number):
        self.file, self.number, self.record = file, number, file.records[number]
        self.at = self.record.at

    def judge(self):
        """All rules behind those of the name, in order."""
        record, at = self.record, self.at
        require_zero(self.file.data, at + 57, 7, "record.reserved")
        good = record.dtype != 0 and record.bits != 0 and DTYPE_BITS.get(record.dtype, record.bits) == record.bits
        require(good, "record.dtype", at + 52)
        if record.bits not in CELL_BITS:
            self._note("record.bits", at + 53)
        self._judge_shape()
        if record.alias:
            self._judge_alias()
        require(self._names(record.source, SOURCE), "record.source", at + 44)
        if not record.alias:
            self._judge_stored()
            self._judge_blocks()

    def _note(self, label, offset):
        """Something unknown: this tensor is unsupported, and validation goes on."""
        self.record.supported = False
        self.file.note(Fault(label, offset, "unsupported", self.record.name))

    def _names(self, field, kind):
        """Whether a reference is 0 or names a table of this kind."""
        tables = self.file.tables
        return field == 0 or field <= len(tables) and tables[field - 1].kind == kind

    def _judge_shape(self):
        product = 1
        for i, dim in enumerate(self.record.shape):
            product *= dim or 1
            require(dim < MOST_EXTENT and product < MOST_EXTENT, "record.shape", self.record.dims_at + DIM * i)

    def _judge_alias(self):
        record, at = self.record, self.at
        require(record.alias - 1 < self.number, "alias.target", at + 32)
        target = self.file.records[record.alias - 1]
        require(target.alias == 0, "alias.target", at + 32)
        same = (record.dtype, record.bits, record.shape) == (target.dtype, target.bits, target.shape)
        require(same, "alias.shape", at)
        for offset, size in ((0, 8), (8, 8), (16, 8), (24, 4), (28, 4), (36, 4), (40, 4), (48, 2), (55, 1), (56, 1)):
            require(number(self.file.data, at + offset, size) == 0, "alias.fields", at + offset)

    def _judge_stored(self):
        record, at = self.record, self.at
        require(record.split <= record.rank, "record.split", at + 55)
        require(record.direction <= 1, "record.lines", at + 56)
        private = record.encoding_id >= 0x8000 and self.file.header.incompat & 1 == 0
        require(record.encoding_id != 0 and not private, "record.encoding", at + 48)
        self.lines = Lines(record)
        known = record.supported and record.encoding is not None
        for field, kind, name, offset in ((record.codebook, CODEBOOK, "codebook", 36), (record.code, CODE, "code", 40)):
            good = self._names(field, kind)
            if good and known:
                uses = getattr(record.encoding, "USES", None) == name and self.lines.cells > 0
                good = uses == (field != 0)
                good = good and (field == 0 or self.file.tables[field - 1].bits == record.bits)
            require(good, "record." + name, at + offset)
        if record.encoding is None:
            self._note("record.unknown-encoding", at + 48)
        require(record.nonzero <= self.lines.cells, "record.nonzero", at + 16)
        require(record.blocks or record.payload == 0, "record.offset", at + 8)

    def _judge_blocks(self):
        first, encoding = 0, self.record.encoding
        for block in self.record.blocks:
            end = first + block.lines
            require(block.lines >= 1 and end <= self.lines.count, "block.lines", block.at + 12)
            block.first, block.cells = first, self.lines.cells_before(end) - self.lines.cells_before(first)
            require(block.cells <= (encoding.BLOCK_LIMIT if encoding else UNKNOWN_LIMIT), "block.cells", block.at + 12)
            block.plain = (block.cells * self.record.bits + 7) // 8
            require(block.stored <= block.plain, "block.size", block.at + 8)
            first = end
        require(first == self.lines.count, "record.line-count", self.at + 28)
