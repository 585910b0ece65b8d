"""The decoder as a program: `python3 spec/decoder FILE...` judges files; without any it speaks spec/conformance.md."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decoder.check import check  # noqa: E402
from decoder.huffman import Coder, decode_sequence  # noqa: E402


def answer(request):
    """The answer to one request. § Protocol"""
    if "files" in request:
        return check([Path(path).read_bytes() for path in request["files"]], request.get("limits"))
    data, coder = bytes.fromhex(request["bytes"]), Coder(*zip(*request["tokens"]), request["entries"])
    return {"symbols": decode_sequence(coder, data, 0, len(data), request["count"])}


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(f"{name}: {json.dumps(answer({'files': [name]}), ensure_ascii=False)}")
    for line in () if sys.argv[1:] else sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
