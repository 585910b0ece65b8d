"""The example network through the whole tool: encode, decode, compare every byte, classify with the compressed weights.

Usage: check.py PONDUS DIGITS   (the two programs)
"""

import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
MODEL = FOLDER / "digits.safetensors"


def main(pondus, digits):
    with tempfile.TemporaryDirectory() as name:
        out = pathlib.Path(name)
        packed, restored = out / "digits.pondus", out / "digits.safetensors"
        subprocess.run([pondus, "encode", MODEL, "-o", packed], check=True)
        subprocess.run([pondus, "check", packed], check=True)
        subprocess.run([pondus, "decode", packed, "-o", restored], check=True)
        if restored.read_bytes() != MODEL.read_bytes():
            sys.exit("the decoded file differs from the original")
        data = [FOLDER / "digits-test-images.npy", FOLDER / "digits-test-labels.npy"]
        run = subprocess.run([digits, packed, *data], check=True, capture_output=True, text=True)
        expected = (FOLDER / "accuracy.txt").read_text().splitlines()[0]
        print(f"every byte restored; {run.stdout.strip()} (recorded: {expected}); "
              f"{MODEL.stat().st_size} -> {packed.stat().st_size} bytes")
        if run.stdout.strip() != expected:
            sys.exit("the accuracy differs from the recorded one")


if __name__ == "__main__":
    main(*sys.argv[1:3])
