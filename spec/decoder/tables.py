"""Tables (spec/container.md § Tables): checksum and rules of each kind."""

from . import zstd
from .directory import CODE, CODEBOOK, SHARD, SOURCE
from .huffman import MOST_ENTRIES, Code
from .primitives import cells_of, is_name, number, require
from .xxh3 import xxh3

MOST_HEAD = 1 << 27


def _codebook(file, table):
    """§ Codebook"""
    width = table.bits // 8
    require(table.bytes % width == 0 and table.bytes // width <= MOST_ENTRIES, "codebook.size", table.offset)
    cells = cells_of(file.data[table.offset:table.offset + table.bytes], table.bits)
    for i in range(1, len(cells)):
        require(cells[i - 1] < cells[i], "codebook.order", table.offset + i * width)
    return cells


def _code(file, table):
    """§ Code"""
    return Code(file.data, table.offset, table.bytes, table.bits)


class Source:
    """§ Source: form, name and decoded head."""

    def __init__(self, file, table):
        data, at = file.data, table.offset
        require(table.bytes >= 8, "source.size", at)
        self.form, name_bytes, head_bytes = data[at], number(data, at + 2, 2), number(data, at + 4, 4)
        behind = table.bytes - 8 - name_bytes
        require(behind >= 0 and (self.form != 1 or behind == 0), "source.size", at)
        require(1 <= self.form <= 3, "source.form", at)
        require(data[at + 1] == 0, "source.reserved", at + 1)
        self.name = data[at + 8:at + 8 + name_bytes]
        good = is_name(self.name, 255) and not set(b"/\\") & set(self.name) and self.name not in (b".", b"..")
        require(good, "source.name", at + 8)
        require(head_bytes == 0 if self.form == 1 else 1 <= head_bytes <= MOST_HEAD, "source.head-bytes", at + 4)
        file.add_table_bytes(head_bytes, table)
        frame_at = at + 8 + name_bytes
        self.head = b"" if self.form == 1 else zstd.decode(data[frame_at:at + table.bytes], head_bytes, frame_at)


def content_hash(file):
    """§ Shard record: what identifies the tensors of a file."""
    text = b""
    for record in file.records:
        checksum = file.records[record.alias - 1].checksum if record.alias else record.checksum
        text += record.name_bytes.to_bytes(2, "little") + record.name + bytes((record.dtype, record.bits, record.rank))
        text += b"".join(n.to_bytes(8, "little") for n in (*record.shape, checksum))
    return xxh3(text)


class Shard:
    """§ Shard record: ordinal and content hashes."""

    def __init__(self, file, table):
        data, self.at = file.data, table.offset
        count = number(data, self.at + 4, 4)
        require(table.bytes >= 16 and table.bytes == 8 + 8 * count, "shard.size", self.at)
        self.ordinal = number(data, self.at, 4)
        require(self.ordinal < count, "shard.ordinal", self.at)
        self.hashes = [number(data, self.at + 8 + 8 * i, 8) for i in range(count)]
        own = self.at + 8 + 8 * self.ordinal
        require(self.hashes[self.ordinal] == content_hash(file), "shard.content", own)


KINDS = {CODEBOOK: _codebook, CODE: _code, SOURCE: Source, SHARD: Shard}


def judge_table(file, table):
    """Step 7 of spec/validation.md for one table: its content, as its kind has it."""
    stored = file.data[table.offset:table.offset + table.bytes]
    require(xxh3(stored) == table.checksum, "table.checksum", table.offset)
    return KINDS[table.kind](file, table) if table.kind in KINDS else None


def judge_set(files):
    """§ Shard record, [shard.set]: the fault of a set of files with the number of the file, or None."""
    shards = [next((t.content for t in file.tables if t.kind == SHARD), None) for file in files]
    seen = set()
    for i, shard in enumerate(shards):
        if shard is None:
            return i, 0
        if shard.hashes != shards[0].hashes or shard.ordinal in seen:
            return i, shard.at
        seen.add(shard.ordinal)
    return None if len(seen) == len(shards[0].hashes) else (0, shards[0].at)
