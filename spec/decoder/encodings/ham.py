"""ham (spec/encodings/ham.md): each cell as a Huffman-coded entry."""

from ..huffman import decode_sequence

ID, BLOCK_LIMIT, USES = 4, 1 << 16, "code"


def decode(data, at, end, block):
    """§ Payload"""
    symbols = decode_sequence(block.table.coder, data, at, end, block.count)
    return [block.table.entries[symbol] for symbol in symbols]
