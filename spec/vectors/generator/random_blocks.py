"""Random coded blocks of each encoding: any that the specification admits, whatever an encoder would choose."""

from dataclasses import dataclass
from typing import Callable

from . import cser, delta, gap_map, random_code, random_context, zstd
from .context import coded as context_fields
from .fields import word
from .huffman import text_of
from .model import CONTEXT_MAP, CSC, CSER, DELTA_MAP, DENSE, GAP_MAP, HAM, INDEX_MAP, SHAM, ZSTD_MAP
from .payloads import coded_fields, index_planes, indices_of, packed, planes

CODEBOOK, CODE, NONZERO_CODE = range(3)
LONGEST_CHAIN = 100


def frame(rng, data):
    """A frame of any header and cut into any blocks."""
    flags = [flag for flag in (1, 2, 3) if flag >= zstd.least_flag(len(data), False) and (flag > 1 or len(data) >= 256)]
    head = zstd.header(len(data)) if rng.random() < 0.5 else zstd.header(
        len(data), single=False, flag=rng.choice(flags), window=rng.randint(0, 13 << 3), unused=rng.randrange(2))
    return head + zstd.packed_blocks(data, rng.choice((1, 8, 30)), rng.choice((20, 1000)))


def _dense(rng, made, lines, _):
    return frame(rng, planes(made.bits, [cell for line in lines for cell in line]))


def _zstd_map(rng, _, lines, book):
    return frame(rng, index_planes(book, [cell for line in lines for cell in line]))


def _as_coded(_, made, lines, entries):
    """Where the table leaves no choice."""
    return coded_fields(made, lines, entries)


def gap_choices(rng, code, gaps):
    """How a block of these gaps is coded."""
    entries = len(code.entries)
    sizes = [t for t in range(2, 9) if 1 < entries ** t <= 1024]
    values = rng.choice((1, *sizes))
    tuples = text_of(random_code.numbers(rng, entries ** values)) if values > 1 else ""
    return gap_map.Choices(text_of(random_code.open_numbers(rng, max(gaps) + 1)), values, tuples)


def _gap_map(rng, _, lines, code):
    cells = [cell for line in lines for cell in line]
    gaps = gap_map.gaps_of(cells)
    return gap_map.coded_fields(code, gap_choices(rng, code, gaps) if gaps else None, cells)


def references(rng, count):
    """A line for each line to refer to, or None, without a circle."""
    order, made = rng.sample(range(count), count), [None] * count
    chain = count < LONGEST_CHAIN and rng.random() < 0.3
    for place, line in enumerate(order):
        if place and rng.random() < 0.8:
            made[line] = order[place - 1 if chain else rng.randrange(place)]
    return made


def _delta_map(rng, _, lines, code):
    used, entries = references(rng, len(lines)), list(code.entries)
    gaps, _ = delta.changes_of(lines, used, entries)
    codes = (random_code.open_numbers(rng, max(delta.distances_of(used)) + 1),
             random_code.open_numbers(rng, max(gaps, default=0) + 1), random_code.numbers(rng, len(entries)))
    return delta.block_of(lines, used, entries, codes=[text_of(code) for code in codes])


def _context_map(rng, _, lines, book):
    indices = indices_of(book, [cell for line in lines for cell in line])
    if len(indices) < random_context.LEAST_CELLS or rng.random() < 0.1:
        return [word("side_bytes", 4, 0), packed("indices", (len(book) - 1).bit_length(), indices)]
    return context_fields(random_context.choices(rng, indices, len(book)), indices)


@dataclass(frozen=True)
class Form:
    """Which table an encoding takes, a coded block of lines whose cells are all in its entries, and how many cells let its
    choices show."""
    table: int | None
    coded: Callable
    least_cells: int = 0


FORMS = {DENSE: Form(None, _dense), CSC: Form(None, _as_coded), INDEX_MAP: Form(CODEBOOK, _as_coded),
         HAM: Form(CODE, _as_coded), SHAM: Form(NONZERO_CODE, _as_coded), GAP_MAP: Form(NONZERO_CODE, _gap_map),
         DELTA_MAP: Form(NONZERO_CODE, _delta_map), CONTEXT_MAP: Form(CODEBOOK, _context_map, random_context.LEAST_CELLS),
         CSER: Form(CODEBOOK, lambda _, made, lines, book: cser.coded(made, lines, book)), ZSTD_MAP: Form(CODEBOOK, _zstd_map)}
