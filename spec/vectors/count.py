"""Counts the vectors by folder and verdict, and by rule of the specification; fails if a rule has none."""

import collections
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERDICTS = ("ok", "malformed", "unsupported", "over-limit")


def main():
    rules = {label for path in HERE.parent.rglob("*.md")
             for label in re.findall(r"\*\*\[([a-z0-9_]+\.[a-z0-9-]+)\]\*\*", path.read_text(encoding="utf-8"))}
    verdicts, labels = collections.Counter(), collections.Counter({rule: 0 for rule in rules})
    for path in HERE.glob("*/*.hex"):
        head = path.read_text(encoding="utf-8").partition("\nbytes:")[0]
        verdicts[path.parent.name, re.search(r"^verdict: (\S+)", head, re.MULTILINE)[1]] += 1
        labels.update(re.findall(r"^label: (\S+)", head, re.MULTILINE))
    print(f"{'folder':<12}" + "".join(f"{verdict:>13}" for verdict in VERDICTS))
    for folder in sorted({folder for folder, _ in verdicts}):
        print(f"{folder:<12}" + "".join(f"{verdicts[folder, verdict]:>13}" for verdict in VERDICTS))
    totals = [sum(n for (_, v), n in verdicts.items() if v == verdict) for verdict in VERDICTS]
    print(f"{'all':<12}" + "".join(f"{total:>13}" for total in totals))
    print(f"{len([*HERE.glob('*/coder/*.txt')])} vectors of the coder")
    print("by rule:", ", ".join(f"{label} {count}" for label, count in sorted(labels.items())))
    without = sorted(label for label in rules if labels[label] == 0)
    print(f"{len(rules)} rules, {len(without)} without vectors", *without)
    return 1 if without else 0


if __name__ == "__main__":
    sys.exit(main())
