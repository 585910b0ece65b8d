"""The decoder in JavaScript passes its stages; skipped where there is no node of version 18.14 or later."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("container", "dense", "csc", "index_map", "huffman", "ham")
LINES_END = 600
SKIP = 77

node = shutil.which("node") or shutil.which("nodejs")
if node is None:
    print("skipped: no node")
    sys.exit(SKIP)
version = subprocess.run([node, "--version"], capture_output=True, check=True).stdout.decode().strip("v\n")
if tuple(map(int, version.split(".")[:2])) < (18, 14):
    print(f"skipped: node {version} is older than 18.14")
    sys.exit(SKIP)
decoder = ROOT / "spec" / "decoder" / "decoder.mjs"
lines = len(decoder.read_text(encoding="utf-8").splitlines())
print(f"{lines} lines, node {version}")
asked = [argument for stage in STAGES for argument in ("--stage", stage)]
done = subprocess.run([sys.executable, ROOT / "spec" / "conform.py", "--partial", *asked, "--", node, decoder], check=False)
sys.exit(done.returncode or lines >= LINES_END)
