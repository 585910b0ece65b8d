"""zstd_map (spec/encodings/zstd_map.md): planes of codebook indices in a Zstandard frame."""

from ..primitives import bytes_for, number, require
from ..zstd import decode_planes

ID, BLOCK_LIMIT, USES = 12, 1 << 24, "codebook"


def decode(data, at, end, block):
    """§ Payload"""
    width = max(1, bytes_for((len(block.table) - 1).bit_length()))
    index_bytes = decode_planes(data, at, end, block.count, width)
    indices = [number(index_bytes, i, width) for i in range(0, len(index_bytes), width)]
    require(max(indices) < len(block.table), "zstd_map.index", at)
    return [block.table[index] for index in indices]
