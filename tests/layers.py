"""Holds the layers of the code, its registry and its sizes: what may include what, and how long a file may be."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
ENCODING = re.compile(r"^\s*PONDUS_ENCODING\(\s*(\d+)\s*,\s*(\w+)\s*\)", re.MULTILINE)
LINES_MOST = 300
SOURCES = (".h", ".cc", ".c", ".def")
C_HEADERS = ("formats/pondus.h",)

# Each layer and those that it may include besides itself. The longest prefix of a path names its layer.
LAYERS = {
    "codec/base": (),
    "codec/bits": ("codec/base",),
    "codec/entropy": ("codec/base", "codec/bits"),
    "codec/container": ("codec/base", "codec/bits", "codec/entropy"),
    "formats": ("codec",),
    "lossy": ("codec/base", "codec/bits"),
    "tools": ("codec", "formats", "lossy"),
    "fuzz": ("codec", "formats", "tools"),
    "bench": ("codec", "formats", "tools"),
    "tests": ("codec", "formats", "lossy", "tools"),
    "examples": ("codec", "formats"),
}
# A test of one whole below another may use what stands beside it.
ALSO = {"fuzz": ("tests",), "bench": ("tests",)}


def source_files():
    """All files of C++ and C in the layers, with their paths from the root."""
    for folder in sorted({layer.partition("/")[0] for layer in LAYERS}):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SOURCES:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def layer_of(path):
    """The layer that a path lies in, or nothing."""
    fits = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(fits, key=len) if fits else None


def encoding_of(path, names):
    """The encoding whose folder a path lies in, or nothing."""
    parts = path.split("/")
    return parts[1] if parts[0] == "formats" and len(parts) > 2 and parts[1] in names else None


def include_messages(path, text, names):
    """Includes that the layers forbid."""
    layer = layer_of(path)
    if layer is None:
        yield f"{path}: in no layer"
        return
    allowed = (layer,) + LAYERS[layer] + ALSO.get(layer, ())
    for match in INCLUDE.finditer(text):
        kind, target = match.groups()
        place = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        if kind == "<":
            if layer_of(target):
                yield f"{place}: <{target}> is ours and stands in quotes"
        elif not (ROOT / target).is_file():
            yield f'{place}: "{target}" is no path from the root'
        elif not any(target.startswith(folder + "/") for folder in allowed):
            yield f"{place}: {layer} does not include {target}"
        else:
            yield from encoding_messages(place, path, target, names)


def encoding_messages(place, path, target, names):
    """An encoding knows no other; only what stands beside them knows the registry."""
    own, other = encoding_of(path, names), encoding_of(target, names)
    if other and other != own and path.startswith("formats/"):
        yield f"{place}: {own or 'formats'} does not include encoding {other}"
    if own and target.startswith("formats/registry"):
        yield f"{place}: an encoding does not know the registry"


def registry_messages(encodings):
    """Lines and folders of the registry that do not fit each other."""
    text = (ROOT / "formats" / "registry.def").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("//")]
    if len(lines) != len(encodings):
        yield "formats/registry.def: a line that is neither a comment nor an encoding"
    for what, values in (("id", [number for number, _ in encodings]), ("name", [name for _, name in encodings])):
        for value in sorted({value for value in values if values.count(value) > 1}):
            yield f"formats/registry.def: {what} {value} more than once"
    names = {name for _, name in encodings}
    folders = {path.parent.name for path in (ROOT / "formats").glob("*/*.cc")}
    for name in sorted(names - folders):
        yield f"formats/registry.def: {name} has no sources in formats/{name}/"
    for name in sorted(folders - names):
        yield f"formats/{name}: not in formats/registry.def"
    for number, name in encodings:
        for file in (f"{name}.h", f"{name}.cc", f"{name}_wire.cc"):
            if not (ROOT / "formats" / name / file).is_file():
                yield f"formats/{name}: no {file}"
        wire = ROOT / "formats" / name / f"{name}_wire.cc"
        if wire.is_file() and f".id = {number}," not in wire.read_text(encoding="utf-8"):
            yield f"formats/{name}: its id is not the {number} of formats/registry.def"


def build_messages():
    """Sources that the build does not name."""
    for folder in ("codec", "formats", "lossy"):
        build = (ROOT / folder / "meson.build").read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*.*")):
            inside = path.relative_to(ROOT / folder).as_posix()
            encoding = folder == "formats" and "/" in inside
            name = path.relative_to(ROOT).as_posix() if path.suffix == ".h" else inside
            if path.suffix not in (".h", ".cc") or encoding or name in C_HEADERS:
                continue
            if f"'{name}'" not in build:
                yield f"{path.relative_to(ROOT)}: not in {folder}/meson.build"


def header_messages(path, text):
    """A header guards itself."""
    if not path.endswith(".h"):
        return
    guard = "#ifndef PONDUS_H\n#define PONDUS_H\n" if path in C_HEADERS else "#pragma once\n"
    if guard not in text:
        yield f"{path}: no {guard.splitlines()[0]}"


def size_messages():
    """Files that are too long."""
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        if inside.parts[0].startswith((".", "build")) or path.suffix not in (".cc", ".h", ".c", ".py"):
            continue
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LINES_MOST:
            yield f"{inside}: {count} lines, more than {LINES_MOST}"


def main():
    registry = (ROOT / "formats" / "registry.def").read_text(encoding="utf-8")
    encodings = ENCODING.findall(registry)
    names = {name for _, name in encodings}
    messages, files, includes = [], 0, 0
    for path, text in source_files():
        messages += include_messages(path, text, names)
        messages += header_messages(path, text)
        files, includes = files + 1, includes + len(INCLUDE.findall(text))
    messages += registry_messages(encodings)
    messages += build_messages()
    messages += size_messages()
    if not encodings or includes == 0:
        messages.append("nothing to judge")
    for message in messages:
        print(message)
    print(f"layers: {files} files, {includes} includes, {len(encodings)} encodings, {len(messages)} messages")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
