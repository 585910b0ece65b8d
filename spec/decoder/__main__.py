"""The decoder as a program: `python3 spec/decoder FILE...` judges files, without files it answers spec/conformance.md."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from decoder.check import check  # noqa: E402
from decoder.huffman import Coder, decode_sequence  # noqa: E402
from decoder.primitives import NotSupported  # noqa: E402


def answer(request):
    """The answer to one request."""
    try:
        if "files" in request:
            return check([Path(path).read_bytes() for path in request["files"]], request.get("limits"))
        lengths, extras = zip(*request["tokens"])
        data = bytes.fromhex(request["bytes"])
        coder = Coder(lengths, extras, request["entries"])
        return {"symbols": decode_sequence(coder, data, 0, len(data), request["count"])}
    except NotSupported as why:
        return {"verdict": "skip", "why": str(why)}


def main(files):
    """Judges the files, or answers the requests on standard input."""
    for path in files:
        print(f"{path}: {json.dumps(answer({'files': [path]}), ensure_ascii=False)}")
    for line in () if files else sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
