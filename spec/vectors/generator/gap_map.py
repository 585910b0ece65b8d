"""Blocks of gap_map, as the specification describes them."""

from dataclasses import dataclass
from itertools import accumulate

from .fields import Field, join, prefixed, word
from .huffman import sequence, token_fields, tokens_of
from .model import GAP_MAP, Block
from .payloads import indices_of, lines_of, tensor


@dataclass(frozen=True)
class Choices:
    """How a block is coded: tokens of the gap code, values in a tuple, tokens of the tuples' code."""
    gaps: str
    values: int = 1
    tuples: str = ""


def _symbol_bits(code):
    """What each entry of a code takes."""
    starts = [*accumulate((1 << extra for _, extra in code.tokens), initial=0)]
    return [next(length + extra for (length, extra), end in zip(code.tokens, starts[1:]) if entry < end)
            for entry in range(len(code.entries))]


def tuple_symbols(code, values):
    """The symbol of each tuple of entry numbers."""
    bits, base = _symbol_bits(code), len(code.entries)
    tuples = [tuple(number // base ** i % base for i in range(values)) for number in range(base ** values)]
    tuples.sort(key=lambda tuple_: sum(map(bits.__getitem__, tuple_)))
    return {tuple_: symbol for symbol, tuple_ in enumerate(tuples)}


def value_fields(code, choices, numbers):
    """The sequence of some entry numbers."""
    if choices.values == 1:
        return sequence(code.tokens, len(code.entries), numbers)
    symbols = tuple_symbols(code, choices.values)
    filled = list(numbers) + [0] * (-len(numbers) % choices.values)
    tuples = [tuple(filled[i:i + choices.values]) for i in range(0, len(filled), choices.values)]
    return sequence(tokens_of(choices.tuples), len(symbols), [symbols[tuple_] for tuple_ in tuples])


def gap_fields(choices, gaps):
    """The sequence of some gaps."""
    tokens = tokens_of(choices.gaps)
    return sequence(tokens, sum(1 << extra for _, extra in tokens), gaps)


def block_fields(choices, entries, gaps, values):
    """A block of these fields of its sequences."""
    fields = [word("entries", 2, entries - 1), word("tuple_values", 1, choices.values),
              *prefixed("gap_code", token_fields(tokens_of(choices.gaps)))]
    if choices.values > 1:
        fields += prefixed("tuple_code", token_fields(tokens_of(choices.tuples)))
    return [*fields, word("gap_bytes", 4, len(join(gaps))), *prefixed("gaps", gaps), *prefixed("values", values)]


def gaps_of(cells):
    """The gaps of some cells in line order."""
    places = [place for place, cell in enumerate(cells) if cell]
    return [place - before - 1 for before, place in zip([-1, *places], places)]


def coded_fields(code, choices, cells):
    """The block of some cells in line order."""
    gaps = gaps_of(cells)
    if not gaps:
        return [Field("nothing", b"")]
    numbers = indices_of(code.entries, [cell for cell in cells if cell])
    return block_fields(choices, len(gaps), gap_fields(choices, gaps), value_fields(code, choices, numbers))


def gap_map(name, dtype, shape, cells, code, choices, fill=None, **more):
    """A gap_map tensor, all of whose blocks are coded by these choices."""
    made = tensor(name, dtype, shape, cells, encoding=GAP_MAP, code=code, fill=(), **more)
    lines = lines_of(made)
    for count in fill or [len(lines)]:
        taken, lines = lines[:count], lines[count:]
        fields = coded_fields(code[1], choices, [cell for line in taken for cell in line])
        assert len(join(fields)) < sum(map(len, taken)) * made.cell_bytes, "as large as plain"
        made.blocks.append(Block(count, fields))
    return made
