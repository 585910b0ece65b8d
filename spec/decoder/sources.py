"""Sources against records (spec/container.md § Source, [source.mismatch])."""

import json
import math

from .directory import SOURCE
from .primitives import require
from .tables import INDEX, KEPT

DTYPES = dict(enumerate("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U64 U32 U16 U8 BOOL".split(), 1))
MOST_DEPTH = 128


def _unique(pairs):
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
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _object(head):
    """The one JSON object that a head is, or None."""
    try:
        made = json.loads(head.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_number, parse_int=_number,
                          parse_float=_number)
        json.dumps(made, ensure_ascii=False).encode("utf-8")
        return made if isinstance(made, dict) and _depth(made) <= MOST_DEPTH else None
    except (ValueError, RecursionError):
        return None


def _counts(value):
    """A list of numbers that are written in digits alone, or None."""
    return value if isinstance(value, list) and all(type(n) is int for n in value) else None


def _kept_agrees(head, records):
    """Form 2"""
    listed, spans = _object(head), []
    if listed is None or {name.encode() for name in listed} - {b"__metadata__"} != {record.name for record in records}:
        return False
    for record in records:
        item = listed[record.name.decode()]
        if not isinstance(item, dict) or record.dtype not in DTYPES or item.get("dtype") != DTYPES[record.dtype]:
            return False
        span = _counts(item.get("data_offsets"))
        sized = span and len(span) == 2 and span[1] - span[0] == record.raw_bytes
        if not sized or _counts(item.get("shape")) != record.shape:
            return False
        spans.append(span)
    spans.sort()
    return [begin for begin, _ in spans] == [0, *(end for _, end in spans)][:len(spans)]


def _index_agrees(head, file):
    """Form 3"""
    weight_map = (_object(head) or {}).get("weight_map")
    if not isinstance(weight_map, dict):
        return False
    sources = [file.tables[record.source - 1].content if record.source else None for record in file.records]
    names = {record.name: source.name for record, source in zip(file.records, sources) if source}
    return all(source is None or source.form != INDEX for source in sources) and all(
        isinstance(name, str) and names.get(key.encode()) == name.encode() for key, name in weight_map.items())


def judge_sources(file):
    """[source.mismatch]. Step 9 of spec/validation.md"""
    names = set()
    for i, table in enumerate(file.tables):
        if table.kind == SOURCE:
            source, good = table.content, table.content.name not in names
            if source.form == KEPT:
                good = good and _kept_agrees(source.head, [r for r in file.records if r.source == i + 1])
            elif source.form == INDEX:
                good = good and _index_agrees(source.head, file)
            require(good, "source.mismatch", table.offset)
            names.add(source.name)
