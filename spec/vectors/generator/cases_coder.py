"""Coded sequences without a file: every form of a code, in one stream and in 32."""

from .coder import CoderVector

LADDER = "1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0 8+0"


def _symbols(count, entries):
    """Symbols without a pattern, the first entries more frequent."""
    state, symbols = 7, []
    for _ in range(count):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        symbols.append(min((state >> 16) % entries, (state >> 24) % entries))
    return symbols


def _each(name, why, tokens, entries, *counts):
    for count in counts:
        yield CoderVector(f"{name}-{count}", f"{why}: {count} symbols.", tokens, entries, _symbols(count, entries))


def cases():
    two = "1+0 1+0"
    yield CoderVector("empty", "No symbols.", two, 2, [])
    yield CoderVector("empty-one-token", "No symbols of a code of one token.", "0+3", 8, [])
    yield CoderVector("one-entry", "Symbols of a code of one entry take no bytes.", "0+0", 1, [0] * 100)
    yield CoderVector("one-entry-streams", "So they do where others would take 32 streams.", "0+0", 1, [0] * 2000)
    yield CoderVector("one-symbol", "One symbol of one bit.", two, 2, [1])
    yield CoderVector("whole-byte", "Eight symbols of one bit: no padding.", two, 2, [0, 1, 1, 0, 1, 0, 0, 1])
    yield CoderVector("ham", "The example of ham.", "1+0 2+0 3+0 3+0", 4,
                      [0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0, 0, 0])
    yield CoderVector("sham", "The example of sham.", "1+0 1+1", 3, [0, 2, 1])
    yield CoderVector("ladder", "Each codeword of lengths 1 to 8, once.", LADDER, 9, list(range(9)))
    yield from _each("ladder", "Lengths 1 to 8", LADDER, 9, 1023, 1024)
    yield CoderVector("order", "Tokens in another order than their codewords: 3, 3, 2 and 1 bits.",
                      "3+0 3+0 2+1 1+4", 20, list(range(20)))
    yield CoderVector("zero-longer", "The first token, that of zero, has the second codeword.", "2+0 1+0 2+0", 3,
                      [0, 1, 2, 2, 1, 0])
    yield CoderVector("extra-one", "Extra bits, each of a run of eight.", "1+0 1+3", 9, list(range(9)))
    yield CoderVector("extra-most", "The first and last of the most entries in one token: 24 extra bits.", "0+24",
                      1 << 24, [0, 1, 2, 1 << 23, (1 << 24) - 1, 0x123456])
    yield CoderVector("longest-symbol", "Symbols of 32 bits: a length of 8 and 24 extra bits.",
                      LADDER[:-3] + "8+24", (1 << 24) - 1, [8, (1 << 24) - 2, 0, 9, 8 + 0x654321])
    yield from _each("fixed", "A last token that is not full, alone: three bits", "0+3", 5, 11, 1024)
    yield from _each("partial", "A last token that is not full", "1+0 2+0 2+3", 7, 100, 1500)
    yield from _each("runs", "Thirty-two tokens of up to seven extra bits",
                     "5+0 " * 10 + "5+1 " * 10 + "5+3 " * 6 + "5+5 " * 4 + "5+7 " * 2, 400, 64, 1055)
    yield CoderVector("streams-zeros", "32 streams of zeros with one codeword of length 8 in each of two.", LADDER, 9,
                      [0] * 500 + [8] + [0] * 1000 + [7] + [0] * 100)
    yield CoderVector("most", "As many symbols as a block may have.", two, 2, [0] * 40000 + [1] * 25536)
