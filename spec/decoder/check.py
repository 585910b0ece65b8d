"""A checker (spec/validation.md): all steps in order, one verdict."""

from array import array
from types import SimpleNamespace

from .container import Header, Trailer, judge_coverage, judge_padding
from .directory import Directory, in_tensor
from .lines import Lines
from .primitives import CELL_TYPES, Fault, bytes_of, cells_of, require
from .sources import mismatch
from .tables import judge_set, judge_table
from .xxh3 import xxh3

METADATA_BYTES = 1 << 24
MOST_DISTINCT = 1 << 24
UNCOUNTED = 0xFFFFFFFF


class File:
    """A file under judgement: what has been read of it, and the first unsupported thing in it."""

    def __init__(self, data, limits):
        self.data, self.limits = data, {"metadata-bytes": METADATA_BYTES, **limits}
        self.unsupported = None
        self.table_bytes = 0

    def note(self, fault):
        """Remembers the first unsupported fault. § Verdicts"""
        self.unsupported = self.unsupported or fault

    def within(self, value, name, offset):
        """A caller's limit. § Limits"""
        limit = self.limits.get(name)
        require(limit is None or value <= limit, "limit." + name, offset, "over-limit")

    def add_table_bytes(self, size, table):
        """[limit.table-bytes]"""
        self.table_bytes += size
        self.within(self.table_bytes, "table-bytes", table.at)

    def judge(self):
        """Steps 1 to 9. § Order"""
        self.header = Header(self.data)
        self.trailer = Trailer(self.data)
        Directory(self).judge()
        gaps = judge_coverage(self)
        self._judge_limits()
        judge_padding(self, gaps)
        for table in self.tables:
            table.content = judge_table(self, table)
        for record in self.records:
            if not record.alias:
                with in_tensor(record.name):
                    self._judge_tensor(record)
        offset = mismatch(self)
        require(offset is None, "source.mismatch", offset)

    def _judge_limits(self):
        """Step 5"""
        decoded, at = self.trailer.decoded_bytes, self.trailer.at + 32
        self.within(decoded, "decoded-bytes", at)
        ratio = self.limits.get("ratio")
        require(ratio is None or decoded <= ratio * len(self.data), "limit.ratio", at, "over-limit")
        for table in self.tables:
            self.add_table_bytes(table.bytes, table)
        self.within(self.meta_bytes, "metadata-bytes", self.metas_at)

    def _judge_tensor(self, record):
        """Step 8 for one tensor"""
        lines, at, decoded = Lines(record), record.payload, []
        table = self.tables[(record.codebook or record.code) - 1].content if record.codebook or record.code else None
        if record.supported and table is not None and hasattr(record.encoding, "judge_table"):
            record.encoding.judge_table(table, record.at + 40)
        for i, block in enumerate(record.blocks):
            stored, end = self.data[at:at + block.stored], at + block.stored
            require(xxh3(stored, i) == block.checksum, "block.checksum", at)
            if record.supported:
                decoded.append(self._decode(record, block, lines, table, at, end))
            at = end
        if record.supported:
            self._judge_cells(record, lines, decoded)

    def _decode(self, record, block, lines, table, at, end):
        """The cells of one block, plain or coded. spec/container.md § Block entries"""
        if block.stored == block.plain:
            return cells_of(self.data[at:end], record.bits)
        empty = array(CELL_TYPES[record.bits], bytes(block.plain))
        return record.encoding.decode(self.data, at, end, SimpleNamespace(
            count=block.cells, bits=record.bits, lengths=lines.lengths(block.first, block.lines),
            segments=lines.segments, line_cells=lines.line_cells, table=table, empty=empty))

    def _judge_cells(self, record, lines, decoded):
        """[tensor.checksum], [tensor.nonzero], [tensor.distinct]"""
        cells = array(CELL_TYPES[record.bits])
        for part in decoded:
            cells.extend(part)
        require(xxh3(bytes_of(lines.c_order(cells))) == record.checksum, "tensor.checksum", record.at)
        require(len(cells) - cells.count(0) == record.nonzero, "tensor.nonzero", record.at + 16)
        distinct = len(set(cells))
        require((distinct if distinct <= MOST_DISTINCT else UNCOUNTED) == record.distinct, "tensor.distinct",
                record.at + 24)


def _refusal(fault):
    name = {} if fault.tensor is None else {"tensor": fault.tensor.decode()}
    return {"verdict": fault.kind, "label": fault.label, "offset": fault.offset, **name}


def check(files, limits=None):
    """The verdict on some files, as an answer of spec/conformance.md; several files are a set."""
    judged = []
    for data in files:
        file = File(data, limits or {})
        try:
            file.judge()
        except Fault as fault:
            if fault.kind != "unsupported":
                return _refusal(fault)
            file.note(fault)
        if file.unsupported:
            return _refusal(file.unsupported)
        judged.append(file)
    fault = judge_set(judged) if len(judged) > 1 else None
    if fault:
        return _refusal(Fault("shard.set", fault[1]))
    return {"verdict": "ok", "hashes": [
        [record.name.decode(), f"{(file.records[record.alias - 1] if record.alias else record).checksum:016x}"]
        for file in judged for record in file.records]}
