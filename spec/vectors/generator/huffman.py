"""Code tables and coded sequences, as the specification describes them."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from .fields import Field, word
from .model import CODE, Table, pack_cells

STREAMS, LEAST_FOR_STREAMS, TAIL = 32, 1024, 8


@dataclass(frozen=True)
class Code:
    """A code: code length and extra bits of each token, and the entries in the order of the table."""
    tokens: tuple
    entries: tuple


def tokens_of(text):
    """The tokens of a text such as `1+0 2+3`: code length and extra bits of each."""
    return tuple(tuple(map(int, token.split("+"))) for token in text.split())


def text_of(tokens):
    """The text of some tokens."""
    return " ".join(f"{length}+{extra}" for length, extra in tokens)


def code(text, entries):
    """A code of tokens as text and of these entries."""
    return Code(tokens_of(text), tuple(entries))


def token_fields(tokens, **more):
    """The fields of some tokens; `count` and `padding` replace the token count and set bits behind the tokens."""
    size = (9 * len(tokens) + 7) // 8
    string = sum((length + 16 * extra) << 9 * t for t, (length, extra) in enumerate(tokens))
    string |= more.get("padding", 0) << 9 * len(tokens)
    return [word("token_count", 1, more.get("count", len(tokens))), word("tokens", size, string)]


def code_table(bits, made, **more):
    """A code table; `more` as for `token_fields`."""
    return Table(CODE, [*token_fields(made.tokens, **more), Field("cells", pack_cells(bits, made.entries))], bits)


def codewords(tokens):
    """The codeword of each token as text, its most significant bit first."""
    words, number, before = [""] * len(tokens), 0, 0
    for length, token in sorted((length, token) for token, (length, _) in enumerate(tokens)):
        number <<= length - before
        words[token] = format(number, f"0{length}b") if length else ""
        number, before = number + 1, length
    return words


def _stream(bits):
    """Bits as text, the first one in the least significant bit of the first byte."""
    return int(bits[::-1] or "0", 2).to_bytes((len(bits) + 7) // 8, "little")


def streams(tokens, symbols, count):
    """The bytes of each stream; a symbol may lie behind the entries if its token has room for it."""
    words = codewords(tokens)
    starts = [0, *accumulate(1 << extra for _, extra in tokens)]
    bits = [[] for _ in range(count)]
    for i, symbol in enumerate(symbols):
        token = bisect_right(starts, symbol) - 1
        extra = tokens[token][1]
        more = format(symbol - starts[token], f"0{extra}b")[::-1] if extra else ""
        bits[i % count].append(words[token] + more)
    return [_stream("".join(stream)) for stream in bits]


def length_fields(lengths, shortest=None, bits=None):
    """The fields of the lengths of streams, as short as they can be if not given."""
    shortest = min(lengths) if shortest is None else shortest
    bits = (max(lengths) - shortest).bit_length() if bits is None else bits
    string = sum((length - shortest) << i * bits for i, length in enumerate(lengths))
    return [word("shortest", 2, shortest), word("length_bits", 1, bits), word("lengths", len(lengths) * bits // 8, string)]


def sequence(tokens, entries, symbols, count=None):
    """The fields of a coded sequence over this number of entries; `count` streams if given."""
    if not symbols or entries == 1:
        return [Field("symbols", b"")]
    if count is None:
        count = STREAMS if len(symbols) >= LEAST_FOR_STREAMS else 1
    made = streams(tokens, symbols, count)
    lengths = length_fields([len(stream) for stream in made]) if count > 1 else []
    return lengths + [Field(f"stream{i}", data) for i, data in enumerate(made)] + [Field("tail", bytes(TAIL))]


def coded(made, cells):
    """The fields of the coded sequence of some cells."""
    numbers = {cell: i for i, cell in enumerate(made.entries)}
    return sequence(made.tokens, len(made.entries), [numbers[cell] for cell in cells])
