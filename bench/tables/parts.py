"""Where the bytes of a .pondus file are: its frame, and the share of each tensor."""

import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "spec"))

from decoder.check import File  # noqa: E402
from decoder.container import (  # noqa: E402
    BLOCK, DIM, RECORD, TABLE, judge_coverage, read_directory, read_header, read_trailer)


KINDS = ("record", "padding", "tables", "payload")


def size(layout):
    return sum(layout.values())


def read(path):
    file = File(Path(path).read_bytes(), {})
    file.header = read_header(file.data)
    file.trailer = read_trailer(file.data, file.header)
    read_directory(file)
    return file


def tables_of(record):
    return [number - 1 for number in (record.codebook, record.code) if number]


def shares(path):
    """(bytes of header, trailer, head of the directory and metadata; name -> bytes of each kind). A table is shared out
    among the tensors that use it. All together are the file."""
    file = read(path)
    users = Counter(number for record in file.records for number in tables_of(record))
    padding = {end: end - begin for begin, end in judge_coverage(file)}
    found = {}
    for record in file.records:
        tables = tables_of(record)
        found[record.name.decode()] = {
            "record": size(RECORD) + record.name_bytes + record.rank * size(DIM) + record.block_count * size(BLOCK)
            + sum(size(TABLE) / users[number] for number in tables),
            "padding": padding.get(record.offset, 0) if record.blocks else 0,
            "tables": sum(file.tables[number].bytes / users[number] for number in tables),
            "payload": sum(block.size for block in record.blocks)}
    rest = len(file.data) - sum(sum(share.values()) for share in found.values())
    return rest, found


def content(share):
    """What the papers' formulas count: codes, codebooks and the coded matrix."""
    return share["tables"] + share["payload"]
