"""Sources against records (spec/container.md § Source, [source.mismatch])."""

import json

from .directory import SOURCE

NAMES = dict(enumerate("F64 F32 F16 BF16 F8_E4M3 F8_E5M2 I64 I32 I16 I8 U64 U32 U16 U8 BOOL".split(), 1))
REBUILT, KEPT, INDEX = 1, 2, 3


def _unique(pairs):
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("repeated key")
    return made


def _number(text):
    raise ValueError(text)


def _object(head):
    """The one JSON object that a head is, or None."""
    try:
        made = json.loads(head.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_number)
        json.dumps(made, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return None
    return made if isinstance(made, dict) else None


def _is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


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
        if not isinstance(item, dict) or item.get("dtype") != NAMES.get(record.dtype, ""):
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
    numbers = {table.content.name: i for i, table in sources if table.content.form != INDEX}
    by_name = {record.name: record for record in records}
    for key, value in weight_map.items():
        if not isinstance(value, str) or value.encode() not in numbers or key.encode() not in by_name:
            return False
        if by_name[key.encode()].source != numbers[value.encode()] + 1:
            return False
    return True


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
