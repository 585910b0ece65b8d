"""Compiles every header alone: header_alone.py C++-COMPILER... -- C-COMPILER... -- FLAGS..."""

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("codec", "formats", "tools")
C_HEADERS = ("formats/pondus.h",)


def commands(arguments):
    """The three lists of arguments."""
    lists = [[]]
    for argument in arguments:
        if argument == "--":
            lists.append([])
        else:
            lists[-1].append(argument)
    return lists


def compile_alone(compiler, standard, suffix, header, flags, folder):
    """What the compiler says of a file that has nothing but the header, included twice."""
    source = Path(folder) / (header.replace("/", "_") + suffix)
    source.write_text(f'#include "{header}"\n#include "{header}"\n', encoding="utf-8")
    command = [*compiler, f"-std={standard}", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}", *flags, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"{header}{suffix}: {done.stderr}" if done.returncode else None


def main():
    cxx, c, flags = commands(sys.argv[1:])
    headers = [path.relative_to(ROOT).as_posix() for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.h"))]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(compile_alone, cxx, "c++20", ".cc", header, flags, folder) for header in headers]
        jobs += [pool.submit(compile_alone, c, "c11", ".c", header, flags, folder) for header in C_HEADERS]
        messages = [job.result() for job in jobs if job.result()]
    for message in messages:
        print(message)
    print(f"header_alone: {len(jobs)} headers, {len(messages)} that do not compile alone")
    return 1 if messages or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
