"""A checker (spec/validation.md): all steps in order, one verdict."""

from .container import judge_coverage, judge_directory, read_directory, read_header, read_trailer
from .primitives import Fault, bytes_of, cells_of, require, require_zero
from .tables import judge_set, judge_sources, judge_table
from .xxh3 import xxh3


class File:
    """A file under judgement: what has been read of it, the tensor in question, and the first unsupported thing in it."""

    def __init__(self, data, limits):
        self.data, self.limits, self.table_bytes = data, {"metadata-bytes": 1 << 24} | limits, 0
        self.tensor = self.unsupported = None

    def note_unless(self, known, record, label, field):
        """The tensor is unsupported unless this holds, and validation goes on. § Verdicts"""
        if not known:
            record.supported = False
            self.unsupported = self.unsupported or Fault(label, record.places[field], "unsupported", record.name)

    def within(self, name, value, offset, scale=1):
        """A caller's limit. § Limits"""
        require(value <= self.limits.get(name, float("inf")) * scale, "limit." + name, offset, "over-limit")

    def add_table_bytes(self, size, table):
        """[limit.table-bytes]. § Limits"""
        self.table_bytes += size
        self.within("table-bytes", self.table_bytes, table.at)

    def judge(self):
        """Steps 1 to 9. § Order"""
        self.header = read_header(self.data)
        self.trailer = read_trailer(self.data, self.header)
        read_directory(self)
        judge_directory(self)
        paddings = judge_coverage(self)
        decoded, at = self.trailer.decoded_bytes, self.trailer.places["decoded_bytes"]
        self.within("decoded-bytes", decoded, at)
        self.within("ratio", decoded, at, len(self.data))
        for table in self.tables:
            self.add_table_bytes(table.bytes, table)
        meta_bytes = sum(meta.key_bytes + meta.value_bytes for meta in self.metas)
        self.within("metadata-bytes", meta_bytes, self.metas[0].at if self.metas else 0)
        for begin, end in paddings:
            require_zero(self.data, begin, end, "file.padding")
        for table in self.tables:
            table.content = judge_table(self, table)
        for record in self.records:
            if not record.alias:
                self.tensor = record.name
                _judge_tensor(self.data, record, self.tables)
        self.tensor = None
        judge_sources(self)
        if self.unsupported:
            raise self.unsupported


def _judge_tensor(data, record, tables):
    """Step 8 for one tensor. § Order; spec/container.md § Block entries"""
    number, at, cells = record.codebook or record.code, record.offset, []
    table = tables[number - 1].content if number else None
    if record.supported and number and record.encoder.nonzero:
        record.require(0 not in table.entries, "code.nonzero", "code")
    for i, block in enumerate(record.blocks):
        end = at + block.size
        require(xxh3(data[at:end], i) == block.checksum, "block.checksum", at)
        if record.supported and block.size == block.plain:
            cells += cells_of(data[at:end], record.bits)
        elif record.supported:
            block.bits, block.table, block.matrix, block.ranges = record.bits, table, record.matrix, record.matrix.ranges(block)
            cells += record.encoder.decode(data, at, end, block)
        at = end
    if record.supported:
        in_c_order, distinct = bytes_of(record.matrix.c_order(cells), record.bits), len(set(cells))
        record.require(xxh3(in_c_order) == record.checksum, "tensor.checksum")
        record.require(len(cells) - cells.count(0) == record.nonzero, "tensor.nonzero")
        record.require((distinct if distinct <= 1 << 24 else 0xFFFFFFFF) == record.distinct, "tensor.distinct")


def check(files, limits=None):
    """The verdict on some files, as an answer of spec/conformance.md; several files are a set."""
    judged = [File(data, limits or {}) for data in files]
    try:
        for file in judged:
            file.judge()
        if len(judged) > 1:
            judge_set(judged)
    except Fault as fault:
        label, offset, verdict, name, *_ = *fault.args, file.tensor
        return {"verdict": verdict, "label": label, "offset": offset} | ({"tensor": name.decode()} if name else {})
    return {"verdict": "ok", "hashes": [[record.name.decode(), f"{record.stored.checksum:016x}"]
                                        for file in judged for record in file.records]}
