"""index_map (spec/encodings/index_map.md): each cell as the number of an entry of a codebook."""

from ..primitives import packed, padding_is_zero, require

ID, BLOCK_LIMIT, USES = 3, 1 << 16, "codebook"


def decode(data, at, end, block):
    """§ Payload"""
    width = (len(block.table) - 1).bit_length()
    require(end - at == (block.count * width + 7) // 8, "index_map.size", at)
    require(padding_is_zero(data, at, block.count * width), "index_map.padding", end - 1)
    indices = packed(data, at, width, block.count)
    require(max(indices) < len(block.table), "index_map.index", at)
    cells = block.empty
    for place, index in enumerate(indices):
        cells[place] = block.table[index]
    return cells
