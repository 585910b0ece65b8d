"""Huffman coding (spec/huffman.md): code tables and coded sequences."""

from .primitives import cells_of, number, packed, padding_is_zero, require

MOST_TOKENS, MOST_LENGTH, MOST_EXTRA, MOST_ENTRIES = 32, 8, 24, 1 << 24
STREAMS, LEAST_FOR_STREAMS, TAIL = 32, 1024, 8


class Coder:
    """`tokens` as (code length, extra bits, first symbol), which cover `count` symbols."""

    def __init__(self, lengths, extras, count):
        firsts = [sum(1 << extra for extra in extras[:t]) for t in range(len(extras))]
        self.tokens, self.count = list(zip(lengths, extras, firsts)), count
        self.places = self._places()

    def _places(self):
        """The token that each of the next 8 bits begins with. § Code table, codewords"""
        places, codeword, before = [None] * (1 << MOST_LENGTH), 0, 0
        for length, t in sorted((token[0], t) for t, token in enumerate(self.tokens)):
            codeword <<= length - before
            stands = int(f"{codeword:0{length}b}"[::-1], 2) if length else 0
            for above in range(1 << MOST_LENGTH - length):
                places[stands | above << length] = t
            codeword, before = codeword + 1, length
        return places


def _tokens_end(data, at):
    """Where the tokens of a code at `at` end, its count being judged by the caller."""
    return at + 1 + (9 * data[at] + 7) // 8


def _coder(data, at, numbers):
    """The coder of the tokens at `at`, which stand for `numbers`; None: for as many as they can."""
    count = data[at]
    fields = packed(data, at + 1, 9, count)
    lengths, extras = [f & 15 for f in fields], [f >> 4 for f in fields]
    for length in lengths:
        require(length == 0 if count == 1 else 1 <= length <= MOST_LENGTH, "code.length", at)
    require(max(extras) <= MOST_EXTRA, "code.extra", at)
    require(padding_is_zero(data, at + 1, 9 * count), "code.padding", at)
    kraft = sum(1 << MOST_LENGTH - length for length in lengths)
    require(kraft <= 1 << MOST_LENGTH, "code.over-subscribed", at)
    require(kraft == 1 << MOST_LENGTH, "code.incomplete", at)
    numbers = numbers or sum(1 << extra for extra in extras)
    partial = numbers - sum(1 << extra for extra in extras[:-1])
    require((1 << extras[-1]) // 2 < partial <= 1 << extras[-1], "code.cover", at)
    return Coder(lengths, extras, numbers)


def block_code(data, at, end, numbers=None):
    """The coder of a code at `at` in a block that ends at `end`, and where the code ends. § Codes in blocks"""
    whole = at < end and 1 <= data[at] <= MOST_TOKENS and _tokens_end(data, at) <= end
    require(whole, "code.size", at)
    return _coder(data, at, numbers), _tokens_end(data, at)


def judge_nonzero(code, offset):
    """[code.nonzero]"""
    require(0 not in code.entries, "code.nonzero", offset)


class Code:
    """A judged code table: its `coder`, and `entries`, an array of cells. § Code table"""

    def __init__(self, data, at, size, bits):
        end, width = at + size, bits // 8
        first = _tokens_end(data, at)
        whole = 1 <= data[at] <= MOST_TOKENS and first < end and (end - first) % width == 0
        require(whole and (end - first) // width <= MOST_ENTRIES, "code.size", at)
        self.entries = cells_of(data[first:end], bits)
        self.coder = _coder(data, at, len(self.entries))
        self._judge_order(at, first, width)

    def _judge_order(self, at, first, width):
        """[code.zero], [code.token-order], [code.order], [code.distinct]"""
        entries, tokens = self.entries, self.coder.tokens
        zero_alone = entries[0] == 0 and len(tokens) > 1
        require(0 not in entries[1:] and (not zero_alone or tokens[0][1] == 0), "code.zero", at)
        keys = [(length + extra, extra) for length, extra, _ in tokens[zero_alone:]]
        require(keys == sorted(keys), "code.token-order", at)
        begins = {start for i, (length, extra, start) in enumerate(tokens)
                  if i == zero_alone or i == 0 or (length, extra) != tokens[i - 1][:2]}
        for i in range(1, len(entries)):
            require(i in begins or entries[i - 1] < entries[i], "code.order", first + i * width)
        seen = set()
        for i, entry in enumerate(entries):
            require(entry not in seen, "code.distinct", first + i * width)
            seen.add(entry)


def _decode_stream(coder, stream, count, at):
    """The symbols of one stream, which lies at `at`. § Streams"""
    symbols, position, end = [], 0, 8 * len(stream)
    for _ in range(count):
        byte = position // 8
        bits = int.from_bytes(stream[byte:byte + 5], "little") >> position % 8
        length, extra, first = coder.tokens[coder.places[bits & 255]]
        symbols.append(first + (bits >> length & (1 << extra) - 1))
        position += length + extra
        require(position <= end, "huffman.stream-end", at)
    require((position + 7) // 8 == len(stream), "huffman.stream-end", at)
    require(padding_is_zero(stream, 0, position), "huffman.padding", at)
    return symbols


def decode_sequence(coder, data, at, end, count):
    """The `count` symbols of the coded sequence in data[at:end]. § Streams"""
    if count == 0 or coder.count == 1:
        require(at == end, "huffman.size", at)
        return [0] * count
    streams = STREAMS if count >= LEAST_FOR_STREAMS else 1
    first = at + (2 * streams if streams > 1 else 0)
    between = end - TAIL - first
    require(between >= 0, "huffman.size", at)
    sizes = [number(data, at + 2 * i, 2) for i in range(streams)] if streams > 1 else [between]
    require(sum(sizes) == between, "huffman.size", at)
    require(not any(data[end - TAIL:end]), "huffman.tail", end - TAIL)
    symbols = [0] * count
    for i, size in enumerate(sizes):
        share = range(i, count, streams)
        symbols[i::streams] = _decode_stream(coder, data[first:first + size], len(share), first)
        first += size
    require(max(symbols) < coder.count, "huffman.entry", at)
    return symbols
