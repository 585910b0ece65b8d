"""csc (spec/encodings/csc.md): sparse lines and the cells of their entries."""

from ..primitives import cells_of, require
from ..sparse import decode_sparse

ID, BLOCK_LIMIT, USES = 2, 1 << 22, None


def decode(data, at, end, block):
    """§ Payload"""
    places, values_at = decode_sparse(data, at, end, block)
    width, cells = block.bits // 8, block.empty
    require(values_at + len(places) * width == end, "csc.size", values_at)
    for i, (place, value) in enumerate(zip(places, cells_of(data[values_at:end], block.bits))):
        require(value != 0, "csc.zero-value", values_at + i * width)
        cells[place] = value
    return cells
