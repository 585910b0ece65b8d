"""Primitives (spec/primitives.md): integers, bits, text and cells; and the fault of a broken rule."""

import sys
from array import array

CELL_BITS = (8, 16, 32, 64)
CELL_TYPES = dict(zip(CELL_BITS, "BHIQ"))


class Fault(Exception):
    """A broken rule: its label, the offset of the field in the file, the kind of verdict, the tensor if in one."""

    def __init__(self, label, offset, kind="malformed", tensor=None):
        super().__init__(label)
        self.label, self.offset, self.kind, self.tensor = label, offset, kind, tensor


class NotSupported(Exception):
    """The file needs what this decoder has not got on this machine: nothing is said about the file."""


def require(condition, label, offset, kind="malformed"):
    """Refuses the file under this label unless the condition holds."""
    if not condition:
        raise Fault(label, offset, kind)


def number(data, at, size):
    """An unsigned little-endian integer. § Integers and bits"""
    return int.from_bytes(data[at:at + size], "little")


def require_zero(data, at, size, label):
    """Refuses the first byte of a reserved field that is not zero."""
    for offset in range(at, at + size):
        require(data[offset] == 0, label, offset)


def packed(data, at, width, count):
    """`count` packed integers of `width` bits. § Integers and bits"""
    integers, held, bits = [], 0, 0
    for _ in range(count):
        while bits < width:
            held |= data[at] << bits
            at, bits = at + 1, bits + 8
        integers.append(held & (1 << width) - 1)
        held, bits = held >> width, bits - width
    return integers


def padding_is_zero(data, at, bits):
    """Whether the bits behind the first `bits` of a bit string are zero in its last byte. § Integers and bits"""
    return bits % 8 == 0 or data[at + bits // 8] >> bits % 8 == 0


def is_text(data):
    """Whether some bytes are valid UTF-8. § Text"""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def is_name(data, most=4096):
    """Whether some bytes are a name. § Records, [record.name]"""
    return 1 <= len(data) <= most and is_text(data) and b"\0" not in data


def cells_of(data, bits):
    """The cells in some bytes as an array of bit patterns. § Cells"""
    cells = array(CELL_TYPES[bits], data)
    if sys.byteorder == "big":
        cells.byteswap()
    return cells


def bytes_of(cells):
    """The bytes of an array of cells. § Cells"""
    if sys.byteorder == "big":
        cells = cells[:]
        cells.byteswap()
    return cells.tobytes()
