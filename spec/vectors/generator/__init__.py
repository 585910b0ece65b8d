"""Builds Pondus files, sound and faulty, from the specification and from no encoder."""

import sys
from pathlib import Path

# The checksum is that of the decoder in Python.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
