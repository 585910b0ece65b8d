"""Inputs of open_check, both decoders on each: second_decoder.py PONDUS REPLAY MUTATIONS COUNT FOLDER...

Draws COUNT of the files of the folders and of MUTATIONS of each, made by REPLAY.
"""

import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

from differential import run  # noqa: E402

LIMITS = {"decoded-bytes": 1 << 16, "table-bytes": 1 << 18, "tensors": 1 << 10}  # the second decoder is slow


def main():
    pondus, replay, mutations, count, *folders = sys.argv[1:]
    with tempfile.TemporaryDirectory() as saved:
        subprocess.run([replay, "--mutate", mutations, "--save", saved, *folders], check=True)
        inputs = sorted(Path(saved).iterdir(), key=lambda path: int(path.name))
        drawn = random.Random(1).sample(inputs, min(int(count), len(inputs)))
        paths = iter(drawn)
        faults, labels, _ = run(pondus, 0, len(drawn), lambda *_: (next(paths).read_bytes(), "damage"), LIMITS)
    print(f"{len(drawn)} of {len(inputs)} inputs: {faults} faults, {len(labels)} different answers")
    print("  " + ", ".join(f"{label} {n}" for label, n in sorted(labels.items())))
    return faults > 0 or not drawn


if __name__ == "__main__":
    sys.exit(main())
