"""ham (spec/encodings/ham.md): each cell as a Huffman-coded entry."""

from ..huffman import decode_sequence

ID, BLOCK_LIMIT, USES = 4, 1 << 16, "code"


def decode(data, at, end, block):
    """§ Payload"""
    cells = block.empty
    for place, symbol in enumerate(decode_sequence(block.table.coder, data, at, end, block.count)):
        cells[place] = block.table.entries[symbol]
    return cells
