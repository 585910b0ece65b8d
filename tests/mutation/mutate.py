"""Puts mutants of the readers' checks into a copy of the sources, all at once: which one runs is chosen at run time."""

import re
from dataclasses import dataclass

INCLUDE = '#include "tests/mutation/mutant.h"\n'
OPERATORS = {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal", "==": "equal", "!=": "not_equal"}
COMPARISON = re.compile(r"(?<=\s)(<=|>=|==|!=|<|>)(?=\s)")
CHECK = re.compile(r"\brequire\(|\bif \(|\breturn (?=[^;{]*(?:[<>=!]=|[<>] |&&|\|\|))|\bconst bool \w+ = ")
REFUSAL = re.compile(r"\s*\{?\s*return (?:Error\b|fault\(|at_field\(|wrong_size|in\.fail\(|over\(|std::nullopt|false\b|0;|"
                     r"mismatch\(|ShardSetError|\"|refuse\(|&)")
FAULT = re.compile(r'Fault\s+(\w+)\s*\{\s*"([^"]+)"')
CLOSING = {"(": ")", "[": "]", "{": "}"}


@dataclass
class Mutant:
    """One mutant: its number, place, label if the check names one, and what it does."""
    number: int
    place: str
    label: str
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
        self.mutants = []

    def _add(self, place, label, what, text):
        self.mutants.append(Mutant(len(self.mutants) + 1, place, label, what, " ".join(text.split())))
        return len(self.mutants)

    def _condition(self, text, place, label, passes):
        """The condition with its mutants; `passes` is what it is where the check is deleted, or nothing."""
        first = []
        if passes:
            first.append(f"pondus::mutant::on({self._add(place, label, 'delete', text)}) ? {passes} : ")
        first.append(f"pondus::mutant::on({self._add(place, label, 'negate', text)}) ? !({text}) : ")
        return f"({''.join(first)}static_cast<bool>({self._comparisons(text, place, label)}))"

    def _comparisons(self, text, place, label):
        if "{\n" in text or "](" in text:
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
            number = [self._add(place, label, what, shown) for what in ("other operator", "bound + 1", "bound - 1")][0]
            made += text[at:begin]
            made += f"pondus::mutant::compare({number}, pondus::mutant::Op::{OPERATORS[match[1]]}, {left}, {right})"
            at = end
        return made + text[at:]

    def mutate(self, path, text):
        """The text of a source file with its mutants."""
        labels = dict(FAULT.findall(text))
        made, at = "", 0
        for match in CHECK.finditer(text):
            if match.start() < at or text.rfind("constexpr", text.rfind("\n", 0, match.start()), match.start()) >= 0:
                continue
            count = len(self.mutants)
            found = self._check(text, match, labels, f"{path}:{text.count(chr(10), 0, match.start()) + 1}")
            if any(m.label.startswith("request.") for m in self.mutants[count:]):  # no rule of the format
                del self.mutants[count:]
                continue
            if found:
                begin, end, new = found
                made += text[at:begin] + new
                at = end
        return INCLUDE_AFTER.sub(lambda m: m[0] + INCLUDE, made + text[at:], count=1)

    def _check(self, text, match, labels, place):
        """Begin, end and mutated text of the condition of a check, or nothing."""
        begin = match.end()
        if match[0] == "require(":
            end = _end(text, begin, (", ",  ",\n"))
            rest = text[end:_end(text, begin, (";",))]
            return begin, end, self._condition(text[begin:end], place, self._label(rest, labels), "true")
        end = _end(text, begin, (";",))
        condition = text[begin:end]
        if match[0] == "if (":
            refusal = REFUSAL.match(text, end + 1)
            if not refusal or text[end] == ";" or condition.startswith(("auto ", "const auto ")):
                return None
            rest = text[end + 1:text.index(";", end)]
            return begin, end, self._condition(condition, place, self._label(rest, labels), "false")
        if match[0].startswith("return") and re.match(r"(std::move|Error|Result|\[)", condition):
            return None
        if " ? " in condition or "{" in condition or not COMPARISON.search(condition):
            return None
        if match[0].startswith("return") and "&&" not in condition and "||" not in condition:
            return begin, end, self._comparisons(condition, place, "")
        return begin, end, self._condition(condition, place, "", None)

    @staticmethod
    def _label(rest, labels):
        for word in re.findall(r"\w+", rest):
            if word in labels:
                return labels[word]
        return ""


INCLUDE_AFTER = re.compile(r'\A(?:(?://.*|\s*)\n)*?(?=#include)')
