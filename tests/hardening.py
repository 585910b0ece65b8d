"""The installed command is hardened: hardening.py PROGRAM. A position-independent executable whose stack is not
executable and whose relocations are read-only from the start, with guarded stacks and checked library calls."""

import subprocess
import sys

EXPECTED = {
    "position-independent executable": ("-hW", "DYN (Position-Independent Executable"),
    "relocations bound at the start": ("-dW", "BIND_NOW"),
    "read-only relocations": ("-lW", "GNU_RELRO"),
    "stack protector": ("-sW", "__stack_chk_fail"),
    "checked library calls": ("-sW", "_chk@GLIBC"),
}


def readelf(option, program):
    return subprocess.run(["readelf", option, program], capture_output=True, text=True, check=True).stdout


def main(program):
    missing = [name for name, (option, text) in EXPECTED.items() if text not in readelf(option, program)]
    stack = [line.split()[-2] for line in readelf("-lW", program).splitlines() if "GNU_STACK" in line]
    if stack != ["RW"]:
        missing.append("stack that is not executable")
    for name in missing:
        print(f"{program}: no {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
