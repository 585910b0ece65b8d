"""Tables (spec/container.md § Tables): checksum and rules of each kind."""

from . import zstd
from .directory import CODE, CODEBOOK, SHARD, SOURCE
from .huffman import Code
from .primitives import Fields, cells_of, is_name, number, require, require_each
from .xxh3 import xxh3

SOURCE_HEAD, SHARD_HEAD = dict(form=1, reserved=1, name_bytes=2, head_bytes=4), dict(ordinal=4, file_count=4)
REBUILT, KEPT, INDEX = 1, 2, 3


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
    good = is_name(source.name, 255) and not set(b"/\\") & set(source.name) and source.name not in (b".", b"..")
    require(good, "source.name", source.end)
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
    seen = set()
    for shard in shards:
        require(shard, "shard.set", 0)
        require(shard.hashes == shards[0].hashes and shard.ordinal not in seen, "shard.set", shard.at)
        seen.add(shard.ordinal)
    require(len(seen) == len(shards[0].hashes), "shard.set", shards[0].at)
