"""Blocks of delta_map, as the specification describes them."""

from itertools import accumulate

from .fields import Field, join, prefixed, word
from .huffman import sequence, tokens_of

PART = 1 << 16


def visit(references):
    """The lines in visiting order: `references` has a line for each, or None."""
    def behind(line):
        for child, reference in enumerate(references):
            if reference == line:
                yield child
                yield from behind(child)
    return list(behind(None))


def value_of(old, new, first):
    """The value that makes `new` of `old`."""
    if old == 0:
        return new
    if new == 0:
        return first
    return old if new == first else new


def changes_of(lines, references, entries):
    """The gaps and values of the changes: these as numbers of entries."""
    gaps, values, gap = [], [], 0
    for line in visit(references):
        reference = references[line]
        olds = [0] * len(lines[line]) if reference is None else lines[reference]
        for old, new in zip(olds, lines[line]):
            gap += 1
            if old != new:
                gaps.append(gap - 1)
                values.append(entries.index(value_of(old, new, entries[0])))
                gap = 0
    return gaps, values


def distances_of(references):
    """The numbers that stand for references."""
    return [0 if reference is None else (line - reference) % len(references)
            for line, reference in enumerate(references)]


def one_token(numbers, count=None):
    """One token for numbers below `count`, or for these."""
    return f"0+{((max(numbers, default=0) if count is None else count - 1)).bit_length()}"


def code_fields(prefix, text):
    """A block code of tokens as text."""
    tokens = tokens_of(text)
    size = (9 * len(tokens) + 7) // 8
    string = sum((length + 16 * extra) << 9 * t for t, (length, extra) in enumerate(tokens))
    return prefixed(prefix, [word("token_count", 1, len(tokens)), word("tokens", size, string)])


def _parts(numbers):
    return [numbers[at:at + PART] for at in range(0, len(numbers), PART)]


def mask_field(gaps, cells):
    """The mask of changes that have these gaps before them."""
    places = accumulate(gap + 1 for gap in gaps)
    return word("mask", -(-cells // 8), sum(1 << place - 1 for place in places))


def block(cells, distances, gaps, values, entries, *, codes=(None, None, None), count=None, sizes=None):
    """A coded block of so many cells and any numbers whatever, with a mask where the changes are many; `entries` is how
    many the code has, `codes` are tokens as text, `count` and `sizes` replace fields."""
    masked = 8 * len(gaps) >= 3 * cells
    texts = [text or one_token(numbers, most)
             for text, numbers, most in zip(codes, (distances, gaps, values), (None, None, entries))]
    tokens = [tokens_of(text) for text in texts]
    numbers = [sum(1 << extra for _, extra in tokens[0]), sum(1 << extra for _, extra in tokens[1]), entries]
    sequences = [prefixed(f"references{i}", sequence(tokens[0], numbers[0], part))
                 for i, part in enumerate(_parts(distances))]
    for i, (gap_part, value_part) in enumerate(zip(_parts(gaps), _parts(values))):
        if not masked:
            sequences.append(prefixed(f"gaps{i}", sequence(tokens[1], numbers[1], gap_part)))
        sequences.append(prefixed(f"values{i}", sequence(tokens[2], numbers[2], value_part)))
    fields = [word("changes", 4, len(gaps) if count is None else count)]
    for name, text in zip(("reference_code", "gap_code", "value_code"), texts):
        if not (masked and name == "gap_code"):
            fields += code_fields(name, text)
    if masked and len(gaps) < cells:
        fields.append(mask_field(gaps, cells))
    sizes = sizes or [len(join(fields_)) for fields_ in sequences]
    fields.append(Field("sizes", b"".join(size.to_bytes(4, "little") for size in sizes)))
    return fields + [field for fields_ in sequences for field in fields_]


def block_of(lines, references, entries, **more):
    """The coded block of some lines with these references."""
    gaps, values = changes_of(lines, references, entries)
    return block(sum(map(len, lines)), distances_of(references), gaps, values, len(entries), **more)
