"""The share of mutants of the readers' checks that the vectors find out: run.py BUILD-FOLDER (a scratch one, kept for the next run)"""

import collections
import os
import subprocess
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
from mutate import Mutator, labels_of  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from traceability import rules  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
READERS = ("codec/base/shape.cc", "codec/base/utf8.cc", "codec/bits/byte_reader.h", "codec/bits/packed.h",
           "codec/container/directory.cc", "codec/container/directory_reader.cc", "codec/container/file.cc",
           "codec/container/frame.cc", "codec/container/record_reader.cc", "codec/container/tables.cc",
           "codec/container/text_rules.h", "codec/entropy/binary_coder.h", "codec/entropy/huffman_avx2.cc",
           "codec/entropy/huffman_avx512.cc", "codec/entropy/huffman_code.cc", "codec/entropy/huffman_loops.h",
           "codec/entropy/huffman_stream.cc", "codec/entropy/symbol_decoder.cc", "codec/entropy/rans.h",
           "codec/entropy/zstd_frame.cc", "formats/code_table.cc", "formats/codebook.cc", "formats/encoding.cc",
           "formats/model.cc", "formats/sparse_lines.cc", "formats/tensor_check.cc", "formats/tensor_reader.cc",
           "formats/*/*_wire.cc", "formats/context_map/model_coder.h", "formats/delta_map/delta_map.cc",
           "formats/gap_map/gap_map.cc", "formats/zstd_map/zstd_map.cc", "tools/restore.cc", "tools/io/json_strict.cc", "tools/io/safetensors.cc",
           "tools/io/safetensors_index.cc")
EQUIVALENT = Path(__file__).resolve().parent / "equivalent.txt"
LEAST, LEAST_PER_LABEL = 0.98, 3
# Reading past an end is one check in the code, and one for each fault that is named for it among the mutants.
BYTE_READER = (
    ("  void end_fault(Fault fault,", "  void end_fault(int first, Fault fault, std::uint64_t offset) {\n    first_mutant_ = first;\n"
     "    end_fault_ = fault;\n    end_offset_ = offset;\n  }\n\n  void end_fault(Fault fault,"),
    ("if (count > left())", "if (mutant::past_end(first_mutant_, count, left()))"),
    ("    const auto taken", "    if (count > left()) return {};\n    const auto taken"),
    ("  std::optional<Error> error_;", "  int first_mutant_ = -9;\n  std::optional<Error> error_;"))


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


def prepared(name, text):
    """The text of a reader, that of ByteReader with the faults of its end told apart."""
    for old, new in BYTE_READER if name == "codec/bits/byte_reader.h" else ():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def build(folder):
    """Builds the mutated copy; gives its mutants."""
    mutator, readers = Mutator(), {p.relative_to(ROOT).as_posix() for r in READERS for p in ROOT.glob(r)}
    if forgotten := [pattern for pattern in READERS if not any(ROOT.glob(pattern))]:
        sys.exit(f"readers that are not there: {', '.join(forgotten)}")
    for name, target in copy_sources(folder):
        text = (ROOT / name).read_bytes()
        if name in readers:
            text = mutator.mutate(name, prepared(name, text.decode())).encode()
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


def run(folder, mutants, labels):
    """The outcome of each mutant, by number; `outcomes-*` in the folder show how far it is."""
    running = []
    for part in range(os.cpu_count()):
        path = folder / f"outcomes-{part}"
        child = subprocess.Popen([folder / "build/tests/mutants", ROOT / "spec" / "vectors"], stdin=subprocess.PIPE,
                                 stdout=path.open("wb"), stderr=subprocess.DEVNULL)
        lines = "".join(f"{m.number} {' '.join(labels[id(m.check)])}\n" for m in mutants[part::os.cpu_count()])
        threading.Thread(target=child.communicate, args=(lines.encode(),)).start()
        running.append((child, path))
    outcomes = {}
    for child, path in running:
        if child.wait() != 0:
            sys.exit("the vectors do not pass without a mutant")
        outcomes.update({int(line.split()[0]): line.split()[-1] for line in path.read_text().splitlines()})
    return outcomes


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


def print_labels(mutants, killed, labels):
    """The killed of all mutants of each rule; gives the rules that have too few."""
    judged, dead = (collections.Counter(label for m in some for label in labels[id(m.check)]) for some in (mutants, killed))
    print("by rule:", ", ".join(f"{label} {dead[label]}/{judged[label]}" for label in sorted(judged)))
    few = sorted(label for label in rules() if judged[label] < LEAST_PER_LABEL)
    print(f"{len(rules())} rules, of which with fewer than {LEAST_PER_LABEL} mutants:", ", ".join(few) or "none")
    return few


def main():
    folder = Path(sys.argv[1]).resolve()
    mutants = build(folder)
    checks = list({id(m.check): m.check for m in mutants}.values())
    labels = {id(check): labels_of(check, checks) for check in checks}
    outcomes = run(folder, mutants, labels)
    mutants = [m for m in mutants if outcomes[m.number] != "inapplicable"]
    known = equivalents()
    survivors = [m for m in mutants if outcomes[m.number] == "survived"]
    killed = [m for m in mutants if outcomes[m.number] == "killed"]
    unproved = [m for m in survivors if key_of(m) not in known]
    for m in unproved:
        print(f"survived: {m.place} [{m.check.label}] {m.what}: {m.text}")
    stale = known.keys() - {key_of(m) for m in survivors}
    for key in sorted(stale):
        print("not a survivor:", " | ".join(key))
    few = print_labels([m for m in mutants if m in killed or m in unproved], killed, labels)
    score = len(killed) / (len(killed) + len(unproved))
    print(f"{len(mutants)} mutants, {len(killed)} killed, {len(survivors)} survived, "
          f"{len(survivors) - len(unproved)} of these proved equivalent: {100 * score:.2f} %")
    return 0 if score >= LEAST and not stale and not few else 1


if __name__ == "__main__":
    sys.exit(main())
