"""The frame of a file (spec/container.md): header, trailer, coverage and padding; matrices and their lines."""

from math import prod

from .primitives import Fields, number, require, require_zero
from .xxh3 import xxh3

HEADER = dict(magic=8, version=2, minor=2, incompat=4, compat=4, alignment=1, reserved=3, hint=8, hint_bytes=8,
              reserved_2=16, checksum=8)
TRAILER = dict(directory=8, directory_bytes=8, directory_checksum=8, file_bytes=8, decoded_bytes=8, tensor_count=4,
               reserved=4, magic=8, checksum=8)
HEADER_BYTES, TRAILER_BYTES = sum(HEADER.values()), sum(TRAILER.values())
MAGIC, END_MAGIC = (number(bytes.fromhex(text), 0, 8) for text in ("8f504e440d0a1a0a", "8f504e44454e440a"))
KNOWN_MAJOR, KNOWN_INCOMPAT = 0, 1
SEGMENT = 1 << 16


def read_header(data):
    """§ Header, without the hint"""
    require(len(data) >= HEADER_BYTES + TRAILER_BYTES, "file.truncated", len(data))
    header = Fields(data, 0, HEADER)
    header.require(header.magic == MAGIC, "header.magic")
    header.require(header.checksum == xxh3(data[:56]), "header.checksum")
    header.require(header.version == KNOWN_MAJOR, "header.version", kind="unsupported")
    header.require(header.incompat & ~KNOWN_INCOMPAT == 0, "header.incompat", kind="unsupported")
    header.require(3 <= header.alignment <= 16, "header.alignment")
    header.require_zero("header.reserved", "reserved", 3)
    header.require_zero("header.reserved", "reserved_2", 16)
    return header


def read_trailer(data, header):
    """§ Trailer, and the hint of the header"""
    trailer = Fields(data, len(data) - TRAILER_BYTES, TRAILER)
    trailer.require(trailer.magic == END_MAGIC, "trailer.magic")
    trailer.require(trailer.checksum == xxh3(data[trailer.at:trailer.at + 56]), "trailer.checksum")
    trailer.require_zero("trailer.reserved", "reserved", 4)
    trailer.require(trailer.file_bytes == len(data), "trailer.file-bytes")
    ends = trailer.directory + trailer.directory_bytes == trailer.at
    trailer.require(trailer.directory >= HEADER_BYTES and ends, "trailer.directory-range", "directory")
    hints = (0, 0), (trailer.directory, trailer.directory_bytes)
    header.require((header.hint, header.hint_bytes) in hints, "header.hint")
    return trailer


def judge_coverage(file):
    """[file.coverage]; gives begin and end of each padding. § Coverage"""
    sizes = [(record.offset, sum(block.size for block in record.blocks)) for record in file.records if record.blocks]
    parts = [(offset, 1 if size else 0, size, 1 << file.header.alignment) for offset, size in sizes]
    parts += [(table.offset, 2, table.bytes, 1) for table in file.tables]
    end, paddings = HEADER_BYTES, []
    for offset, _, size, multiple in sorted(parts, key=lambda part: part[:2]):
        due = end + -end % multiple
        require(offset == due, "file.coverage", due)
        paddings.append((end, due))
        end = due + size
    require(file.trailer.directory == end, "file.coverage", end)
    return paddings


def judge_padding(file, paddings):
    """[file.padding]. § Coverage"""
    for begin, end in paddings:
        require_zero(file.data, begin, end, "file.padding")


class Matrix:
    """The lines of a tensor, from its shape, split and line direction. § Matrices and lines"""

    def __init__(self, record):
        self.rows, self.cols = prod(record.shape[:record.split]), prod(record.shape[record.split:])
        self.cells, self.by_columns = self.rows * self.cols, record.lines == 1
        self.length, uncut = (self.rows, self.cols) if self.by_columns else (self.cols, self.rows)
        self.segments = -(-self.length // SEGMENT) or 1
        self.count = uncut * self.segments if self.cells else 0
        self.line_cells = min(self.length, SEGMENT)

    def cells_before(self, line):
        """How many cells the lines before this one have."""
        return line // self.segments * self.length + line % self.segments * SEGMENT

    def lengths(self, block):
        """The cells of each line of a block."""
        last = self.length - (self.segments - 1) * SEGMENT
        return [SEGMENT if (i + 1) % self.segments else last for i in range(block.first, block.first + block.lines)]

    def c_order(self, cells):
        """Cells in line order, in C order."""
        if not self.by_columns or 1 in (self.rows, self.cols):
            return cells
        turned = []
        for row in range(self.rows):
            turned += cells[row::self.rows]
        return turned
