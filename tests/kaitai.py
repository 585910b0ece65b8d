"""Every sound vector parses by spec/pondus.ksy; skipped without node and what setup.sh installs of npm's registry."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "spec"))
sys.dont_write_bytecode = True

from conform import questions  # noqa: E402

PACKAGES = "/usr/local/lib/pondus-kaitai/node_modules"

node = shutil.which("node") or shutil.which("nodejs")
if node is None:
    print("skipped: no node")
    sys.exit(77)
with tempfile.TemporaryDirectory() as folder:
    lines = ""
    for _, request, wanted in questions(ROOT / "spec" / "vectors", None, Path(folder)):
        if wanted.get("verdict") == "ok" and len(request["files"]) == 1:
            lines += json.dumps([request["files"][0], [name for name, _ in wanted["hashes"]]]) + "\n"
    done = subprocess.run([node, ROOT / "tests" / "kaitai.cjs"], input=lines.encode(), check=False,
                          env={**os.environ, "NODE_PATH": PACKAGES})
sys.exit(done.returncode)
