"""Sources against records (spec/container.md § Source, [source.mismatch])."""

import json
import math

from .directory import SOURCE

NAMES = dict(enumerate("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U64 U32 U16 U8 BOOL".split(), 1))
MOST_DEPTH = 128
REBUILT, KEPT, INDEX = 1, 2, 3


def _unique(pairs):
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("repeated key")
    return made


def _refuse(text):
    raise ValueError(text)


def _real(text):
    if math.isinf(float(text)):
        raise ValueError(text)
    return float(text)


def _integer(text):
    """A number without fraction and exponent; one with a sign is no dimension."""
    return _real(text) if text.startswith("-") or abs(_real(text)) >= 1 << 64 else int(text)


def _depth(value):
    """How many objects and arrays lie inside one another."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _object(head):
    """The one JSON object that a head is, or None."""
    try:
        made = json.loads(head.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer,
                          parse_float=_real)
        json.dumps(made, ensure_ascii=False).encode("utf-8")
        return made if isinstance(made, dict) and _depth(made) <= MOST_DEPTH else None
    except (ValueError, RecursionError):
        return None


def _is_count(value):
    return type(value) is int


def _kept_agrees(head, records):
    """Form 2"""
    listed = _object(head)
    if listed is None:
        return False
    listed.pop("__metadata__", None)
    if {name.encode() for name in listed} != {record.name for record in records}:
        return False
    spans = []
    for record in records:
        item = listed[record.name.decode()]
        if not isinstance(item, dict) or record.dtype not in NAMES or item.get("dtype") != NAMES[record.dtype]:
            return False
        shape, span = item.get("shape"), item.get("data_offsets")
        if not isinstance(shape, list) or not all(map(_is_count, shape)) or shape != record.shape:
            return False
        if not isinstance(span, list) or len(span) != 2 or not all(map(_is_count, span)):
            return False
        if span[1] - span[0] != record.raw_bytes:
            return False
        spans.append(span)
    due = 0
    for begin, end in sorted(spans):
        if begin != due:
            return False
        due = end
    return True


def _index_agrees(head, sources, records, held):
    """Form 3"""
    listed = _object(head)
    weight_map = listed.get("weight_map") if listed else None
    if held or not isinstance(weight_map, dict):
        return False
    names = {i + 1: table.content.name for i, table in sources if table.content.form != INDEX}
    of_records = {record.name: names.get(record.source) for record in records}
    return all(isinstance(value, str) and of_records.get(key.encode()) == value.encode()
               for key, value in weight_map.items())


def mismatch(file):
    """The offset of the first source that does not agree with the records, or None."""
    sources = [(i, table) for i, table in enumerate(file.tables) if table.kind == SOURCE]
    names = set()
    for i, table in sources:
        source, held = table.content, [record for record in file.records if record.source == i + 1]
        good = source.name not in names
        if good and source.form == KEPT:
            good = _kept_agrees(source.head, held)
        elif good and source.form == INDEX:
            good = _index_agrees(source.head, sources, file.records, held)
        if not good:
            return table.offset
        names.add(source.name)
    return None
