"""Tables as annotated fields: codebooks, sources and shard records."""

import json

from . import zstd
from .fields import Field, word
from .model import CODEBOOK, SHARD, SOURCE, Table, pack_cells
from decoder.xxh3 import xxh3

JSON_DTYPES = {1: "F64", 2: "F32", 3: "F16", 4: "BF16", 5: "F8_E4M3", 6: "F8_E5M2", 7: "I64",
               8: "I32", 9: "I16", 10: "I8", 11: "U64", 12: "U32", 13: "U16", 14: "U8", 15: "BOOL"}


def codebook(bits, entries):
    """A codebook of these cells."""
    return Table(CODEBOOK, [Field("cells", pack_cells(bits, entries))], bits)


def source(form, name=b"m.safetensors", head=None, frame=None, head_bytes=None):
    """A source table; `frame` replaces the fields of the head's frame."""
    if head_bytes is None:
        head_bytes = len(head or b"")
    if frame is None:
        frame = zstd.frame(head) if head else []
    return Table(SOURCE, [word("form", 1, form), word("reserved", 1, 0), word("name_bytes", 2, len(name)),
                          word("head_bytes", 4, head_bytes), Field("name", name)] + frame)


def shard(ordinal, hashes, count=None):
    """A shard record."""
    return Table(SHARD, [word("ordinal", 4, ordinal),
                         word("file_count", 4, len(hashes) if count is None else count)]
                 + [word(f"hash{i}", 8, h) for i, h in enumerate(hashes)])


def content_hash(tensors):
    """What identifies the tensors of a file in a shard record."""
    text = b""
    for tensor in tensors:
        cells = tensors[tensor.alias - 1].cells if tensor.alias else tensor.cells
        name = tensor.raw_name
        text += len(name).to_bytes(2, "little") + name
        text += bytes([tensor.dtype, tensor.bits, len(tensor.shape)])
        text += pack_cells(64, tensor.shape) + pack_cells(64, [xxh3(cells)])
    return xxh3(text)


def safetensors_head(tensors, *, padding=0, more=None, change=None):
    """The JSON text of a safetensors header that lists the tensors in the order given."""
    listed, at = dict(more or {}), 0
    for tensor in tensors:
        size = tensor.count * tensor.bits // 8
        listed[tensor.name] = {"dtype": JSON_DTYPES[tensor.dtype], "shape": list(tensor.shape),
                               "data_offsets": [at, at + size]}
        at += size
    if change:
        change(listed)
    return json.dumps(listed, separators=(",", ":"), ensure_ascii=False).encode() + b" " * padding


def index_head(weight_map, total):
    """The JSON text of a safetensors index."""
    return json.dumps({"metadata": {"total_size": total}, "weight_map": weight_map}, indent=2).encode()
