"""A checker (spec/validation.md): all steps in order, one verdict."""

from types import SimpleNamespace

from .container import judge_coverage, judge_padding, read_header, read_trailer
from .directory import judge_directory, read_directory
from .primitives import Fault, bytes_of, cells_of, require
from .sources import judge_sources
from .tables import judge_set, judge_table
from .xxh3 import xxh3

DEFAULT_LIMITS = {"metadata-bytes": 1 << 24}
MOST_DISTINCT, UNCOUNTED = 1 << 24, 0xFFFFFFFF


class File:
    """A file under judgement: what has been read of it, and the first unsupported thing in it."""

    def __init__(self, data, limits):
        self.data, self.limits, self.table_bytes = data, DEFAULT_LIMITS | limits, 0
        self.tensor = self.unsupported = None

    def note_unknown(self, record, label, field):
        """The tensor is unsupported, and validation goes on. § Verdicts"""
        record.supported = False
        self.unsupported = self.unsupported or Fault(label, record.place[field], "unsupported", record.name)

    def within(self, name, value, offset, scale=1):
        """A caller's limit. § Limits"""
        limit = self.limits.get(name)
        require(limit is None or value <= limit * scale, "limit." + name, offset, "over-limit")

    def add_table_bytes(self, size, table):
        """[limit.table-bytes]"""
        self.table_bytes += size
        self.within("table-bytes", self.table_bytes, table.at)

    def target(self, record):
        """The record that has the cells of one, which may be an alias."""
        return self.records[record.alias - 1] if record.alias else record

    def judge(self):
        """Steps 1 to 9. § Order"""
        self.header = read_header(self.data)
        self.trailer = read_trailer(self.data, self.header)
        read_directory(self)
        judge_directory(self)
        paddings = judge_coverage(self)
        self._judge_limits()
        judge_padding(self, paddings)
        for table in self.tables:
            table.content = judge_table(self, table)
        for record in self.records:
            if not record.alias:
                self.tensor = record.name
                self._judge_tensor(record)
        self.tensor = None
        judge_sources(self)

    def _judge_limits(self):
        """Step 5"""
        decoded, at = self.trailer.decoded_bytes, self.trailer.place["decoded_bytes"]
        self.within("decoded-bytes", decoded, at)
        self.within("ratio", decoded, at, len(self.data))
        for table in self.tables:
            self.add_table_bytes(table.bytes, table)
        self.within("metadata-bytes", self.meta_bytes, self.metas[0].at if self.metas else 0)

    def _judge_tensor(self, record):
        """Step 8 for one tensor"""
        number, at, cells = record.codebook or record.code, record.offset, []
        table = self.tables[number - 1].content if number else None
        if record.supported and number and hasattr(record.encoder, "judge_table"):
            record.encoder.judge_table(table, record.place["code"])
        for i, block in enumerate(record.blocks):
            stored = self.data[at:at + block.size]
            require(xxh3(stored, i) == block.checksum, "block.checksum", at)
            if record.supported:
                plain = block.size == block.plain
                cells += cells_of(stored, record.bits) if plain else self._decode(record, block, table, at)
            at += block.size
        if record.supported:
            in_c_order = bytes_of(record.matrix.c_order(cells), record.bits)
            record.require(xxh3(in_c_order) == record.checksum, "tensor.checksum")
            record.require(len(cells) - cells.count(0) == record.nonzero, "tensor.nonzero")
            distinct = len(set(cells))
            distinct = distinct if distinct <= MOST_DISTINCT else UNCOUNTED
            record.require(distinct == record.distinct, "tensor.distinct")

    def _decode(self, record, block, table, at):
        """The cells of a coded block. spec/container.md § Block entries"""
        matrix = record.matrix
        return record.encoder.decode(self.data, at, at + block.size, SimpleNamespace(
            count=block.cells, bits=record.bits, lengths=matrix.lengths(block), segments=matrix.segments,
            line_cells=matrix.line_cells, table=table, empty=[0] * block.cells))


def _fault(judge, *given):
    try:
        return judge(*given)
    except Fault as fault:
        return fault


def _refusal(fault, tensor=None):
    name = fault.tensor or tensor
    answer = {"verdict": fault.kind, "label": fault.label, "offset": fault.offset}
    return answer | {"tensor": name.decode()} if name else answer


def check(files, limits=None):
    """The verdict on some files, as an answer of spec/conformance.md; several files are a set."""
    judged = [File(data, limits or {}) for data in files]
    for file in judged:
        fault = _fault(file.judge) or file.unsupported
        if fault:
            return _refusal(fault, file.tensor)
    fault = _fault(judge_set, judged) if len(judged) > 1 else None
    return _refusal(fault) if fault else {"verdict": "ok", "hashes": [
        [record.name.decode(), f"{file.target(record).checksum:016x}"] for file in judged for record in file.records]}
