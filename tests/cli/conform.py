"""`conform`, in C++ and in Python: agrees with decoders that agree, and finds out those that do not."""

import pathlib
import subprocess
import sys

from support import PONDUS, ROOT, main, make, run

VECTORS = ROOT / "spec" / "vectors"
SCRIPT = ROOT / "spec" / "conform.py"
STAGES = ("--stage", "index_map", "--stage", "ham")
# A decoder that hands the requests on, and changes the answers by the code that is put in.
FAULTY = '''
import json, subprocess, sys, time
inner = subprocess.Popen([{pondus!r}, "conform", "--answer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
for line in sys.stdin:
    inner.stdin.write(line.encode()); inner.stdin.flush()
    name, answer = json.loads(line)["name"], json.loads(inner.stdout.readline())
    {change}
    print(json.dumps(answer), flush=True)
'''


def ask(*arguments):
    """Exit code and output of both programs, which must be the same but for the width of columns."""
    code, out, err = run("conform", "--vectors", VECTORS, *arguments)
    done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, check=False, timeout=300)
    last = out.decode().splitlines()[-1]
    assert (code, last) == (done.returncode, done.stdout.decode().splitlines()[-1]), (out, err, done)
    return code, out.decode()


def faulty(change, *options):
    """What is said of a decoder whose answers are changed."""
    make("faulty.py", FAULTY.format(pondus=PONDUS, change=change).encode())
    return ask(*STAGES[:2 if "ham" not in change else 4], *options, "--", sys.executable, pathlib.Path("faulty.py").resolve())


def agreement():
    code, out = ask(*STAGES, "--", PONDUS, "conform", "--answer")
    assert code == 0 and " 0 skipped, 0 differed, 0 failed" in out and "ham" in out and "csc" not in out


def differences():
    for change in ("answer['offset'] = 1 + answer.get('offset', 0)", "answer['verdict'] = 'unsupported'",
                   "answer['hashes'] = []", "answer.pop('tensor', 0); answer.pop('hashes', 0)"):
        code, out = faulty(change)
        assert code == 1 and " 0 failed" in out and "index_map/index-9" in out, (change, out)


def skips():
    change = "answer = {'verdict': 'skip'} if name.startswith('ham/') else answer"
    code, out = faulty(change)
    assert code == 1 and " 0 skipped" not in out and " 0 differed, 0 failed" in out
    assert faulty(change, "--partial")[0] == 0
    assert faulty("answer = {'verdict': 'skip'}", "--partial")[0] == 1


def failures():
    for change in ("sys.exit(3)", "answer = 'no object'", "print('{', flush=True); continue"):
        code, out = faulty(f"if name == 'index_map/padding-4': {change}")
        assert code == 1 and " 1 failed" in out, (change, out)
    code, out = ask("--stage", "ham", "--", sys.executable, "-c", "pass")
    assert code == 1 and "0 agreed" in out


def usage():
    assert run("conform")[0] == 1
    assert run("conform", "--vectors", "nowhere", "--", "true")[0] == 1
    assert run("conform", "--vectors", VECTORS, "--stage", "none", "--", "true")[0] == 1


if __name__ == "__main__":
    main(agreement, differences, skips, failures, usage)
