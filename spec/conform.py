"""Asks a decoder about every vector: conform.py [--vectors DIR] [--stage NAME]... [--partial] -- COMMAND... (conformance.md)"""

import argparse
import json
import select
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "vectors"))
sys.dont_write_bytecode = True

from generator import coder  # noqa: E402
from generator.vector import parse  # noqa: E402

STAGES = ("container", "dense", "csc", "index_map", "huffman", "ham", "sham")
COLUMNS = ("ok", "malformed", "unsupported", "over-limit", "symbols")
SECONDS = 60


def coder_request(path):
    """The request of a vector of the coder, and the answer that it wants."""
    tokens, entries, symbols, data = coder.parse(path.read_text(encoding="utf-8"))
    return ({"tokens": tokens, "entries": entries, "count": len(symbols), "bytes": data.hex()},
            {"symbols": symbols})


def file_request(path, name, folder):
    """The request of a vector that is a file, written below `folder`, and the answer that it wants."""
    head, contents = parse(path.read_text(encoding="utf-8"))
    files = []
    for i, data in enumerate(contents):
        file = folder / (name + (f"-{i}" if len(contents) > 1 else "") + ".pondus")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        files.append(str(file))
    limits = {key[6:]: int(value[0]) for key, value in head.items() if key.startswith("limit-")}
    answer = {"verdict": head["verdict"][0]}
    if answer["verdict"] == "ok":
        answer["hashes"] = [[json.loads(line[17:]), line[:16]] for line in head.get("hash", [])]
    else:
        answer |= {"label": head["label"][0], "offset": int(head["offset"][0])}
    if "tensor" in head:
        answer["tensor"] = json.loads(head["tensor"][0])
    return {"files": files, "limits": limits}, answer


def questions(vectors, stages, folder):
    """Stage, request and wanted answer of every vector, in staged order."""
    folders = sorted(path.name for path in vectors.iterdir() if [*path.glob("*.hex")])
    for stage in sorted(folders, key=lambda name: (STAGES.index(name) if name in STAGES else len(STAGES), name)):
        if stages and stage not in stages:
            continue
        for path in sorted(vectors.glob(f"{stage}/coder/*.txt")) + sorted(vectors.glob(f"{stage}/*.hex")):
            name = path.relative_to(vectors).with_suffix("").as_posix()
            request, answer = coder_request(path) if path.suffix == ".txt" else file_request(path, name, folder)
            yield stage, {"name": name, **request}, answer


class Decoder:
    """The command that answers, started anew where it fails."""

    def __init__(self, command):
        self.command, self.process = command, None

    def ask(self, request):
        """The answer, or a text that says how it failed."""
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], SECONDS)[0]:
                raise ValueError(f"no answer in {SECONDS} seconds")
            line = self.process.stdout.readline()
            if not line:
                raise ValueError("no answer")
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise ValueError("no object")
            return answer
        except (OSError, ValueError) as failure:
            self.stop()
            return str(failure)

    def stop(self):
        """Ends the command."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def judge(answer, wanted):
    """One of: agreed, differed, skipped, failed."""
    if isinstance(answer, str):
        return "failed"
    if answer.get("verdict") == "skip":
        return "skipped"
    keys = ("symbols", "verdict", "hashes", "label", "offset", "tensor")
    same = all(answer.get(key) == wanted.get(key) for key in keys)
    return "agreed" if same else "differed"


def print_matrix(results):
    """Agreed of all, by stage and verdict; then the counts."""
    stages = list(dict.fromkeys(stage for stage, _, _ in results))
    print(f"{'':<12}" + "".join(f"{column:>13}" for column in COLUMNS))
    for stage in stages:
        cells = [[result for s, c, result in results if (s, c) == (stage, column)] for column in COLUMNS]
        print(f"{stage:<12}" + "".join(f"{cell.count('agreed')}/{len(cell)}".rjust(13) if cell else f"{'-':>13}"
                                       for cell in cells))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--vectors", type=Path, default=HERE / "vectors")
    parser.add_argument("--stage", action="append")
    parser.add_argument("--partial", action="store_true")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    decoder, results = Decoder(options.command), []
    with tempfile.TemporaryDirectory() as folder:
        for stage, request, wanted in questions(options.vectors, options.stage, Path(folder)):
            answer = decoder.ask(request)
            result = judge(answer, wanted)
            results.append((stage, wanted.get("verdict", "symbols"), result))
            if result in ("differed", "failed"):
                print(f"{request['name']}: {result}\n  wanted {json.dumps(wanted)[:300]}\n  got    {json.dumps(answer)[:300]}")
    decoder.stop()
    print_matrix(results)
    counts = {result: sum(r == result for _, _, r in results) for result in ("agreed", "skipped", "differed", "failed")}
    print(", ".join(f"{count} {result}" for result, count in counts.items()))
    good = counts["agreed"] and not counts["differed"] and not counts["failed"]
    return 0 if good and (options.partial or not counts["skipped"]) else 1


if __name__ == "__main__":
    sys.exit(main())
