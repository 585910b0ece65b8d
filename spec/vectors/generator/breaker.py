"""Breaks one rule of a legal file by name, and lets every checksum around it fit.

A break is a function of a random generator, a file and its fields by name: it gives edits of fields, or changes the file
and gives edits, or gives None where the file has nothing to break. Its name is the label of the rule, or "damage": any
rule or none, for what no reader can tell.
"""

from .breaker_blocks import BLOCK_BREAKS, flip, of_blocks, supported
from .model import CODE, CODEBOOK, SHARD, SOURCE
from .writer import lay_out

ALL = (1 << 64) - 1


def _number(fields, name):
    return int.from_bytes(fields[name], "little")


def _set(name, *values):
    """A break that puts one of the values, or what they give for the old one, in a field."""
    def broken(rng, _, fields):
        value = rng.choice(values)
        return {name: value(_number(fields, name)) if callable(value) else value}
    return broken


def _flipped(name):
    return lambda rng, _, fields: {name: flip(rng, fields[name])}


def _nonzero(*names):
    """A break of reserved bytes."""
    def broken(rng, _, fields):
        name = rng.choice(names)
        return {name: flip(rng, fields[name])}
    return broken


def _of_tensors(choose, wanted):
    """A break of one tensor that `wanted` accepts; `choose` gives the edits of record number i."""
    def broken(rng, file, fields):
        numbers = [i for i, t in enumerate(file.tensors) if wanted(t)]
        return choose(rng, file, fields, rng.choice(numbers)) if numbers else None
    return broken


def _stored(tensor):
    return not tensor.alias


def _record(field, value, wanted=_stored):
    """A break of one field of a record; `value` gives the new one from tensor and old value."""
    def choose(rng, file, fields, i):
        name = f"record{i}.{field}"
        new = value(rng, file.tensors[i], _number(fields, name))
        return None if new is None else {name: new}
    return _of_tensors(choose, wanted)


def _of_tables(kind, choose):
    """A break of one table of a kind."""
    def broken(rng, file, fields):
        numbers = [i for i, t in enumerate(file.tables) if kind is None or t.kind == kind]
        return choose(rng, file, fields, rng.choice(numbers)) if numbers else None
    return broken


def _bad_name(rng, data):
    return rng.choice((b"\xff" + data[1:], data[:-1] + b"\xc3", b"\0" + data[1:]))


def _swapped_names(_, file, fields):
    if len(file.tensors) < 2 or any(t.alias or t.source for t in file.tensors):
        return None
    file.tensors[0].name, file.tensors[1].name = file.tensors[1].name, file.tensors[0].name
    return {}


def _without_shard(brk):
    """The break of a file without a shard record, which would show it first."""
    return lambda rng, file, fields: None if any(t.kind == SHARD for t in file.tables) else brk(rng, file, fields)


def _padding(rng, _, fields):
    names = [name for name, data in fields.items() if name.startswith("padding.") and data]
    name = rng.choice(names) if names else None
    return {name: flip(rng, fields[name])} if name else None


def _gap(rng, file, _):
    names = [name for name in (file.parts or []) if name.startswith("table")] + ["directory"]
    file.gaps = {rng.choice(names): rng.choice((1, 8, 64))}
    return {}


def _unordered(rng, file, fields, i):
    data, width = fields[f"table{i}.cells"], file.tables[i].bits // 8
    cells = [data[at:at + width] for at in range(0, len(data), width)]
    if len(cells) < 2:
        return None
    at = rng.randrange(1, len(cells))
    cells[at] = rng.choice((cells[at - 1], bytes(width)))
    return {f"table{i}.cells": b"".join(cells)}


def _cut_table(name):
    """One byte less of a field at the end of a table."""
    return lambda rng, file, fields, i: {f"table{i}.{name}": fields[f"table{i}.{name}"][:-1]} if file.tables[i].bits > 8 else None


def _damage(rng, _, fields):
    """Any field, anyhow."""
    names = [name for name, data in fields.items() if data]
    name = rng.choice(names)
    data = fields[name]
    return {name: rng.choice((flip(rng, data), bytes(len(data)), b"\xff" * len(data), rng.randbytes(len(data)),
                              (int.from_bytes(data, "little") + rng.choice((1, -1)) & (1 << 8 * len(data)) - 1).to_bytes(len(data), "little")))}


