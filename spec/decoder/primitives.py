"""Primitives (spec/primitives.md): integers, bits, text and cells; structures, and the fault of a broken rule."""

from struct import pack, unpack

CELL_TYPES = {8: "B", 16: "H", 32: "I", 64: "Q"}


class Fault(Exception):
    """A broken rule; its arguments are the label, the offset in the file, the verdict, and the tensor if another than the one at work."""


def require(condition, label, offset, verdict="malformed"):
    """Refuses the file under this label unless the condition holds."""
    if not condition:
        raise Fault(label, offset, verdict)


def require_each(conditions, label, at, width):
    """The same for each of some fields of `width` bits that lie one behind another from byte `at`."""
    for i, condition in enumerate(conditions):
        require(condition, label, at + i * width // 8)


def require_zero(data, at, end, label):
    """Refuses the first byte of data[at:end] that is not zero."""
    require_each((byte == 0 for byte in data[at:end]), label, at, 8)


def number(data, at, size):
    """An unsigned little-endian integer. § Integers and bits"""
    return int.from_bytes(data[at:at + size], "little")


class Fields:
    """A structure at `at`: numbers by name, and the `places` of these; `layout` gives the size of each, as its table in the text does."""

    def __init__(self, data, at, layout):
        self.at, self.places = at, {}
        for name, size in layout.items():
            setattr(self, name, number(data, at, size))
            self.places[name] = at
            at += size
        self.end = at

    def require(self, condition, label, field=None, verdict="malformed"):
        """Refuses a field; most rules have its name."""
        require(condition, label, self.places[field or label.split(".")[1].replace("-", "_")], verdict)


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
        return bytes_for(self.position)

    def padding(self):
        """The bits that are left in the last byte begun."""
        return number(self.data, self.position // 8, 1) >> self.position % 8 if self.position % 8 else 0


def packed(data, at, width, count):
    """`count` packed integers of `width` bits, where they end, and their padding bits. § Integers and bits"""
    bits = Bits(data, at)
    integers = [bits.take(width) for _ in range(count)] if width else [0] * count
    return integers, bits.end(), bits.padding()


def cells_with(entries, places, count):
    """The cells of a block that has these entries at these places."""
    by_place = dict(zip(places, entries))
    return [by_place.get(place, 0) for place in range(count)]


def look_up(codebook, indices, label, offset):
    """The cells that indices stand for; refuses one that stands for none."""
    require(max(indices) < len(codebook), label, offset)
    return [codebook[index] for index in indices]


def decode_indices(data, at, end, block, encoding="index_map", head=0):
    """Each cell as the number of an entry of a codebook, packed behind a head. spec/encodings/index_map.md § Payload"""
    width = (len(block.table) - 1).bit_length()
    indices, indices_end, padding = packed(data, at + head, width, block.count)
    require(indices_end == end, encoding + ".size", at)
    require(padding == 0, encoding + ".padding", end - 1)
    return look_up(block.table, indices, encoding + ".index", at + head)


def bytes_for(bits):
    """The bytes that hold some bits."""
    return (bits + 7) // 8


def is_text(data):
    """Whether some bytes are valid UTF-8. § Text"""
    return data.decode(errors="ignore").encode() == data


def is_name(data, most=4096):
    """Whether some bytes are a name. spec/container.md, [record.name]"""
    return 1 <= len(data) <= most and is_text(data) and b"\0" not in data


def cells_of(data, bits):
    """The cells in some bytes, as a list of bit patterns. § Cells"""
    return list(unpack(f"<{8 * len(data) // bits}{CELL_TYPES[bits]}", data))


def bytes_of(cells, bits):
    """The bytes of some cells. § Cells"""
    return pack(f"<{len(cells)}{CELL_TYPES[bits]}", *cells)
