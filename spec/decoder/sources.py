"""Sources against records (spec/container.md § Source, [source.mismatch])."""

import json
import math

from .directory import SOURCE
from .primitives import require
from .tables import INDEX, KEPT

DTYPES = dict(enumerate("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U64 U32 U16 U8 BOOL".split(), 1))


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


def _are_counts(value):
    """Whether this is a list of numbers that are written in digits alone."""
    return isinstance(value, list) and all(type(n) is int for n in value)


def _kept_agrees(head, records):
    """Form 2"""
    listed, spans = _object(head), []
    if listed is None or {*listed} - {"__metadata__"} != {record.name.decode() for record in records}:
        return False
    for record in records:
        item = listed[record.name.decode()]
        dtype, shape, span = map(item.get, ("dtype", "shape", "data_offsets")) if isinstance(item, dict) else (None, None, None)
        alike = record.dtype in DTYPES and dtype == DTYPES[record.dtype] and shape == record.shape
        if not (alike and _are_counts(shape) and _are_counts(span) and len(span) == 2 and span[1] - span[0] == record.raw_bytes):
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
    for i, table in enumerate(file.tables):
        if table.kind == SOURCE:
            source, good = table.content, table.content.name not in names
            if source.form == KEPT:
                good = good and _kept_agrees(source.head, [r for r in file.records if r.source == i + 1])
            elif source.form == INDEX:
                good = good and _index_agrees(source.head, file)
            require(good, "source.mismatch", table.offset)
            names.add(source.name)
