"""Holds the vectors equal to their generator, and the generator's checksum equal to published values."""

import json
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "spec" / "vectors"
sys.path.insert(0, str(VECTORS))
sys.dont_write_bytecode = True

from build import build  # noqa: E402
from generate import generate  # noqa: E402
from generator import coder  # noqa: E402
from generator.catalogue import vectors  # noqa: E402
from generator.fields import join  # noqa: E402
from generator.huffman import sequence  # noqa: E402
from generator.vector import parse, written  # noqa: E402
from decoder.xxh3 import xxh3  # noqa: E402

VERDICTS = ("ok", "malformed", "unsupported", "over-limit")
LARGEST_TEXT = 60000
LARGEST_TOTAL = 4000000

# From the sanity checks of xxHash 0.8, whose buffer `_sanity` makes.
PUBLISHED = ((0, 0, 0x2D06800538D394C2), (0, 0x9E3779B185EBCA8D, 0xA8A6B918B2F0364A),
             (1, 0, 0xC44BDFF4074EECDB), (6, 0, 0x27B56A84CD2D7325), (12, 0, 0xA713DAF0DFBB77E7),
             (24, 0, 0xA3FE70BF9D3510EB), (48, 0, 0x397DA259ECBA1F11), (80, 0, 0xBCDEFBBB2C47C90A),
             (195, 0, 0xCD94217EE362EC3A), (403, 0, 0xCDEB804D65C6DEA4), (2048, 0, 0xDD59E2C3A5F038E0),
             (2048, 0x9E3779B185EBCA8D, 0x66F81670669ABABC))


def _sanity(size):
    """The first bytes of the buffer that xxHash checks itself with."""
    state, data = 0x9E3779B1, bytearray()
    for _ in range(size):
        data.append(state >> 56)
        state = state * 0x9E3779B185EBCA8D & (1 << 64) - 1
    return bytes(data)


def checksum_faults():
    """Published values that the checksum does not give."""
    for size, seed, value in PUBLISHED:
        if xxh3(_sanity(size), seed) != value:
            yield f"xxh3 of {size} bytes with seed {seed:#x} is not {value:016x}"


def _texts(folder):
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8")
            for path in (*folder.glob("*/*.hex"), *folder.glob(f"{coder.FOLDER}/*.txt"))}


def text_faults(fresh):
    """Differences between the committed texts and what the generator writes into `fresh`."""
    generate(fresh)
    committed, made = _texts(VECTORS), _texts(fresh)
    for name in sorted(committed.keys() | made.keys()):
        if name not in made:
            yield f"{name}: not written by generate.py"
        elif name not in committed:
            yield f"{name}: missing; run generate.py"
        elif committed[name] != made[name]:
            yield f"{name}: differs from what generate.py writes"
        elif len(made[name]) > LARGEST_TEXT:
            yield f"{name}: more than {LARGEST_TEXT} characters"
    if sum(map(len, made.values())) > LARGEST_TOTAL:
        yield f"the texts have more than {LARGEST_TOTAL} characters"


def head_faults(name, text):
    """What the head of a vector lacks or has too much of."""
    head, files = parse(text)
    verdict = head.get("verdict", [None])[0]
    if verdict not in VERDICTS:
        yield f"{name}: verdict {verdict}"
    if ("label" in head, "offset" in head) != (verdict != "ok",) * 2:
        yield f"{name}: label and offset do not go with the verdict"
    if verdict == "ok" and "tensor" in head or verdict != "ok" and "hash" in head:
        yield f"{name}: a key that does not go with the verdict"
    for line in head.get("hash", []):
        if not re.fullmatch(r"[0-9a-f]{16} \".*\"", line) or not json.loads(line[17:]):
            yield f"{name}: hash {line}"
    if not files or not text.startswith("# "):
        yield f"{name}: no bytes or no sentence"


def coder_faults(name, text):
    """What a vector of the coder says of itself that is not so."""
    tokens, entries, symbols, data = coder.parse(text)
    if join(sequence(tokens, entries, symbols)) != data:
        yield f"{name}: its symbols are not coded as its bytes"
    if not text.startswith("# "):
        yield f"{name}: no sentence"


def build_faults(folder):
    """Files that build.py writes otherwise than the generator laid them out."""
    build(VECTORS, folder)
    expected, kept = {}, set()
    for vector in vectors():
        path = f"{vector.folder}/{vector.name}"
        if path in kept:
            yield f"{path}: two vectors of this name"
        kept.add(path)
        files = written(vector)
        for number, data in enumerate(files):
            expected[f"{path}-{number}.pondus" if len(files) > 1 else f"{path}.pondus"] = data
    built = {str(path.relative_to(folder)): path for path in folder.glob("*/*")}
    for name in sorted(expected.keys() ^ built.keys()):
        yield f"{name}: built or generated, not both"
    for name in sorted(expected.keys() & built.keys()):
        if built[name].read_bytes() != expected[name]:
            yield f"{name}: built otherwise than generated"


def catalogue_faults():
    """Names of vectors in the specification that are names of no vector."""
    for path in (VECTORS / "hostile-inputs.md", VECTORS.parent / "history.md", VECTORS.parent / "README.md"):
        folders = "|".join(folder.name for folder in VECTORS.iterdir())
        for name in re.findall(rf"`((?:{folders})/[^`]+)`", path.read_text(encoding="utf-8")):
            if not [*VECTORS.glob(f"{name}.hex"), *VECTORS.glob(f"{name}.txt"), *VECTORS.glob(f"{name}/*.txt")]:
                yield f"{path.name}: no vector {name}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        faults = list(checksum_faults()) + list(text_faults(folder / "texts"))
        texts = _texts(VECTORS)
        for name, text in sorted(texts.items()):
            faults += (coder_faults if name.endswith(".txt") else head_faults)(name, text)
        faults += build_faults(folder / "files")
        faults += catalogue_faults()
    for fault in faults:
        print(fault)
    print(f"vectors: {len(texts)} texts compared, built and parsed, {len(PUBLISHED)} checksums, "
          f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
