"""zstd_map (spec/encodings/zstd_map.md): indices in a codebook as byte planes in a Zstandard frame."""

from .. import zstd
from ..primitives import require

ID, BLOCK_LIMIT, USES = 12, 1 << 24, "codebook"


def decode(data, at, end, block):
    """§ Payload"""
    entries, count = len(block.table), block.count
    width = max(1, ((entries - 1).bit_length() + 7) // 8)
    planes = zstd.decode(data[at:end], count * width, at)
    cells, greatest = block.empty, 0
    for place in range(count):
        index = sum(planes[plane * count + place] << 8 * plane for plane in range(width))
        greatest = max(greatest, index)
        cells[place] = block.table[min(index, entries - 1)]
    require(greatest < entries, "zstd_map.index", at)
    return cells
