"""Kernels are compiled for some machines only, so their libraries define no symbol that another file might define as
well (weak, as inline functions are): the linker could take it for all machines."""

import subprocess
import sys


def main():
    shared, own = [], 0
    for library in sys.argv[1:]:
        done = subprocess.run(["nm", "--defined-only", "--demangle", library], capture_output=True, text=True, check=True)
        for line in done.stdout.splitlines():
            kind, name = (line[17:].split(maxsplit=1) + ["", ""])[:2]
            own += kind == "T"
            if kind in ("V", "v", "W", "w", "u"):
                shared.append(f"{library}: {name}")
    print("\n".join(shared + [f"kernel_symbols: {own} kernels, {len(shared)} symbols that are not theirs"]))
    return 1 if shared or not own else 0


if __name__ == "__main__":
    sys.exit(main())
