"""The frame around the parts of a file (spec/container.md): header, trailer, coverage and padding."""

from .primitives import number, require, require_zero
from .xxh3 import xxh3

HEADER, TRAILER = 64, 64
MAGIC = bytes.fromhex("8f504e440d0a1a0a")
END_MAGIC = bytes.fromhex("8f504e44454e440a")
KNOWN_MAJOR = 0
KNOWN_INCOMPAT = 1


class Header:
    """§ Header, without the hint."""

    def __init__(self, data):
        require(len(data) >= HEADER + TRAILER, "file.truncated", len(data))
        require(data[:8] == MAGIC, "header.magic", 0)
        require(xxh3(data[:56]) == number(data, 56, 8), "header.checksum", 56)
        require(number(data, 8, 2) == KNOWN_MAJOR, "header.version", 8, "unsupported")
        self.incompat = number(data, 12, 4)
        require(self.incompat & ~KNOWN_INCOMPAT == 0, "header.incompat", 12, "unsupported")
        self.alignment = data[20]
        require(3 <= self.alignment <= 16, "header.alignment", 20)
        require_zero(data, 21, 3, "header.reserved")
        require_zero(data, 40, 16, "header.reserved")


class Trailer:
    """§ Trailer, and the hint of the header."""

    def __init__(self, data):
        self.at = at = len(data) - TRAILER
        require(data[at + 48:at + 56] == END_MAGIC, "trailer.magic", at + 48)
        require(xxh3(data[at:at + 56]) == number(data, at + 56, 8), "trailer.checksum", at + 56)
        require_zero(data, at + 44, 4, "trailer.reserved")
        require(number(data, at + 24, 8) == len(data), "trailer.file-bytes", at + 24)
        self.directory, self.directory_bytes = number(data, at, 8), number(data, at + 8, 8)
        require(self.directory >= HEADER and self.directory + self.directory_bytes == at, "trailer.directory-range",
                at)
        self.directory_checksum = number(data, at + 16, 8)
        self.decoded_bytes = number(data, at + 32, 8)
        self.tensor_count = number(data, at + 40, 4)
        hint = number(data, 24, 8), number(data, 32, 8)
        require(hint in ((0, 0), (self.directory, self.directory_bytes)), "header.hint", 24)


def _parts(file):
    """Offset and bytes of each part in order, with the multiple that it begins at. § Coverage"""
    parts = [(r.payload, 1 if size else 0, i, size, 1 << file.header.alignment)
             for i, r in enumerate(file.records) if r.blocks for size in (sum(b.stored for b in r.blocks),)]
    parts += [(t.offset, 2, i, t.bytes, 1) for i, t in enumerate(file.tables)]
    return [(offset, size, multiple) for offset, _, _, size, multiple in sorted(parts)]


def judge_coverage(file):
    """[file.coverage]; gives the ranges of the padding. § Coverage"""
    end, gaps = HEADER, []
    for offset, size, multiple in _parts(file):
        due = end + -end % multiple
        require(offset == due, "file.coverage", due)
        gaps.append((end, due))
        end = due + size
    require(file.trailer.directory == end, "file.coverage", end)
    return gaps


def judge_padding(file, gaps):
    """[file.padding]. § Coverage"""
    for begin, end in gaps:
        require_zero(file.data, begin, end - begin, "file.padding")
