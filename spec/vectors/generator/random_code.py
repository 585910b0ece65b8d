"""Random codebooks and codes: any that the specification admits, whatever the frequencies."""

from .huffman import Code
from .tables import codebook as codebook_table

MOST_LENGTH, MOST_EXTRA = 8, 24
SIZES = (64, 65, 128), (64, 65, 256, 257, 400)
SPECIAL = {16: (0x8000, 0x7C00, 0x7E01, 1), 32: (0x80000000, 0x7F800000, 0x7FC00001, 1),
           64: (1 << 63, 0x7FF0000000000000, 0x7FF8000000000001, 1), 8: (0x80, 0x7F, 0xFF, 1)}


def cells(rng, bits, count, zero=None):
    """Distinct cells; with zero, without it, or as it comes."""
    pool = set() if zero is not True else {0}
    while len(pool) < count:
        kind = rng.random()
        cell = rng.choice(SPECIAL[bits]) if kind < 0.2 else rng.randrange(300) if kind < 0.5 else rng.getrandbits(bits)
        cell &= (1 << bits) - 1
        if cell or zero is not False:
            pool.add(cell)
    return sorted(pool)


def codebook(rng, bits):
    """A codebook and its entries."""
    entries = cells(rng, bits, rng.choice((1, 2, 3, rng.randrange(4, 40), rng.choice(SIZES[bits > 8]))))
    return codebook_table(bits, entries), entries


def _lengths(rng):
    """Code lengths of a complete code: leaves of a tree that is split at random."""
    leaves = [0]
    for _ in range(rng.choice((0, 1, 1, 2, 3, rng.randrange(4, 32)))):
        open_leaves = [i for i, length in enumerate(leaves) if length < MOST_LENGTH]
        i = max(open_leaves) if rng.random() < 0.3 else rng.choice(open_leaves)
        leaves[i:i + 1] = [leaves[i] + 1] * 2
    return leaves


def code(rng, bits, zero=None):
    """A code; `zero` False: without the zero cell."""
    lengths = _lengths(rng)
    most_extra = rng.choice((0, 0, 1, 3))
    with_zero = zero is not False and rng.random() < 0.6
    alone = with_zero and len(lengths) > 1
    first = [(lengths.pop(rng.randrange(len(lengths))), 0)] if alone else []
    tokens = [(length, rng.randint(0, most_extra)) for length in lengths]
    tokens = first + sorted(tokens, key=lambda t: (t[0] + t[1], t[1]))
    last = 1 << tokens[-1][1]
    count = sum(1 << extra for _, extra in tokens[:-1]) + rng.randint(last // 2 + 1, last)
    pool = cells(rng, bits, count, with_zero)
    entries = [pool.pop(0)] if alone else []
    rng.shuffle(pool)
    return Code(tuple(tokens), tuple(entries + _by_class(tokens[alone:], pool)))


def _by_class(tokens, pool):
    """The cells in the order of a table: ascending within tokens of equal length and extra bits."""
    ordered, before, group = [], None, []
    for token in tokens:
        if token != before:
            ordered += sorted(group)
            before, group = token, []
        group += pool[:1 << token[1]]
        del pool[:1 << token[1]]
    return ordered + sorted(group)


def numbers(rng, count):
    """Tokens of a code of so many numbers, in any order."""
    lengths = _lengths(rng)
    while len(lengths) > count:
        lengths = _lengths(rng)
    tokens, left = [], count
    for behind, length in zip(range(len(lengths) - 1, 0, -1), lengths):
        tokens.append((length, rng.randint(0, (left - behind).bit_length() - 1)))
        left -= 1 << tokens[-1][1]
    return (*tokens, (lengths[-1], (left - 1).bit_length()))


def open_numbers(rng, least):
    """Tokens of a code of so many numbers at least, some of far more."""
    tokens = list(numbers(rng, least + rng.choice((0, 0, rng.randrange(9), rng.randrange(1 << 12)))))
    rng.shuffle(tokens)
    if rng.random() < 0.2:
        at = rng.randrange(len(tokens))
        tokens[at] = tokens[at][0], rng.randint(tokens[at][1], MOST_EXTRA)
    return tuple(tokens)
