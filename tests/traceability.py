"""Holds rules of the specification, faults in the code, and vectors equal, and every encoding documented."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "spec" / "vectors"))
sys.dont_write_bytecode = True

from generator.random_blocks import FORMS  # noqa: E402

LABEL = r"[a-z][a-z0-9_]*\.[a-z0-9-]+"
RULE = re.compile(rf"\*\*\[({LABEL})\]\*\*(?: \((unsupported|over a limit)\))?")
FAULT = re.compile(rf'Fault\s+\w+\s*=?\s*\{{\s*"({LABEL})"\s*,\s*(?:\w+::)*(malformed|unsupported|over_limit)')
ENCODING = re.compile(r"^\s*PONDUS_ENCODING\(\s*(\d+)\s*,\s*(\w+)", re.MULTILINE)
IN_CODE_ONLY = ("input.", "request.")
VERDICTS = {"unsupported": "unsupported", "over a limit": "over-limit", "over_limit": "over-limit"}


class Found(dict):
    """Where each label was found with which verdict."""

    def add(self, label, verdict, place):
        self.setdefault(label, []).append((VERDICTS.get(verdict, verdict), place))

    def verdicts(self, label):
        return {verdict for verdict, _ in self[label]}

    def places(self, label):
        return ", ".join(place for _, place in self[label])


def _place(path, text, at):
    return f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, at) + 1}"


def rules():
    """The labels that the specification defines."""
    found = Found()
    for path in sorted((ROOT / "spec").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        for match in RULE.finditer(text):
            found.add(match[1], match[2] or "malformed", _place(path, text, match.start()))
    return found


def code_faults():
    """The faults that the code defines."""
    found = Found()
    for folder in ("codec", "formats", "tools"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                text = path.read_text(encoding="utf-8")
                for match in FAULT.finditer(text):
                    if not match[1].startswith(IN_CODE_ONLY):
                        found.add(match[1], match[2], _place(path, text, match.start()))
    return found


def _head(text):
    """The keys before the bytes of a vector."""
    lines = text.partition("\nbytes:")[0].splitlines()
    return dict(line.split(": ", 1) for line in lines if ": " in line and not line.startswith("#"))


def vector_labels():
    """The labels that vectors name, and the verdicts in each folder of vectors."""
    found, folders = Found(), {}
    for path in sorted((ROOT / "spec" / "vectors").glob("*/*.hex")):
        head = _head(path.read_text(encoding="utf-8"))
        verdict, label = head.get("verdict", "none"), head.get("label")
        folders.setdefault(path.parent.name, []).append((verdict, label))
        if label:
            found.add(label, verdict, str(path.relative_to(ROOT)))
    return found, folders


def rule_messages(defined, others):
    """Labels that one of the sets lacks, or that two of them judge differently."""
    for label in sorted(defined):
        if len(defined[label]) > 1:
            yield f"{label}: defined more than once: {defined.places(label)}"
    for what, found in others:
        if not found:
            yield f"no {what} at all"
            continue
        for label in sorted(defined.keys() - found.keys()):
            yield f"{label}: no {what}"
        for label in sorted(found.keys() - defined.keys()):
            yield f"{label}: a {what} without a rule in the specification: {found.places(label)}"
        for label in sorted(found.keys() & defined.keys()):
            wanted = defined[label][-1][0] if len(defined.verdicts(label)) == 1 else None
            for verdict, place in found[label]:
                if verdict != wanted:
                    yield f"{label}: {verdict} in {place}, {wanted or 'two kinds'} in the specification"


def encoding_messages(number, name, defined, folders):
    """What an encoding of the registry lacks in the specification."""
    section = ROOT / "spec" / "encodings" / f"{name}.md"
    heading = f"# {name} (encoding {number})"
    if not section.is_file():
        yield f"{name}: no section spec/encodings/{name}.md"
    else:
        first = next((line for line in section.read_text(encoding="utf-8").splitlines()
                      if line.startswith("#")), "no heading")
        if first != heading:
            yield f'{name}: spec/encodings/{name}.md begins with "{first}", not "{heading}"'
    table = (ROOT / "spec" / "README.md").read_text(encoding="utf-8")
    if not re.search(rf"^\| {number} \| `{name}` \|", table, re.MULTILINE):
        yield f"{name}: no row | {number} | `{name}` | in spec/README.md"
    if int(number) not in FORMS:
        yield f"{name}: no random blocks in spec/vectors/generator/random_blocks.py"
    if name not in folders:
        yield f"{name}: no vectors in spec/vectors/{name}/"
        return
    if not any(verdict == "ok" for verdict, _ in folders[name]):
        yield f"{name}: no vector with verdict ok in spec/vectors/{name}/"
    refused = {label for _, label in folders[name]}
    for label in sorted(label for label in defined if label.startswith(f"{name}.")):
        if label not in refused:
            yield f"{name}: no vector for {label} in spec/vectors/{name}/"


def registry():
    """The encodings of the code: number and name of each, or nothing without a registry."""
    path = ROOT / "formats" / "registry.def"
    return ENCODING.findall(path.read_text(encoding="utf-8")) if path.is_file() else []


def main():
    defined, code = rules(), code_faults()
    labels, folders = vector_labels()
    messages = list(rule_messages(defined, (("fault in the code", code), ("vector", labels))))
    encodings = registry()
    if not encodings:
        messages.append("no encoding in formats/registry.def")
    for number, name in encodings:
        messages += encoding_messages(number, name, defined, folders)
    for message in messages:
        print(message)
    print(f"traceability: {len(defined)} rules, {len(code)} faults in the code, {len(labels)} labels in vectors, "
          f"{len(encodings)} encodings, {len(messages)} messages")
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
