"""Whether two builds of the command, by two compilers, write the same bytes: same_bytes.py PONDUS PONDUS.

Inputs are the example network and, where the folder is there, the matrices of ../shared/data.
"""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENCODINGS = ["auto", "dense", "csc", "index_map", "ham", "sham"]


def main(programs):
    inputs = [ROOT / "examples/digits/digits.safetensors", *sorted((ROOT / "../shared/data").glob("deepdta*.npy"))]
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.pondus"
        for path in inputs:
            for encoding in ENCODINGS:
                files = set()
                for program in programs:
                    command = [program, "encode", path, "-o", out, "--encoding", encoding, "--fallback"]
                    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                    files.add(out.read_bytes())
                different += len(files) != 1
    print(f"same bytes by {len(programs)} builds: {len(inputs) * len(ENCODINGS) - different} of "
          f"{len(inputs) * len(ENCODINGS)} files")
    return different != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:3]))
