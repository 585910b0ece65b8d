"""Random legal and broken files, both decoders on each: differential.py PONDUS SEED COUNT [generated|broken]"""

import collections
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "spec" / "vectors"))
sys.dont_write_bytecode = True

from generator.breaker import broken  # noqa: E402
from generator.fields import join  # noqa: E402
from generator.random_blocks import FORMS  # noqa: E402
from generator.random_file import random_file  # noqa: E402
from generator.writer import lay_out  # noqa: E402
from decoder.check import check  # noqa: E402

LIMITS = {"decoded-bytes": 1 << 24}
BATCH = 100  # so few that requests and answers fit into pipes


def generated_file(rng, blocks):
    """A legal file: its bytes, and None for the label that is due; counts its blocks that are not plain by encoding."""
    file = random_file(rng)
    blocks.update(t.encoding for t in file.tensors for block in t.blocks if block.fields[0].name != "plain")
    return join(lay_out(file)), None


def broken_file(rng, _):
    """A broken file: its bytes, and the label that is due, or "damage" for any."""
    name, fields = broken(rng, lambda: random_file(rng))
    return join(fields), name


def fault(due, first, second):
    """What is wrong with two answers."""
    if first != second:
        return f"they differ:\n  {json.dumps(first)}\n  {json.dumps(second)}"
    if due is None and first["verdict"] not in ("ok", "unsupported"):
        return f"a legal file is refused: {first}"
    if due not in (None, "damage", first.get("label")):
        return f"{due} was broken, and the verdict is {first}"
    return None


def run(pondus, seed, count, make, limits=LIMITS):
    """The number of faults over some files, the labels by number, and the blocks that are not plain."""
    labels, blocks, faults = collections.Counter(), collections.Counter(), 0
    child = subprocess.Popen([pondus, "conform", "--answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.pondus" for number in range(BATCH)]
        for begin in range(seed, seed + count, BATCH):
            batch = [make(random.Random(number), blocks) for number in range(begin, min(begin + BATCH, seed + count))]
            for path, (data, _) in zip(paths, batch):
                path.write_bytes(data)
                child.stdin.write(json.dumps({"files": [str(path)], "limits": limits}).encode() + b"\n")
            child.stdin.flush()
            for number, (data, due) in enumerate(batch, begin):
                first, second = check([data], limits), json.loads(child.stdout.readline())
                labels[first.get("label", "ok")] += 1
                wrong = fault(due, first, second)
                if wrong:
                    faults += 1
                    print(f"seed {number}: {wrong}")
    child.stdin.close()
    child.wait()
    return faults, labels, blocks


def main():
    pondus, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    kinds = {"generated": generated_file, "broken": broken_file}
    failed = 0
    for kind in sys.argv[4:] or kinds:
        faults, labels, blocks = run(pondus, seed, count, kinds[kind])
        print(f"{count} {kind} files from seed {seed}: {faults} faults, {len(labels)} different answers")
        print("  " + ", ".join(f"{label} {n}" for label, n in sorted(labels.items())))
        if blocks:
            print("  blocks that are not plain:", ", ".join(f"encoding {id_} {blocks[id_]}" for id_ in sorted({*blocks, *FORMS})))
            failed += sum(blocks[id_] == 0 for id_ in FORMS)
        failed += faults
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
