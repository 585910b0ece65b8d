"""Writes every vector as text; an argument names a folder other than this one."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

from generator import coder  # noqa: E402
from generator.catalogue import coder_vectors, vectors  # noqa: E402
from generator.vector import render  # noqa: E402


def generate(folder):
    """Writes all vectors below `folder`, removes texts of no vector, and gives the number written."""
    made = [(folder / vector.folder / f"{vector.name}.hex", render(vector)) for vector in vectors()]
    made += [(folder / coder.FOLDER / f"{vector.name}.txt", coder.render(vector)) for vector in coder_vectors()]
    texts = dict(made)
    if len(texts) < len(made):
        raise ValueError("two vectors have one name")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in (*folder.glob("*/*.hex"), *folder.glob(f"{coder.FOLDER}/*.txt")):
        if path not in texts:
            path.unlink()
    return len(texts)


if __name__ == "__main__":
    print(generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE), "vectors")
