"""Vectors of the coder alone: tokens and symbols, and the bytes of their coded sequence, as text and back."""

from dataclasses import dataclass
from itertools import groupby

from .fields import join
from .huffman import sequence, tokens_of
from .vector import bytes_of, runs

FOLDER = "huffman/coder"
PER_SYMBOLS = 24


@dataclass
class CoderVector:
    """Symbols over a number of entries, and the tokens that code them."""
    name: str
    why: str
    tokens: str
    entries: int
    symbols: list

    @property
    def data(self):
        return join(sequence(tokens_of(self.tokens), self.entries, self.symbols))


def _symbol_words(symbols):
    """Symbols as words, `s*n` standing for a repeated one."""
    for symbol, group in groupby(symbols):
        count = len(list(group))
        yield str(symbol) if count == 1 else f"{symbol}*{count}"


def render(vector):
    """The text of a vector of the coder."""
    words = list(_symbol_words(vector.symbols))
    lines = [f"# {vector.why}", f"tokens: {vector.tokens.strip()}", f"entries: {vector.entries}", "", "symbols:"]
    lines += [" ".join(words[at:at + PER_SYMBOLS]) for at in range(0, len(words), PER_SYMBOLS)]
    return "\n".join(lines + ["", "bytes:"] + runs(vector.data)) + "\n"


def parse(text):
    """Tokens, number of entries, symbols and bytes in a text."""
    head, symbols, data, section = {}, [], bytearray(), None
    for line in text.split("\n"):
        line = line.split("#")[0].strip()
        if line in ("symbols:", "bytes:"):
            section = line
        elif section is None and line:
            key, value = line.split(":", 1)
            head[key] = value.strip()
        elif section == "symbols:":
            for token in line.split():
                symbol, _, count = token.partition("*")
                symbols += [int(symbol)] * int(count or 1)
        else:
            for token in line.split():
                data += bytes_of([token])
    return tokens_of(head["tokens"]), int(head["entries"]), symbols, bytes(data)
