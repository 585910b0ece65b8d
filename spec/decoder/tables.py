"""Tables (spec/container.md § Tables): checksum and rules of each kind; sources against records."""

import json
import math

from . import zstd
from .container import CODE, CODEBOOK, SHARD, SOURCE
from .huffman import Code
from .primitives import Fields, cells_of, is_name, number, require, require_each
from .xxh3 import xxh3

SOURCE_HEAD, SHARD_HEAD = dict(form=1, reserved=1, name_bytes=2, head_bytes=4), dict(ordinal=4, file_count=4)
REBUILT, KEPT, INDEX = 1, 2, 3
DTYPES = dict(enumerate("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U64 U32 U16 U8 BOOL".split(), 1))


def _codebook(file, table, end):
    """Its cells. § Codebook"""
    at, width = table.offset, table.bits // 8
    require(table.bytes % width == 0 and table.bytes // width <= 1 << 24, "codebook.size", at)
    cells = cells_of(file.data[at:end], table.bits)
    require_each((before < cell for before, cell in zip(cells, cells[1:])), "codebook.order", at + width, table.bits)
    return cells


def _source(file, table, end):
    """Its fields, name and decoded head. § Source"""
    require(table.bytes >= 8, "source.size", table.offset)
    source = Fields(file.data, table.offset, SOURCE_HEAD)
    head_at = source.end + source.name_bytes
    require(head_at == end if source.form == REBUILT else head_at <= end, "source.size", table.offset)
    source.require(REBUILT <= source.form <= INDEX, "source.form")
    source.require(source.reserved == 0, "source.reserved")
    source.name = file.data[source.end:head_at]
    require(is_name(source.name, 255) and not {*b"/\\"} & {*source.name} and source.name not in (b".", b".."), "source.name", source.end)
    least, most = (0, 0) if source.form == REBUILT else (1, 1 << 27)
    source.require(least <= source.head_bytes <= most, "source.head-bytes")
    file.add_table_bytes(source.head_bytes, table)
    source.head = zstd.decode(file.data[head_at:end], source.head_bytes, head_at) if source.head_bytes else b""
    return source


def _shard(file, table, end):
    """Its fields and content hashes. § Shard record"""
    shard = Fields(file.data, table.offset, SHARD_HEAD)
    require(table.bytes >= 16 and shard.end + 8 * shard.file_count == end, "shard.size", table.offset)
    shard.require(shard.ordinal < shard.file_count, "shard.ordinal")
    shard.hashes = [number(file.data, at, 8) for at in range(shard.end, end, 8)]
    text = b""
    for record in file.records:
        text += record.name_bytes.to_bytes(2, "little") + record.name + bytes((record.dtype, record.bits, record.rank))
        text += b"".join(n.to_bytes(8, "little") for n in (*record.shape, record.stored.checksum))
    require(shard.hashes[shard.ordinal] == xxh3(text), "shard.content", shard.end + 8 * shard.ordinal)
    return shard


KINDS = {CODEBOOK: _codebook, CODE: lambda file, table, end: Code(file.data, table.offset, end, table.bits), SOURCE: _source, SHARD: _shard}


def judge_table(file, table):
    """Step 7 of spec/validation.md for one table: its content, as its kind has it."""
    end = table.offset + table.bytes
    require(xxh3(file.data[table.offset:end]) == table.checksum, "table.checksum", table.offset)
    return KINDS[table.kind](file, table, end) if table.kind in KINDS else None


def judge_set(files):
    """[shard.set]. § Shard record"""
    shards = [next((table.content for table in file.tables if table.kind == SHARD), None) for file in files]
    for i, shard in enumerate(shards):
        require(shard, "shard.set", 0)
        repeated = shard.ordinal in [other.ordinal for other in shards[:i]]
        require(shard.hashes == shards[0].hashes and not repeated, "shard.set", shard.at)
    require(len(shards) == len(shards[0].hashes), "shard.set", shards[0].at)


def _unique(pairs):
    """An object, no key of which may be there twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key twice")
    return made


def _number(text):
    """An integer only where it is written in digits alone."""
    if not math.isfinite(float(text)):
        raise ValueError("beyond the range of f64")
    return int(text) if text.isdigit() else float(text)


def _depth(value):
    """How many objects and arrays lie inside one another."""
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(_depth, inner), default=0) if isinstance(value, (dict, list)) else 0


def _object(head):
    """The one JSON object that a head is, or None."""
    try:
        made = json.loads(head.decode(), object_pairs_hook=_unique, parse_constant=_number, parse_int=_number, parse_float=_number)
        json.dumps(made, ensure_ascii=False).encode()  # refuses surrogates that stand alone
        return made if isinstance(made, dict) and _depth(made) <= 128 else None
    except (ValueError, RecursionError):
        return None


def _kept_agrees(head, records):
    """Form 2"""
    listed, spans = _object(head), []
    if listed is None or {*listed} - {"__metadata__"} != {record.name.decode() for record in records}:
        return False
    for record in records:
        item = listed[record.name.decode()]
        dtype, shape, span = map(item.get, ("dtype", "shape", "data_offsets")) if isinstance(item, dict) else (None, None, None)
        alike = record.dtype in DTYPES and dtype == DTYPES[record.dtype] and shape == record.shape and isinstance(span, list)
        in_digits = alike and len(span) == 2 and all(type(n) is int for n in shape + span)  # neither a float nor a bool
        if not (in_digits and span[1] - span[0] == record.raw_bytes):
            return False
        spans.append(span)
    spans.sort()
    return [begin for begin, _ in spans] == [0, *(end for _, end in spans)][:-1]


def _index_agrees(head, file):
    """Form 3"""
    weight_map = (_object(head) or {}).get("weight_map")
    sources = {record.name.decode(): file.tables[record.source - 1].content for record in file.records if record.source}
    return isinstance(weight_map, dict) and all(source.form != INDEX for source in sources.values()) and all(
        isinstance(name, str) and key in sources and sources[key].name == name.encode() for key, name in weight_map.items())


def judge_sources(file):
    """[source.mismatch]. Step 9 of spec/validation.md"""
    names = set()
    for i, table in enumerate(file.tables, 1):
        if table.kind == SOURCE:
            source, records = table.content, [record for record in file.records if record.source == i]
            kept_agrees = source.form != KEPT or _kept_agrees(source.head, records)
            index_agrees = source.form != INDEX or _index_agrees(source.head, file)
            require(source.name not in names and kept_agrees and index_agrees, "source.mismatch", table.offset)
            names.add(source.name)
