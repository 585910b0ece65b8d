"""Zstandard frames by hand: raw, run-length and literal-only blocks behind any header."""

from .fields import Field, word

MAGIC = 0xFD2FB528
MOST_BLOCK = 1 << 17
RAW, RLE, COMPRESSED, RESERVED = 0, 1, 2, 3


def _content_size(size, flag):
    """The content size field as its flag says; flag 0 stands for one byte."""
    if flag == 1:
        size -= 256
    return size.to_bytes((1, 2, 4, 8)[flag], "little")


def least_flag(size, single):
    """The flag of the shortest content size field."""
    if size < 256 and single:
        return 0
    return 1 if 256 <= size < 65792 else 2 if size < 1 << 32 else 3


def header(size, *, single=True, flag=None, stated=True, checksum=0, dictionary=b"", window=0,
           unused=0, reserved=0, magic=MAGIC):
    """A frame header; `window` is the window descriptor of a frame that is not single-segment."""
    flag = (least_flag(size, single) if flag is None else flag) if stated else 0
    descriptor = flag << 6 | single << 5 | unused << 4 | reserved << 3 | checksum << 2
    descriptor |= {0: 0, 1: 1, 2: 2, 4: 3}[len(dictionary)]
    fields = [word("magic", 4, magic), word("frame_header_descriptor", 1, descriptor)]
    if not single:
        fields.append(word("window_descriptor", 1, window))
    if dictionary:
        fields.append(Field("dictionary_id", dictionary))
    if stated:
        fields.append(Field("content_size", _content_size(size, flag)))
    return fields


def block(kind, size, content, last=False, name="block"):
    """One block; `size` is the size field: of the content, or what a run decodes to."""
    return [word(f"{name}.header", 3, last | kind << 1 | size << 3), Field(f"{name}.content", content)]


def raw(data, last=False, name="raw"):
    """A raw block."""
    return block(RAW, len(data), data, last, name)


def rle(byte, count, last=False, name="rle"):
    """A block of one repeated byte."""
    return block(RLE, count, bytes([byte]), last, name)


def literals(byte, count, last=False, name="compressed"):
    """A compressed block: up to 31 literals of one byte, and no sequences."""
    return block(COMPRESSED, 3, bytes([count << 3 | 1, byte, 0]), last, name)


def packed_blocks(data, shortest_run=8, most=MOST_BLOCK):
    """Blocks of some bytes: a run-length block per long run, raw blocks between."""
    pieces, start, at = [], 0, 0
    while at < len(data):
        end = at
        while end < len(data) and data[end] == data[at] and end - at < most:
            end += 1
        if end - at >= shortest_run:
            if start < at:
                pieces.append((RAW, data[start:at]))
            pieces.append((RLE, data[at:end]))
            start = end
        at = end
    if start < at:
        pieces.append((RAW, data[start:at]))
    fields = []
    for i, (kind, piece) in enumerate(pieces):
        last = i == len(pieces) - 1
        content = piece if kind == RAW else piece[:1]
        fields += block(kind, len(piece), content, last, f"zstd{i}")
    return fields


def frame(data, **options):
    """A frame of some bytes that any decoder reads."""
    return header(len(data), **options) + packed_blocks(data)
