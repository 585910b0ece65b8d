"""Lays out a file as annotated fields, with every derived number and checksum computed."""

from .fields import Field, edit, join, prefixed, word
from .model import UNCOUNTED, unpack_cells
from decoder.xxh3 import xxh3

MAGIC = bytes.fromhex("8f504e440d0a1a0a")
END_MAGIC = bytes.fromhex("8f504e44454e440a")


def _parts(file):
    """Payloads and tables in the order of the file: name, kind, number."""
    names = file.parts
    if names is None:
        names = [f"payload{i}" for i, t in enumerate(file.tensors) if t.blocks]
        names += [f"table{i}" for i in range(len(file.tables))]
    return [(name, name.startswith("payload"), int(name.lstrip("payloadtbe"))) for name in names]


def _lay_parts(file):
    """The fields between header and directory, and the offset of each part."""
    fields, offsets, at = [], {}, 64
    for name, is_payload, number in _parts(file):
        skip = -at % (1 << file.alignment) if is_payload else 0
        skip += file.gaps.get(name, 0)
        if skip:
            fields.append(Field(f"padding.{name}", bytes(skip)))
        offsets[name] = at + skip
        if is_payload:
            part = [f for i, block in enumerate(file.tensors[number].blocks)
                    for f in prefixed(f"{name}.{i}", block.fields)]
        else:
            part = prefixed(name, file.tables[number].fields)
        edit(part, file.edits)
        fields += part
        at += skip + len(join(part))
    edit(fields, file.edits)
    return fields, offsets


def _stored(fields, prefix):
    """The bytes of the block or table of this name, after edits."""
    return join(f for f in fields if f.name.startswith(prefix + "."))


def _derived(tensor):
    """Decoded checksum, nonzero and distinct of a stored tensor."""
    if tensor.alias or tensor.bits not in (8, 16, 32, 64):
        return 0 if tensor.alias else xxh3(tensor.cells), 0, 0
    cells = unpack_cells(tensor.bits, tensor.cells)
    first = tensor.cells[:tensor.cell_bytes]
    if cells and tensor.cells == first * len(cells):
        return xxh3(tensor.cells), len(cells) if any(first) else 0, 1
    distinct = set(cells)
    zeros = tensor.cells.count(0) if tensor.bits == 8 else \
        sum(1 for c in cells if not c) if 0 in distinct else 0
    return xxh3(tensor.cells), len(cells) - zeros, \
        len(distinct) if len(distinct) <= 1 << 24 else UNCOUNTED


def record_fields(number, tensor, offset):
    """The record of a tensor whose payload is at this offset."""
    checksum, nonzero, distinct = _derived(tensor)
    alias = tensor.alias
    return prefixed(f"record{number}", [
        word("checksum", 8, checksum),
        word("offset", 8, offset),
        word("nonzero", 8, nonzero),
        word("distinct", 4, distinct),
        word("block_count", 4, len(tensor.blocks)),
        word("alias", 4, alias),
        word("codebook", 4, tensor.codebook),
        word("code", 4, tensor.code),
        word("source", 4, tensor.source),
        word("encoding", 2, 0 if alias else tensor.encoding),
        word("name_bytes", 2, len(tensor.raw_name)),
        word("dtype", 1, tensor.dtype),
        word("bits", 1, tensor.bits),
        word("rank", 1, len(tensor.shape)),
        word("split", 1, tensor.split),
        word("direction", 1, tensor.direction),
        word("reserved", 7, 0)])


def _table_entry(number, table, offset, data):
    return prefixed(f"entry{number}", [
        word("offset", 8, offset),
        word("bytes", 8, len(data)),
        word("checksum", 8, xxh3(data)),
        word("kind", 2, table.kind),
        word("bits", 2, table.bits),
        word("reserved", 4, 0)])


def _block_entry(number, index, block, data):
    return prefixed(f"block{number}.{index}", [
        word("checksum", 8, xxh3(data, index)),
        word("stored_bytes", 4, len(data)),
        word("lines", 4, block.lines)])


def _meta_entry(number, meta):
    return prefixed(f"meta{number}", [
        word("key_bytes", 2, len(meta.raw_key)),
        word("type", 1, meta.type),
        word("reserved", 1, 0),
        word("value_bytes", 4, len(meta.value))])


