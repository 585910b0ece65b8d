"""The encodings (spec/README.md § Identifiers): the table of all, and those of a few lines; the others have modules of their own.

Each decodes the coded block in data[at:end] to its cells. `block` has `count` cells of `bits` bits, those of its lines in `ranges`,
and its tensor has a `matrix` and a `table`: the cells of a codebook, or a code.
"""

from collections import namedtuple

from .context_map import decode_context_map
from .gaps import decode_delta_map, decode_gap_map
from .primitives import bytes_for, cells_of, decode_indices, look_up, number
from .sparse import decode_csc, decode_cser, decode_sham
from .zstd import decode_planes


def decode_dense(data, at, end, block):
    """Byte planes in a Zstandard frame. spec/encodings/dense.md § Payload"""
    return cells_of(decode_planes(data, at, end, block.count, block.bits // 8), block.bits)


def decode_ham(data, at, end, block):
    """Each cell as a Huffman-coded entry. spec/encodings/ham.md § Payload"""
    return block.table.decode(data, at, end, block.count)


def decode_zstd_map(data, at, end, block):
    """Planes of codebook indices in a Zstandard frame. spec/encodings/zstd_map.md § Payload"""
    width = max(1, bytes_for((len(block.table) - 1).bit_length()))
    planes = decode_planes(data, at, end, block.count, width)
    return look_up(block.table, [number(planes, i, width) for i in range(0, len(planes), width)], "zstd_map.index", at)


# How an encoding decodes a block, its block limit, the table that it uses, and whether [code.nonzero] holds for that.
Encoding = namedtuple("Encoding", "decode block_limit uses nonzero", defaults=(None, False))
BY_ID = {
    1: Encoding(decode_dense, 1 << 16),
    2: Encoding(decode_csc, 1 << 22),
    3: Encoding(decode_indices, 1 << 16, "codebook"),
    4: Encoding(decode_ham, 1 << 16, "code"),
    5: Encoding(decode_sham, 1 << 22, "code", nonzero=True),
    6: Encoding(decode_gap_map, 1 << 22, "code", nonzero=True),
    8: Encoding(decode_delta_map, 1 << 24, "code", nonzero=True),
    9: Encoding(decode_context_map, 1 << 23, "codebook"),
    11: Encoding(decode_cser, 1 << 22, "codebook"),
    12: Encoding(decode_zstd_map, 1 << 24, "codebook"),
}
