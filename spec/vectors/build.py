"""Builds every vector into binary files: build.py DIR writes DIR/<folder>/<name>.pondus."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from generator.vector import parse  # noqa: E402


def build(source, target):
    """Writes the files of all vectors below `source`, and gives their number."""
    count = 0
    for path in sorted(source.glob("*/*.hex")):
        _, files = parse(path.read_text(encoding="utf-8"))
        folder = target / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(files):
            suffix = f"-{number}" if len(files) > 1 else ""
            (folder / f"{path.stem}{suffix}.pondus").write_bytes(data)
            count += 1
    return count


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: build.py DIR")
    print(build(HERE, Path(sys.argv[1])), "files")
