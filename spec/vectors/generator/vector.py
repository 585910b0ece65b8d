"""A vector: a file or a set of files with the verdict on it, as text and back."""

import json
import re
from dataclasses import dataclass, field

from .fields import Repeated, join, offset_of
from .writer import lay_out
from decoder.xxh3 import xxh3

SHORTEST_RUN = 24
PER_LINE = 32
KEYS = ("verdict", "label", "offset", "tensor", "limit-tensors", "limit-decoded-bytes",
        "limit-ratio", "limit-table-bytes", "limit-metadata-bytes", "hash")


@dataclass
class Vector:
    """One case: files, the verdict that a checker gives, and the fault that it names."""
    folder: str
    name: str
    why: str
    files: list
    verdict: str = "ok"
    label: str | None = None
    at: object = None
    tensor: str | None = None
    limits: dict = field(default_factory=dict)
    in_file: int = 0

    def with_limits(self, **limits):
        """The same case for a caller with limits."""
        self.limits = limits
        return self


def ok(folder, name, why, *files, **limits):
    """A case that a checker accepts."""
    return Vector(folder, name, why, list(files), limits=limits)


def refused(verdict, folder, name, why, label, at, *files, tensor=None, in_file=0, **limits):
    """A case with exactly one fault."""
    return Vector(folder, name, why, list(files), verdict, label, at, tensor, limits, in_file)


def runs(data):
    """Hexadecimal lines of some bytes, with long runs of one byte written once."""
    line, lines, at = [], [], 0
    if len(data) >= SHORTEST_RUN and data == data[:1] * len(data):
        return [f"{data[0]:02x}*{len(data)}"]
    for match in re.finditer(rb"(.)\1{%d,}" % (SHORTEST_RUN - 1), data, re.DOTALL):
        line += [f"{b:02x}" for b in data[at:match.start()]]
        at = match.end()
        line.append(f"{match[1][0]:02x}*{at - match.start()}")
    line += [f"{b:02x}" for b in data[at:]]
    for first in range(0, len(line), PER_LINE):
        lines.append(" ".join(line[first:first + PER_LINE]))
    return lines


def repeated(data, times, digits=0):
    """The bytes so many times, each time followed by its number from 0 in so many decimal digits."""
    made = Repeated(b"".join(data + (b"%0*d" % (digits, i) if digits else b"") for i in range(times)))
    made.text = " ".join(["(", *runs(data), *([f"n{digits}"] if digits else []), f")*{times}"])
    return made


def _section(fields):
    lines = ["bytes:"]
    for entry in fields:
        hexadecimal = [entry.data.text] if isinstance(entry.data, Repeated) else runs(entry.data)
        for i, text in enumerate(hexadecimal):
            lines.append(f"{text:<23}   # {entry.name}" if i == 0 else text)
    return lines


def _hashes(file):
    """One line per tensor: decoded checksum and name."""
    for tensor in file.tensors:
        cells = file.tensors[tensor.alias - 1].cells if tensor.alias else tensor.cells
        yield f"{xxh3(cells):016x} {json.dumps(tensor.name, ensure_ascii=False)}"


def _head(vector, layouts):
    lines = [f"# {vector.why}", f"verdict: {vector.verdict}"]
    if vector.verdict != "ok":
        lines.append(f"label: {vector.label}")
        lines.append(f"offset: {offset_of(layouts[vector.in_file], vector.at)}")
    if vector.tensor is not None:
        lines.append(f"tensor: {json.dumps(vector.tensor, ensure_ascii=False)}")
    for key, value in vector.limits.items():
        lines.append(f"limit-{key.replace('_', '-')}: {value}")
    if vector.verdict == "ok":
        lines += [f"hash: {line}" for file in vector.files for line in _hashes(file)]
    return lines


def render(vector):
    """The text of a vector."""
    layouts = [lay_out(file) for file in vector.files]
    lines = _head(vector, layouts)
    for layout in layouts:
        lines += [""] + _section(layout)
    return "\n".join(lines) + "\n"


def bytes_of(tokens):
    """The bytes that tokens stand for."""
    data, group = b"", None
    for token in tokens:
        first, _, count = token.partition("*")
        if first == "(":
            group = []
        elif first == ")":
            digits = int(group.pop()[1:]) if group[-1].startswith("n") else 0
            data, group = data + repeated(bytes_of(group), int(count), digits), None
        elif group is not None:
            group.append(token)
        else:
            data += bytes.fromhex(first) * int(count or 1)
    return data


def parse(text):
    """The head of a vector, as a dictionary of lists, and the bytes of its files."""
    head, files = {}, []
    for line in text.split("\n"):
        line = line.split("#")[0].strip()
        if line == "bytes:":
            files.append(bytearray())
        elif files:
            files[-1] += bytes_of(line.split())
        elif line:
            key, value = line.split(":", 1)
            if key not in KEYS:
                raise ValueError(f"unknown key {key}")
            head.setdefault(key, []).append(value.strip())
    return head, [bytes(file) for file in files]


def written(vector):
    """The bytes of the files of a vector."""
    return [join(lay_out(file)) for file in vector.files]
