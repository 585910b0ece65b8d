"""The frame of a file (spec/container.md): header, trailer, coverage and padding; matrices and their lines."""

from math import prod

from .primitives import Fields, require, require_zero
from .xxh3 import xxh3

HEADER = dict(magic=8, version=2, minor=2, incompat=4, compat=4, alignment=1, reserved=3, hint=8, hint_bytes=8, reserved_2=16, checksum=8)
TRAILER = dict(directory=8, directory_bytes=8, directory_checksum=8, file_bytes=8, decoded_bytes=8, tensor_count=4, reserved=4, magic=8,
               checksum=8)
MAGIC, END_MAGIC = 0x0A1A0A0D444E508F, 0x0A444E45444E508F
SEGMENT = 1 << 16


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
    ends = trailer.directory + trailer.directory_bytes == at
    trailer.require(trailer.directory >= 64 and ends, "trailer.directory-range", "directory")
    header.require((header.hint, header.hint_bytes) in ((0, 0), (trailer.directory, trailer.directory_bytes)), "header.hint")
    return trailer


def judge_coverage(file):
    """[file.coverage]; gives begin and end of each padding. § Coverage"""
    sizes = [(record.offset, sum(block.size for block in record.blocks)) for record in file.records if record.blocks]
    parts = [(offset, 1 if size else 0, size, 1 << file.header.alignment) for offset, size in sizes]
    parts += [(table.offset, 2, table.bytes, 1) for table in file.tables]
    end, paddings = 64, []
    for offset, _, size, multiple in sorted(parts, key=lambda part: part[:2]):
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
        if not self.by_columns or 1 in (self.rows, self.cols):
            return cells
        return [cell for row in range(self.rows) for cell in cells[row::self.rows]]
