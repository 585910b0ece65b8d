"""Counts the tests in meson's logs: summary.py FAILED LOG...; FAILED is 1 if anything outside the logs failed.

The last line is "N passed, N failed, N skipped"; exits with 1 unless something passed and nothing failed.
"""

import collections
import json
import sys


def main(other_failed, logs):
    counts = collections.Counter()
    for path in logs:
        with open(path, encoding="utf-8") as log:
            for line in log:
                test = json.loads(line)
                counts[test["result"]] += 1
                if test["result"] == "SKIP":
                    print(f"skipped: {path}: {test['name']}")
    passed, skipped = counts["OK"], counts["SKIP"]
    failed = sum(counts.values()) - passed - skipped
    if other_failed and not failed:
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] == "1", sys.argv[2:]))
