"""dense (spec/encodings/dense.md): byte planes in a Zstandard frame."""

from .. import zstd
from ..primitives import cells_of

ID, BLOCK_LIMIT, USES = 1, 1 << 16, None


def decode(data, at, end, block):
    """§ Payload"""
    width, count = block.bits // 8, block.count
    planes = zstd.decode(data[at:end], count * width, at)
    cells = bytearray(count * width)
    for plane in range(width):
        cells[plane::width] = planes[plane * count:(plane + 1) * count]
    return cells_of(bytes(cells), block.bits)
