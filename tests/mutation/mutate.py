"""Puts mutants of the readers' checks into a copy of the sources, all at once: which one runs is chosen at run time."""

import re
from dataclasses import dataclass

INCLUDE = '#include "tests/mutation/mutant.h"\n'
OPERATORS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
COMPARISON = re.compile(r"(?<=\s)(<=|>=|==|!=|<|>)(?=\s)")
CHECK = re.compile(r"(?<!bool )\brequire\(|\bif \((?!!require\(|!in_\.require\()|\bend_fault\((?=\w+,)|"
                   r"\breturn (?!require\()(?=[^;{]*(?:[<>=!]=|[<>] |&&|\|\|))|\bconst bool \w+ = |"
                   r"\b(?:bad|twice) \|= |\.past_end = streams\.past_end \|\| |\bwhile \((?=[^;{}]*\) \+\+\w+;)|\breturn \{\w+, (?=[^;{}]* \? \w+ : \w+\};)")
REFUSAL = re.compile(r"\s*\{?\s*(?:return (?:Error\b|fault\(|at_field\(|wrong_size|in\.\w+\(|over\(|std::nullopt|false\b|0;|"
                     r"mismatch\(|ShardSetError|\"|refuse\(|&|tuples_most|encoding\.|first_bad\(|\{first )|fail\(|judged = at_field\(|"
                     r"record\.unsupported = |const auto \[bad, fault\] = )")
ACCEPTANCE = re.compile(r"\s*return \{\};\n\s*return (?=Error\{)")
FAULT = re.compile(r'Fault\s+(\w+)\s*\{\s*"([^"]+)"')
FUNCTION = re.compile(r"^[ \w:<>,&*]*?\b(?!if\b|for\b|while\b|switch\b)(\w+)\([^;{}\[\]]*\)(?: const)?(?: override)? \{", re.M)
# Functions that no rule of the format is judged by: of products, writers and restorers, and choices among decoders that
# tests/kernels.cc holds equal.
NOT_OF_CHECKERS = ("is_high", "multiply_block", "rebuild_safetensors", "restore_source", "sequence_bytes",
                   "by_byte", "decode_rows", "in_registers", "kernel_code", "make_kernel_code", "partial",
                   "formats/tensor_reader.cc:read", "tools/io/safetensors.cc:entry", "tools/io/safetensors.cc:whole",
                   "visit_metadata", "formats/gap_map/gap_map_wire.cc:fits")
KERNEL_JUDGES = ("past_end",)
# Rules that are judged by what a function gives, where no condition asks for it by name.
SERVED = {"require_zeros": ("header.reserved", "trailer.reserved"), "make": ("record.shape",),
          **dict.fromkeys(("past_end", "is_partial", "decode_runs", "decode_by"), ("huffman.entry",)), "in_order": ("meta.order",),
          "formats/cser/cser_wire.cc:take": ("cser.position-twice",),
          **dict.fromkeys(("formats/cser/cser_wire.cc:good", "formats/cser/cser_wire.cc:judge"),
                          ("cser.position-past-end", "cser.position-order", "cser.position-twice")),
          **dict.fromkeys(("positions_in_order", "list_positions", "formats/sparse_lines.cc:first_bad"),
                          ("sparse.position-past-end", "sparse.position-order")),
          "list_mask": ("sparse.mask-padding", "sparse.mask-count"),
          "surrogate": ("record.name", "meta.key", "meta.value", "source.name"),
          "utf8_length": ("record.name", "meta.key", "meta.value", "source.name")}
CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass
class Check:
    """A condition: its label if it names one, its text, and the variable or function that it gives its value to."""
    file: str
    label: str
    condition: str
    name: str
    mentioned: frozenset


@dataclass
class Mutant:
    """One mutant: its number, place, check, and what it does to which text."""
    number: int
    place: str
    check: Check
    what: str
    text: str


def _end(text, at, stops):
    """Where, from `at` on and outside all brackets, one of the stops or a closing bracket is."""
    depth = 0
    while at < len(text):
        if depth == 0 and any(text.startswith(stop, at) for stop in stops):
            return at
        if text[at] == '"':
            at = text.index('"', at + 1)
        elif text[at] in CLOSING:
            depth += 1
        elif text[at] in CLOSING.values():
            if depth == 0:
                return at
            depth -= 1
        at += 1
    return at


def _begin(text, at):
    """Where the operand that ends at `at` begins."""
    depth = 0
    while at > 0:
        if depth == 0 and text[:at].endswith(("&& ", "|| ", "&&\n", "||\n", ", ", "? ", " : ", "return ", "= ", "; ")):
            return at
        at -= 1
        if text[at] in CLOSING.values():
            depth += 1
        elif text[at] in CLOSING:
            if depth == 0:
                return at + 1
            depth -= 1
    return at