def _damaged_payload(rng, file, fields):
    """A flipped bit in a payload or in a table, with every checksum but that of the cells made to fit."""
    names = [name for name, data in fields.items() if data and name.startswith(("payload", "table"))]
    name = rng.choice(names) if names else None
    return {name: flip(rng, fields[name])} if name else None


def _cut(rng, file, fields):
    file.cut = rng.randrange(128)
    return {}


BREAKS = [
    ("file.truncated", _cut),
    ("header.magic", _flipped("header.magic")),
    ("header.checksum", lambda rng, _, fields: {"header.checksum": flip(rng, fields["header.checksum"])}),
    ("header.version", _set("header.major", 1, 255, 0xFFFF)),
    ("header.incompat", _set("header.incompat", 2, 1 << 31, 3)),
    ("header.alignment", _set("header.alignment", 0, 2, 17, 255)),
    ("header.reserved", _nonzero("header.reserved", "header.reserved2")),
    ("header.hint", _set("header.hint_bytes", lambda v: v + 1)),
    ("trailer.magic", _flipped("trailer.end_magic")),
    ("trailer.checksum", _flipped("trailer.checksum")),
    ("trailer.reserved", _nonzero("trailer.reserved")),
    ("trailer.file-bytes", _set("trailer.file_bytes", lambda v: v + 1, lambda v: v - 1, 0, ALL)),
    ("trailer.directory-range", _set("trailer.directory_offset", lambda v: v - 1, lambda v: v + 1, 63, ALL)),
    ("trailer.directory-range", _set("trailer.directory_bytes", lambda v: v + 1, lambda v: v - 1, ALL)),
    ("trailer.decoded-bytes", _set("trailer.decoded_bytes", lambda v: v + 1, ALL)),
    ("directory.checksum", _flipped("trailer.directory_checksum")),
    ("directory.length", _set("directory.table_count", lambda v: v + 1, 0xFFFFFFFF)),
    ("directory.length", _set("directory.block_count", lambda v: v + 1, 1 << 60, ALL)),
    ("directory.length", _set("directory.dim_count", lambda v: v + (1 << 61), lambda v: v + 1)),
    ("directory.length", _set("directory.heap_bytes", lambda v: v + 1, ALL)),
    ("directory.reserved", _nonzero("directory.reserved")),
    ("directory.record-count", _set("trailer.tensor_count", lambda v: v + 1, 0xFFFFFFFF)),
    ("record.rank", _record("rank", lambda rng, t, old: rng.choice((9, 255)), lambda t: True)),
    ("directory.dims", _record("rank", lambda rng, t, old: old - 1 if old else None, lambda t: True)),
    ("directory.blocks", _record("block_count", lambda rng, t, old: rng.choice((old + 1, 0xFFFFFFFF)))),
    ("directory.heap", _record("name_bytes", lambda rng, t, old: old + 1, lambda t: True)),
    ("table.kind", _of_tables(None, lambda rng, file, fields, i: {f"entry{i}.kind": 0})),
    ("table.bits", _of_tables(CODEBOOK, lambda rng, file, fields, i: {f"entry{i}.bits": rng.choice((0, 24, 128))})),
    ("table.bytes", _of_tables(None, lambda rng, file, fields, i: {f"entry{i}.bytes": rng.choice((0, 1 << 40, ALL))})),
    ("table.reserved", _of_tables(None, lambda rng, file, fields, i: {f"entry{i}.reserved": 1 << rng.randrange(32)})),
    ("table.checksum", _of_tables(None, lambda rng, file, fields, i: {
        f"entry{i}.checksum": flip(rng, fields[f"entry{i}.checksum"])})),
    ("record.name", _of_tensors(lambda rng, file, fields, i: {f"name{i}": _bad_name(rng, fields[f"name{i}"])}, lambda t: True)),
    ("record.name-order", _without_shard(_swapped_names)),
    ("record.reserved", _record("reserved", lambda rng, t, old: 1 << rng.randrange(56), lambda t: True)),
    ("record.dtype", _record("dtype", lambda rng, t, old: 0, lambda t: True)),
    ("record.dtype", _record("bits", lambda rng, t, old: 0, lambda t: True)),
    ("record.shape", _of_tensors(lambda rng, file, fields, i: {
        f"dim{i}.{rng.randrange(len(file.tensors[i].shape))}": rng.choice((1 << 48, ALL))}, lambda t: t.shape)),
    ("alias.target", _record("alias", lambda rng, t, old: rng.choice((0xFFFFFFFF, 1 << 31)), lambda t: True)),
    ("alias.fields", _record("checksum", lambda rng, t, old: 1, lambda t: t.alias)),
    ("record.source", _record("source", lambda rng, t, old: 0xFFFFFFFF, lambda t: True)),
    ("record.split", _record("split", lambda rng, t, old: rng.choice((len(t.shape) + 1, 255)))),
    ("record.lines", _record("direction", lambda rng, t, old: rng.choice((2, 255)))),
    ("record.encoding", _record("encoding", lambda rng, t, old: rng.choice((0, 0x8000, 0xFFFF)))),
    ("record.codebook", _record("codebook", lambda rng, t, old: rng.choice((0xFFFFFFFF, 0) if old else (0xFFFFFFFF,)),
                                supported)),
    ("record.code", _record("code", lambda rng, t, old: rng.choice((0xFFFFFFFF, 0) if old else (0xFFFFFFFF,)), supported)),
    ("record.nonzero", _record("nonzero", lambda rng, t, old: rng.choice((t.count + 1, ALL)))),
    ("record.offset", _record("offset", lambda rng, t, old: rng.choice((64, ALL)), lambda t: _stored(t) and not t.count)),
    ("block.lines", of_blocks(lambda spot: True, lambda rng, spot, fields: {
        spot.entry + "lines": rng.choice((0, 1 << 31, 0xFFFFFFFF))})),
    ("block.checksum", of_blocks(lambda spot: True, lambda rng, spot, fields: {
        spot.entry + "checksum": flip(rng, fields[spot.entry + "checksum"])})),
    ("file.coverage", _gap),
    ("file.padding", _padding),
    ("tensor.checksum", _without_shard(_record("checksum", lambda rng, t, old: old ^ 1 << rng.randrange(64), supported))),
    ("tensor.nonzero", _record("nonzero", lambda rng, t, old: old - 1 if old else None, supported)),
    ("tensor.distinct", _record("distinct", lambda rng, t, old: rng.choice((old + 1, 0xFFFFFFFF)), supported)),
    ("codebook.order", _of_tables(CODEBOOK, _unordered)),
    ("codebook.size", _of_tables(CODEBOOK, _cut_table("cells"))),
    ("code.size", _of_tables(CODE, _cut_table("cells"))),
    ("code.size", _of_tables(CODE, lambda rng, file, fields, i: {f"table{i}.token_count": rng.choice((0, 33, 255))})),
    ("source.form", _of_tables(SOURCE, lambda rng, file, fields, i: {f"table{i}.form": rng.choice((0, 4, 255))}
                               if fields[f"table{i}.form"] != b"\1" else None)),
    ("source.reserved", _of_tables(SOURCE, lambda rng, file, fields, i: {f"table{i}.reserved": rng.randint(1, 255)})),
    ("source.name", _of_tables(SOURCE, lambda rng, file, fields, i: {f"table{i}.name": b"/" + fields[f"table{i}.name"][1:]})),
    ("shard.ordinal", _of_tables(SHARD, lambda rng, file, fields, i: {f"table{i}.ordinal": 0xFFFFFFFF})),
    ("shard.size", _of_tables(SHARD, lambda rng, file, fields, i: {f"table{i}.file_count": rng.choice((0, 0xFFFFFFFF))})),
    *BLOCK_BREAKS,
]
DAMAGES = [("damage", _damage), ("damage", _damaged_payload)]


def broken(rng, make):
    """The name of a break and the fields of the file that `make` gives, broken; tries until one fits."""
    while True:
        file = make()
        fields = {field.name: field.data for field in lay_out(file)}
        name, brk = rng.choice(BREAKS if rng.random() < 0.7 else DAMAGES)
        edits = brk(rng, file, fields)
        if edits is not None:
            file.edits = {**file.edits, **edits}
            return name, lay_out(file)
