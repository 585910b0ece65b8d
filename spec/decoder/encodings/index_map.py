"""index_map (spec/encodings/index_map.md): each cell as the number of an entry of a codebook."""

from ..primitives import bytes_for, packed, require

ID, BLOCK_LIMIT, USES = 3, 1 << 16, "codebook"


def decode(data, at, end, block):
    """§ Payload"""
    width = (len(block.table) - 1).bit_length()
    require(end - at == bytes_for(block.count * width), "index_map.size", at)
    indices, padding = packed(data, at, width, block.count)
    require(padding == 0, "index_map.padding", end - 1)
    require(max(indices) < len(block.table), "index_map.index", at)
    return [block.table[index] for index in indices]
