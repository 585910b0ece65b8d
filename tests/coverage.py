"""Lines of codec/ and formats/ that ran: coverage.py LCOV UNCOVERED

Prints the share of each file that has lines which never ran, and these, each with its reason from UNCOVERED (path, a part of the
line, reason, between tabs). Fails below 97 % of all lines.
"""

import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = 97


def read_lcov(path):
    """Counts of runs by file, from the root, and line."""
    files = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            file = Path(rest).resolve()
            name = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else ""
            runs = files.setdefault(name, Counter()) if name.startswith(("codec/", "formats/")) else Counter()
        elif kind == "DA":
            number, count = rest.split(",")[:2]
            runs[int(number)] += int(count)
    return files


def read_reasons(path):
    """Lists of part and reason by file."""
    reasons = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, part, reason = line.split("\t")
            reasons.setdefault(name, []).append((part, reason))
    return reasons


def reason_for(text, reasons, used):
    """The first reason whose part stands in a line, noted in `used`; else nothing."""
    for part, reason in reasons:
        if part in text:
            used.add(part)
            return reason
    return ""


def main():
    files, reasons = read_lcov(Path(sys.argv[1])), read_reasons(Path(sys.argv[2]))
    every = sum(len(runs) for runs in files.values())
    missed = explained = 0
    stale = []
    for name, runs in sorted(files.items()):
        never = sorted(number for number, count in runs.items() if count == 0)
        used, known = set(), reasons.get(name, [])
        if never:
            print(f"{name}: {100 * (1 - len(never) / len(runs)):.1f} % of {len(runs)} lines")
        text = (ROOT / name).read_text(encoding="utf-8").splitlines()
        for number in never:
            reason = reason_for(text[number - 1], known, used)
            print(f"  {number}: {text[number - 1].strip()[:90]}" + (f"  # {reason}" if reason else ""))
            explained += bool(reason)
        missed += len(never)
        stale += [f"{name}: {part}" for part, _ in known if part not in used]
    share = 100 * (1 - missed / every)
    print(f"{share:.2f} % of {every} lines; {missed} never ran, {explained} of them with a reason")
    print("".join(f"a reason for a line that ran: {entry}\n" for entry in stale), end="")
    return 0 if share >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
