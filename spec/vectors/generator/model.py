"""What a file holds, before it is laid out: tensors with blocks, tables and metadata."""

import math
from dataclasses import dataclass, field

from .fields import Field

DTYPES = {"f64": (1, 64), "f32": (2, 32), "f16": (3, 16), "bf16": (4, 16), "f8_e4m3": (5, 8),
          "f8_e5m2": (6, 8), "i64": (7, 64), "i32": (8, 32), "i16": (9, 16), "i8": (10, 8),
          "u64": (11, 64), "u32": (12, 32), "u16": (13, 16), "u8": (14, 8), "bool": (15, 8)}
DENSE, CSC, INDEX_MAP, HAM, SHAM, GAP_MAP, DELTA_MAP, CONTEXT_MAP, CSER, ZSTD_MAP = 1, 2, 3, 4, 5, 6, 8, 9, 11, 12
CODEBOOK, CODE, SOURCE, SHARD = 1, 2, 3, 4
STRING, I64, F64, BOOL, BYTES = 1, 2, 3, 4, 5
ROWS, COLUMNS = 0, 1
SEGMENT = 1 << 16
UNCOUNTED = 0xFFFFFFFF


@dataclass
class Block:
    """Some whole lines of a tensor, as stored."""
    lines: int
    fields: list


@dataclass
class Tensor:
    """A tensor, its cells in C order as bytes, and its blocks."""
    name: str | bytes
    shape: tuple = ()
    dtype: int = 14
    bits: int = 8
    cells: bytes = b""
    encoding: int = DENSE
    split: int = 0
    direction: int = ROWS
    blocks: list = field(default_factory=list)
    alias: int = 0
    codebook: int = 0
    code: int = 0
    source: int = 0

    @property
    def raw_name(self):
        return self.name.encode() if isinstance(self.name, str) else self.name

    @property
    def cell_bytes(self):
        return self.bits // 8

    @property
    def count(self):
        return math.prod(self.shape)


@dataclass
class Table:
    """A table with its annotated bytes."""
    kind: int
    fields: list
    bits: int = 0


@dataclass
class Meta:
    """A metadata entry."""
    key: str | bytes
    type: int
    value: bytes

    @property
    def raw_key(self):
        return self.key.encode() if isinstance(self.key, str) else self.key


@dataclass
class File:
    """A whole file; `edits` replace fields by name, and checksums are made to fit around them."""
    tensors: list = field(default_factory=list)
    tables: list = field(default_factory=list)
    metas: list = field(default_factory=list)
    alignment: int = 6
    hint: bool = False
    parts: list | None = None
    gaps: dict = field(default_factory=dict)
    edits: dict = field(default_factory=dict)
    front: bytes = b""
    tail: bytes = b""
    cut: int | None = None


def pack_cells(bits, values):
    """Cells of this width as stored."""
    return b"".join(value.to_bytes(bits // 8, "little") for value in values)


def unpack_cells(bits, data):
    """The cells in some bytes, as a sequence of integers."""
    return memoryview(data).cast({8: "B", 16: "H", 32: "I", 64: "Q"}[bits])


def plain(data, name="plain"):
    """The one field of a plain block."""
    return [Field(name, bytes(data))]
