"""Random coded blocks of context_map: any choices that the specification admits, and tables for the tokens that occur."""

from collections import Counter
from dataclasses import replace

from .context import LANES, SLOTS, Context, tables_of

LEAST_CELLS = 1024
MOST_CONTEXTS, MOST_VALUE, MOST_PREDICTION = 1 << 14, 2047, 1 << 14
MOST_TOKENS, MOST_EXTRA, MOST_REFERENCES = 256, 23, 4


def _runs(rng, entries):
    """Extra bits of tokens for more entries than there may be tokens."""
    tokens = rng.randint(1, MOST_TOKENS)
    extra, left = [], entries
    for behind in range(tokens - 1, 0, -1):
        extra.append(rng.randint(0, (left - behind).bit_length() - 1))
        left -= 1 << extra[-1]
    least = (left - 1).bit_length()
    return (*extra, rng.choice((least, least, rng.randint(least, MOST_EXTRA))))


def _counts(rng, cells):
    """Classes of rows, columns and symbols, and bins: together as many contexts as there may be at most."""
    left, counts = min(MOST_CONTEXTS, cells // 16), {}
    for what in rng.sample(range(4), 4):
        counts[what] = rng.choice((1, 1, rng.randint(1, min(16 if what < 3 else 64, left))))
        left //= counts[what]
    return tuple(counts[what] for what in range(3)), counts[3] - 1


def _row(rng, i, classes, predicted):
    count = rng.choice((0, 1, 1, MOST_REFERENCES)) if predicted and i else 0
    return rng.randrange(classes), tuple((rng.randrange(i), rng.randint(-128, 127)) for _ in range(count))


def _table(rng, tokens, occurring):
    """Frequencies: at least 1 for each token that occurs, the rest anywhere or where it occurs."""
    seen = [*occurring.elements()] if rng.random() < 0.7 else []
    pool = seen or rng.sample(range(tokens), rng.randint(1, tokens))
    table = [int(token in occurring) for token in range(tokens)]
    left = SLOTS - sum(table)
    for _ in range(64):
        share = left // 64 if seen else rng.randint(0, left)
        table[rng.choice(pool)] += share
        left -= share if not seen else 0
    table[pool[0]] += SLOTS - sum(table)
    return tuple(table)


def choices(rng, indices, entries):
    """Choices for a block of these indices over so many entries."""
    cells = len(indices)
    extra = _runs(rng, entries) if entries > MOST_TOKENS else None
    count = entries if extra is None else len(extra)
    width = rng.choice((LANES, LANES + 1, cells, rng.randint(LANES, cells), rng.randint(LANES, 3 * LANES)))
    classes, thresholds = _counts(rng, cells)
    tables = rng.randint(1, 1 + cells // 1024)
    made = Context(
        width, [()] * tables, extra, classes,
        thresholds=tuple(sorted(rng.sample(range(1 - MOST_PREDICTION, MOST_PREDICTION + 1), thresholds))),
        values=tuple(rng.randint(-MOST_VALUE, MOST_VALUE) for _ in range(count)),
        symbol_class=tuple(rng.randrange(classes[2]) for _ in range(count)),
        rows={i: _row(rng, i, classes[0], thresholds) for i in range(-(-cells // width))},
        columns={j: (rng.randrange(classes[1]), rng.randint(0, j // LANES * LANES) if classes[2] > 1 else 0)
                 for j in range(width)},
        map=tuple(rng.randrange(tables) for _ in range(classes[0] * classes[1] * classes[2] * (thresholds + 1))))
    tokens = made.tokens(indices)
    occurring = [Counter() for _ in range(tables)]
    for token, table in zip(tokens, tables_of(made, tokens)):
        occurring[table][token] += 1
    return replace(made, tables=[_table(rng, count, each) for each in occurring])
