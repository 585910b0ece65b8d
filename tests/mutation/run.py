"""The share of mutants of the readers' checks that the vectors find out: run.py BUILD-FOLDER (a scratch one, kept for the next run)"""

import collections
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
from mutate import Mutator  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
READERS = ("codec/container/frame.cc", "codec/container/directory_reader.cc", "codec/container/record_reader.cc",
           "codec/container/file.cc", "codec/container/tables.cc", "codec/base/utf8.cc", "codec/base/shape.cc",
           "codec/entropy/huffman_code.cc", "codec/entropy/huffman_stream.cc", "codec/entropy/zstd_frame.cc",
           "formats/codebook.cc", "formats/code_table.cc", "formats/sparse_lines.cc", "formats/tensor_check.cc",
           "formats/*/*_wire.cc", "tools/restore.cc", "tools/io/safetensors.cc", "tools/io/safetensors_index.cc",
           "tools/io/json_strict.cc")
EQUIVALENT = Path(__file__).resolve().parent / "equivalent.txt"
LEAST = 0.98


def copy_sources(folder):
    """A copy of what is tracked, without vectors; writes only what is new, so that a build stays current."""
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"], capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        if not name.startswith("spec/vectors/") and (ROOT / name).is_file():
            yield name, folder / name


def write_if_new(path, text):
    """Writes a file unless it says that already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file() or path.read_bytes() != text:
        path.write_bytes(text)


def build(folder):
    """Builds the mutated copy; gives its mutants."""
    mutator, readers = Mutator(), {p.relative_to(ROOT).as_posix() for r in READERS for p in ROOT.glob(r)}
    for name, target in copy_sources(folder):
        text = (ROOT / name).read_bytes()
        if name in readers:
            text = mutator.mutate(name, text.decode()).encode()
        elif name == "tests/meson.build":
            text += (b"executable('mutants', 'mutation/runner.cc', 'judge_vector.cc', '../tools/vector_file.cc', "
                     b"cpp_args: '-DPONDUS_WITH_TOOLS', dependencies: [pondus_dep, tools_lib_dep], build_by_default: false)\n")
        write_if_new(target, text)
    if not (folder / "build").is_dir():
        subprocess.run(["meson", "setup", folder / "build", folder, "-Dfuzz=false", "-Dexamples=false", "-Doptimization=1",
                        "-Dcpp_args=-D_GLIBCXX_ASSERTIONS"],
                       check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder / "build", "tests/mutants"], check=True, stdout=subprocess.DEVNULL)
    return mutator.mutants


def run(folder, mutants):
    """The outcome of each mutant, by number; `outcomes` in the folder shows how far it is."""
    lines = "".join(f"{m.number} {m.label}\n" for m in mutants)
    with (folder / "outcomes").open("wb") as outcomes:
        subprocess.run([folder / "build/tests/mutants", ROOT / "spec" / "vectors"], input=lines.encode(),
                       stdout=outcomes, check=True)
    return {int(line.split()[0]): line.split()[-1] for line in (folder / "outcomes").read_text().splitlines()}


def equivalents():
    """Mutants that are known to change nothing: (file, what, text) to the reason."""
    known = {}
    for line in EQUIVALENT.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            file, what, text, reason = (part.strip() for part in line.split(" | "))
            known[file, what, text] = reason
    return known


def key_of(mutant):
    """What a mutant is known by, whatever its line."""
    return mutant.place.partition(":")[0], mutant.what, mutant.text


def main():
    folder = Path(sys.argv[1]).resolve()
    mutants = build(folder)
    outcomes = run(folder, mutants)
    mutants = [m for m in mutants if outcomes[m.number] != "inapplicable"]
    known = equivalents()
    survivors = [m for m in mutants if outcomes[m.number] == "survived"]
    proved = [m for m in survivors if key_of(m) in known]
    for m in survivors:
        if m not in proved:
            print(f"survived: {m.place} [{m.label}] {m.what}: {m.text}")
    stale = known.keys() - {key_of(m) for m in survivors}
    for key in sorted(stale):
        print("not a survivor:", " | ".join(key))
    labels = collections.Counter(m.label for m in mutants if m.label)
    judged = len(mutants) - len(proved)
    score = (len(mutants) - len(survivors)) / judged
    print(f"{len(mutants)} mutants, {len(mutants) - len(survivors)} killed, {len(survivors)} survived, "
          f"{len(proved)} of these proved equivalent: {100 * score:.2f} %")
    print(f"{len(labels)} labels, of which with fewer than three mutants:",
          ", ".join(sorted(label for label, n in labels.items() if n < 3)) or "none")
    return 0 if score >= LEAST and len(survivors) == len(proved) and not stale else 1


if __name__ == "__main__":
    sys.exit(main())