def _arrays(file, parts, offsets):
    """The arrays of the directory, each as a list of fields."""
    tensors = list(enumerate(file.tensors))
    records = [f for i, t in tensors for f in record_fields(i, t, offsets.get(f"payload{i}", 0))]
    dims = [word(f"dim{i}.{j}", 8, d) for i, t in tensors for j, d in enumerate(t.shape)]
    entries = [f for i, t in enumerate(file.tables)
               for f in _table_entry(i, t, offsets.get(f"table{i}", 0), _stored(parts, f"table{i}"))]
    blocks = [f for i, t in tensors for j, b in enumerate(t.blocks)
              for f in _block_entry(i, j, b, _stored(parts, f"payload{i}.{j}"))]
    metas = [f for i, m in enumerate(file.metas) for f in _meta_entry(i, m)]
    heap = [Field(f"name{i}", t.raw_name) for i, t in tensors]
    for i, meta in enumerate(file.metas):
        heap += [Field(f"key{i}", meta.raw_key), Field(f"value{i}", meta.value)]
    return records, dims, entries, blocks, metas, heap


def _directory(file, parts, offsets):
    records, dims, entries, blocks, metas, heap = _arrays(file, parts, offsets)
    head = prefixed("directory", [
        word("record_count", 4, len(file.tensors)),
        word("table_count", 4, len(file.tables)),
        word("metadata_count", 4, len(file.metas)),
        word("reserved", 4, 0),
        word("block_count", 8, sum(len(t.blocks) for t in file.tensors)),
        word("dim_count", 8, len(dims)),
        word("heap_bytes", 8, len(join(heap)))])
    extra = [Field(f"extra.{name}", b"") for name in ("records", "dims", "blocks", "heap")]
    fields = head + records + extra[:1] + dims + extra[1:2] + entries + blocks + extra[2:3] + metas + heap + extra[3:]
    edit(fields, file.edits)
    return fields


def _decoded_bytes(file):
    return sum((t.count * t.bits + 7) // 8 for t in file.tensors)


def _sealed(fields, edits):
    """The fields with the checksum of all before it, unless an edit gives one."""
    edit(fields, edits)
    last = fields[-1]
    if last.name not in edits:
        last.data = xxh3(join(fields[:-1])).to_bytes(8, "little")
    return fields


def _trailer(file, at, directory):
    return _sealed(prefixed("trailer", [
        word("directory_offset", 8, at),
        word("directory_bytes", 8, len(directory)),
        word("directory_checksum", 8, xxh3(directory)),
        word("file_bytes", 8, at + len(directory) + 64),
        word("decoded_bytes", 8, _decoded_bytes(file)),
        word("tensor_count", 4, len(file.tensors)),
        word("reserved", 4, 0),
        Field("end_magic", END_MAGIC),
        word("checksum", 8, 0)]), file.edits)


def _header(file, at, size):
    return _sealed(prefixed("header", [
        Field("magic", MAGIC),
        word("major", 2, 0),
        word("minor", 2, 1),
        word("incompat", 4, 0),
        word("compat", 4, 0),
        word("alignment", 1, file.alignment),
        word("reserved", 3, 0),
        word("hint_offset", 8, at if file.hint else 0),
        word("hint_bytes", 8, size if file.hint else 0),
        word("reserved2", 16, 0),
        word("checksum", 8, 0)]), file.edits)


def _truncated(fields, size):
    """The fields of the first `size` bytes."""
    kept = []
    for field in fields:
        kept.append(Field(field.name, field.data[:size]))
        size -= len(kept[-1].data)
    return kept


def lay_out(file):
    """All fields of a file, in order."""
    parts, offsets = _lay_parts(file)
    gap = Field("padding.directory", bytes(file.gaps.get("directory", 0)))
    edit([gap], file.edits)
    directory = _directory(file, parts, offsets)
    at = 64 + len(join(parts)) + len(gap.data)
    size = len(join(directory))
    fields = [Field("in_front", file.front)] + _header(file, at, size) + parts + [gap] + directory
    fields += _trailer(file, at, join(directory)) + [Field("appended", file.tail)]
    unknown = set(file.edits) - {field.name for field in fields}
    assert not unknown, f"edits of no field: {unknown}"
    return fields if file.cut is None else _truncated(fields, file.cut)
