"""sham (spec/encodings/sham.md): sparse lines and their entries Huffman-coded."""

from ..huffman import decode_sequence, judge_nonzero as judge_table
from ..sparse import decode_sparse

ID, BLOCK_LIMIT, USES = 5, 1 << 22, "code"


def decode(data, at, end, block):
    """§ Payload"""
    places, at = decode_sparse(data, at, end, block)
    for place, symbol in zip(places, decode_sequence(block.table.coder, data, at, end, len(places))):
        block.empty[place] = block.table.entries[symbol]
    return block.empty
