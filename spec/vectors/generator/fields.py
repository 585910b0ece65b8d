"""Named byte fields: what a generated file is made of, and what names the offset of a fault."""

from dataclasses import dataclass


@dataclass
class Field:
    """Some bytes of a file with the name that the text shows beside them."""
    name: str
    data: bytes


class Repeated(bytes):
    """Some bytes many times; `text` is what a vector's text has for them."""

    text = ""


def word(name, size, value):
    """A little-endian unsigned field."""
    return Field(name, value.to_bytes(size, "little"))


def join(fields):
    """The bytes of some fields."""
    return b"".join(field.data for field in fields)


def prefixed(prefix, fields):
    """The fields with a prefix before their names."""
    return [Field(f"{prefix}.{field.name}", field.data) for field in fields]


def find(fields, name):
    """The index of the field of this name, or of the first one inside the structure of this name."""
    for exact in (True, False):
        for i, field in enumerate(fields):
            if field.name == name if exact else field.name.startswith(name + "."):
                return i
    raise KeyError(name)


def offset_of(fields, at):
    """The offset that `at` stands for: a number, a field's name, or a name and bytes to add."""
    if isinstance(at, int):
        return at
    name, more = (at, 0) if isinstance(at, str) else at
    return sum(len(field.data) for field in fields[:find(fields, name)]) + more


def edit(fields, edits):
    """Replaces the fields that `edits` names; numbers keep the width of the field."""
    for field in fields:
        if field.name in edits:
            new = edits[field.name]
            field.data = new.to_bytes(len(field.data), "little") if isinstance(new, int) else new