class Mutator:
    """Numbers the mutants of all files."""

    def __init__(self):
        self.mutants, self.file, self.place, self.check = [], "", "", None

    def _add(self, what, text):
        self.mutants.append(Mutant(len(self.mutants) + 1, self.place, self.check, what, " ".join(text.split())))
        return len(self.mutants)

    def _condition(self, text, passes):
        """The condition with its mutants; `passes` is what it is where the check is deleted, or nothing."""
        results = {"delete": passes, "negate": f"!({text})"} if passes else {"negate": f"!({text})"}
        if passes and not COMPARISON.search(text):
            results["always"] = f"!{passes}"
        first = [f"pondus::mutant::on({self._add(what, text)}) ? {result} : " for what, result in results.items()]
        return f"({''.join(first)}static_cast<bool>({self._comparisons(text)}))"

    def _comparisons(self, text):
        if "{\n" in text:
            return text
        made, at = "", 0
        for match in COMPARISON.finditer(text):
            begin = _begin(text, match.start())
            end = _end(text, match.end(), ("&&", "||", ", ", " ?", " :", ";"))
            if begin < at:
                continue
            left, right = text[begin:match.start()].strip(), text[match.end():end].strip()
            if left.startswith("!") or not left or not right:
                continue
            shown = f"{left} {match[1]} {right}"
            number = [self._add(what, shown) for what in ("other operator", "bound + 1", "bound - 1")][0]
            made += text[at:begin]
            made += f"pondus::mutant::compare({number}, pondus::mutant::Op::{OPERATORS[match[1]]}, {left}, {right})"
            at = end
        return made + text[at:]

    def mutate(self, path, text):
        """The text of a source file with its mutants."""
        labels, self.file = _faults(text), path
        made, at = "", 0
        for match in CHECK.finditer(text):
            if match.start() < at or "constexpr" in text[text.rfind("\n", 0, match.start()):match.start()]:
                continue
            self.place = f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
            count = len(self.mutants)
            found = self._mutated(text, match, labels)
            if self._is_of_no_rule(path):
                del self.mutants[count:]
            elif found:
                begin, end, new = found
                made += text[at:begin] + new
                at = end
        return INCLUDE_AFTER.sub(lambda m: m[0] + INCLUDE, made + text[at:], count=1)

    def _mutated(self, text, match, labels):
        """Begin, end and mutated text of the condition of a check, or nothing."""
        begin = match.end()
        end = _end(text, begin, (", ", ",\n") if match[0] == "require(" else (";",))
        condition = text[begin:end]
        refusal = REFUSAL.match(text, end + 1)
        acceptance = ACCEPTANCE.match(text, end + 1)
        behind = (text[end:_end(text, end, (";",))] if match[0] == "require(" else condition if match[0] == "end_fault(" else
                  text[acceptance.end():text.index(";", acceptance.end())] if acceptance else
                  text[end + 1:text.index(";", end)] if match[0] == "if (" else "")
        self.check = self._named(text, match, condition, behind, labels)
        if match[0] == "end_fault(":
            return begin, begin, f"{[self._add(what, condition) for what in ('delete', 'bound + 1', 'bound - 1')][0]}, "
        if match[0] == "require(":
            return begin, end, self._condition(condition, "true")
        if match[0] == "if (":
            if not (refusal or acceptance) or text[end] == ";" or condition.startswith(("auto ", "const auto ")):
                return None
            return begin, end, self._condition(condition, "true" if acceptance else "false")
        if match[0].startswith("return {"):
            end = text.index(" ? ", begin)
            return begin, end, self._condition(text[begin:end], None)
        if match[0].endswith(("|= ", "|| ")):
            return begin, end, self._condition(condition, "false")
        if match[0].startswith("return") and re.match(r"(std::move|Error|Result|\[)", condition):
            return None
        if " ? " in condition or "{" in condition or not COMPARISON.search(condition):
            return None
        if match[0].startswith("return") and "&&" not in condition and "||" not in condition:
            return begin, end, self._comparisons(condition)
        return begin, end, self._condition(condition, None)

    def _is_of_no_rule(self, path):
        """Whether a check is none of a checker's."""
        kernel = re.search(r"_(avx2|avx512|neon)\.cc$", path) and self.check.name not in KERNEL_JUDGES
        names = {self.check.name, f"{path}:{self.check.name}"}
        return kernel or self.check.label.startswith("request.") or names & set(NOT_OF_CHECKERS)

    def _named(self, text, match, condition, behind, labels):
        """What is known of a check, `behind` being what follows its condition."""
        label = next((labels[word] for word in re.findall(r"\w+", behind) if word in labels), "")
        function = max(FUNCTION.finditer(text, 0, match.start()), key=lambda found: found.start(), default=None)
        name = match[0].split()[2] if match[0].startswith("const bool") else function[1] if function else ""
        mentioned = re.findall(r"\w+", text[function.start():match.start() + 2000].split("\n}\n")[0]) if function else ()
        return Check(self.file, label, condition, name, frozenset(labels[word] for word in mentioned if word in labels))


def _faults(text):
    """The labels that a file's names of faults and of errors stand for."""
    labels = dict(FAULT.findall(text))
    labels.update({error: labels[fault] for error, fault in re.findall(r"Error (\w+)\{(\w+),", text) if fault in labels})
    return {**{name.removesuffix("_fault"): label for name, label in labels.items()}, **labels}


def labels_of(check, checks):
    """The rules that a check belongs to: the one that it names, or those of the checks that ask for what it gives. Those of
    tools without any serve [source.mismatch]."""
    found, names, left = {check.label} - {""}, {check.name}, [check] if not check.label else []
    while left:
        name = left.pop().name
        for other in checks:
            if re.search(rf"\b{name}\b", other.condition):
                found |= {other.label} - {""}
                if not other.label and other.name not in names:
                    names.add(other.name)
                    left.append(other)
    served = SERVED.get(f"{check.file}:{check.name}", SERVED.get(check.name, ()))
    found = {check.label} if check.label else set(served) or found or check.mentioned
    return {label for label in found if not label.startswith("request.")} or {"source.mismatch"}


INCLUDE_AFTER = re.compile(r'\A(?:(?://.*|#pragma once|\s*)\n)*?(?=#include)')
