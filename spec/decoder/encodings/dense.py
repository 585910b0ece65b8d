"""dense (spec/encodings/dense.md): byte planes in a Zstandard frame."""

from ..primitives import cells_of
from ..zstd import decode_planes

ID, BLOCK_LIMIT, USES = 1, 1 << 16, None


def decode(data, at, end, block):
    """§ Payload"""
    return cells_of(decode_planes(data, at, end, block.count, block.bits // 8), block.bits)
