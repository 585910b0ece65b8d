"""Huffman coding (spec/huffman.md): code tables, codes in blocks, and coded sequences."""

from itertools import accumulate, pairwise

from .primitives import Bits, bytes_for, cells_of, number, packed, require, require_each

PLACES = 1 << 8


class Coder:
    """`tokens` as (code length, extra bits, first symbol), which stand for `count` symbols; `places` has the token that
    any 8 bits of a stream begin with: the codewords, filled up to 8 bits, ascend without gaps. § Code table"""

    def __init__(self, lengths, extras, count):
        firsts = accumulate((1 << extra for extra in extras), initial=0)
        self.tokens, self.count = list(zip(lengths, extras, firsts)), count
        by_place = [token for token in sorted(self.tokens, key=lambda token: token[0]) for _ in range(PLACES >> token[0])]
        self.places = [by_place[int(f"{bits:08b}"[::-1], 2)] for bits in range(PLACES)]


def block_code(data, at, end, numbers=None):
    """The coder of the tokens in data[at:end], which stand for `numbers`, or for as many as they can; and where the tokens end.
    § Code table, § Codes in blocks"""
    require(at < end and 1 <= data[at] <= 32, "code.size", at)
    fields, tokens_end, padding = packed(data, at + 1, 9, data[at])
    require(tokens_end <= end, "code.size", at)
    lengths, extras = [field & 15 for field in fields], [field >> 4 for field in fields]
    require(lengths == [0] if len(fields) == 1 else 1 <= min(lengths) and max(lengths) <= 8, "code.length", at)
    require(max(extras) <= 24, "code.extra", at)
    require(padding == 0, "code.padding", at)
    taken = sum(PLACES >> length for length in lengths)
    require(taken <= PLACES, "code.over-subscribed", at)
    require(taken == PLACES, "code.incomplete", at)
    before, last = sum(1 << extra for extra in extras[:-1]), 1 << extras[-1]
    numbers = numbers or before + last
    require(last // 2 < numbers - before <= last, "code.cover", at)
    return Coder(lengths, extras, numbers), tokens_end


class Code:
    """The judged code table in data[at:end]: its `coder`, and `entries`, cells. § Code table"""

    def __init__(self, data, at, end, bits):
        first, width = at + 1 + bytes_for(9 * data[at]), bits // 8
        require(first < end and (end - first) % width == 0 and (end - first) // width <= 1 << 24, "code.size", at)
        self.entries = entries = cells_of(data[first:end], bits)
        self.coder, _ = block_code(data, at, end, len(entries))
        tokens = [(length + extra, extra, begin) for length, extra, begin in self.coder.tokens]
        zero_alone = entries[0] == 0 and len(tokens) > 1
        require(0 not in entries[1:] and not (zero_alone and tokens[0][1]), "code.zero", at)
        others = tokens[zero_alone:]
        require(others == sorted(others), "code.token-order", at)
        begins = {token[2] for token, before in zip(others, [(), *others]) if token[:2] != before[:2]}
        require_each((i in begins or entries[i - 1] < entries[i] for i in range(1, len(entries))), "code.order", first + width, bits)
        first_places = {entry: i for i, entry in reversed([*enumerate(entries)])}
        require_each((first_places[entry] == i for i, entry in enumerate(entries)), "code.distinct", first, bits)

    def decode(self, data, at, end, count):
        """The entries that the coded sequence in data[at:end] stands for."""
        return [self.entries[symbol] for symbol in decode_sequence(self.coder, data, at, end, count)]


def _decode_stream(coder, data, at, end, count):
    """The symbols of the stream in data[at:end]. § Streams"""
    bits = Bits(data, at)
    for _ in range(count):
        length, extra, first = coder.places[bits.peek() % PLACES]
        bits.position += length
        yield first + bits.take(extra)
    require(bits.end() == end, "huffman.stream-end", at)
    require(bits.padding() == 0, "huffman.padding", at)


def decode_sequence(coder, data, at, end, count):
    """The `count` symbols of the coded sequence in data[at:end]. § Streams"""
    if count == 0 or coder.count == 1:
        require(at == end, "huffman.size", at)
        return [0] * count
    many, tail_at = count >= 1024, end - 8
    require(at + (3 if many else 0) <= tail_at and (not many or data[at + 2] <= 13), "huffman.size", at)
    least, width = (number(data, at, 2), data[at + 2]) if many else (0, 0)
    more, first, _ = packed(data, at + 3, width, 32) if many else ([tail_at - at], at, 0)
    require(first + sum(more) + len(more) * least == tail_at, "huffman.size", at)
    require(not many or min(more) == 0 and max(more).bit_length() == width, "huffman.lengths", at)
    require(not any(data[tail_at:end]), "huffman.tail", tail_at)
    symbols = [0] * count
    for i, (begin, after) in enumerate(pairwise(accumulate((least + size for size in more), initial=first))):
        symbols[i::len(more)] = _decode_stream(coder, data, begin, after, len(range(i, count, len(more))))
    require(max(symbols) < coder.count, "huffman.entry", at)
    return symbols
