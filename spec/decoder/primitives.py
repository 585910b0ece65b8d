"""Primitives (spec/primitives.md): integers, bits, text and cells; structures and the fault of a broken rule."""

from struct import pack, unpack

CELL_TYPES = {8: "B", 16: "H", 32: "I", 64: "Q"}


class Fault(Exception):
    """A broken rule: its label, the offset of the field in the file, the kind of verdict, the tensor if in one."""

    def __init__(self, label, offset, kind="malformed", tensor=None):
        super().__init__(label)
        self.label, self.offset, self.kind, self.tensor = label, offset, kind, tensor


def require(condition, label, offset, kind="malformed"):
    """Refuses the file under this label unless the condition holds."""
    if not condition:
        raise Fault(label, offset, kind)


def number(data, at, size):
    """An unsigned little-endian integer. § Integers and bits"""
    return int.from_bytes(data[at:at + size], "little")


def require_zero(data, at, end, label):
    """Refuses the first byte that is not zero."""
    for offset in range(at, end):
        require(data[offset] == 0, label, offset)


class Fields:
    """A structure at `at` as its table in the text has it: numbers by name, and `place`, where they stand."""

    def __init__(self, data, at, sizes):
        self.data, self.at, self.place = data, at, {}
        for name, size in sizes.items():
            self.place[name] = at
            setattr(self, name, number(data, at, size))
            at += size
        self.end = at

    def require(self, condition, label, field=None, kind="malformed"):
        """Refuses a field; most rules have its name."""
        require(condition, label, self.place[field or label.split(".")[1].replace("-", "_")], kind)

    def require_zero(self, label, field, size):
        """Refuses a reserved field's first byte that is not zero."""
        require_zero(self.data, self.place[field], self.place[field] + size, label)


class Bits:
    """A bit string that begins at byte `at`. § Integers and bits"""

    def __init__(self, data, at):
        self.data, self.position = data, 8 * at

    def peek(self):
        """The next bits, 33 of them at least."""
        return number(self.data, self.position // 8, 5) >> self.position % 8

    def take(self, width):
        """An integer of up to 33 bits."""
        integer = self.peek() & (1 << width) - 1
        self.position += width
        return integer

    def end(self):
        """The byte behind the last one begun."""
        return (self.position + 7) // 8

    def padding(self):
        """The bits that are left in the last byte begun."""
        return self.data[self.position // 8] >> self.position % 8 if self.position % 8 else 0


def packed(data, at, width, count):
    """`count` packed integers of `width` bits, and their padding bits. § Integers and bits"""
    bits = Bits(data, at)
    return [bits.take(width) for _ in range(count)], bits.padding()


def bytes_for(bits):
    """The bytes that hold some bits."""
    return (bits + 7) // 8


def is_text(data):
    """Whether some bytes are valid UTF-8. § Text"""
    try:
        return data.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


def is_name(data, most=4096):
    """Whether some bytes are a name. § Records, [record.name]"""
    return 1 <= len(data) <= most and is_text(data) and b"\0" not in data


def cells_of(data, bits):
    """The cells in some bytes, as a list of bit patterns. § Cells"""
    return list(unpack(f"<{8 * len(data) // bits}{CELL_TYPES[bits]}", data))


def bytes_of(cells, bits):
    """The bytes of some cells. § Cells"""
    return pack(f"<{len(cells)}{CELL_TYPES[bits]}", *cells)
