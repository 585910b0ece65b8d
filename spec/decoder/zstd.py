"""Zstandard frames (spec/primitives.md § Zstandard frames): the rules here, the content from an installed decoder."""

import shutil
import subprocess

from .primitives import Fault, NotSupported, number, require

MAGIC = 0xFD2FB528
MOST_WINDOW = 1 << 23
RLE, RESERVED = 1, 3


def _window(descriptor):
    """The window size that a window descriptor states (RFC 8878, 3.1.1.1.2)."""
    base = 1 << 10 + (descriptor >> 3)
    return base + base // 8 * (descriptor & 7)


def _blocks_end(frame, at):
    """Where the last block of a frame ends, or None if it is not all there (RFC 8878, 3.1.1.2)."""
    last = False
    while not last:
        if at + 3 > len(frame):
            return None
        head = number(frame, at, 3)
        last, kind, size = head & 1, head >> 1 & 3, head >> 3
        if kind == RESERVED:
            return None
        at += 3 + (1 if kind == RLE else size)
    return at


def _content(frame):
    """The content of a frame, or None if it does not decode."""
    try:
        from zstandard import ZstdDecompressor, ZstdError
    except ImportError:
        command = shutil.which("zstd")
        if not command:
            raise NotSupported("Zstandard frames need a module zstandard or a command zstd") from None
        done = subprocess.run([command, "-dcq"], input=frame, capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None
    try:
        return ZstdDecompressor(max_window_size=MOST_WINDOW).decompress(frame)
    except ZstdError:
        return None


def decode(frame, size, offset):
    """The `size` bytes in a frame that lies at `offset` in its file."""
    require(len(frame) >= 5 and number(frame, 0, 4) == MAGIC, "zstd.frame", offset)
    descriptor = frame[4]
    single, size_flag = descriptor >> 5 & 1, descriptor >> 6
    window_bytes = 1 - single
    id_bytes = (0, 1, 2, 4)[descriptor & 3]
    size_bytes = (single, 2, 4, 8)[size_flag]
    head = 5 + window_bytes + id_bytes + size_bytes
    require(len(frame) >= head and descriptor & 8 == 0, "zstd.frame", offset)
    require(size_bytes > 0 and id_bytes == 0 and descriptor & 4 == 0, "zstd.header", offset)
    stated = number(frame, 5 + window_bytes, size_bytes) + (256 if size_bytes == 2 else 0)
    require(stated == size, "zstd.content-size", offset)
    require((stated if single else _window(frame[5])) <= MOST_WINDOW, "zstd.window", offset)
    require(_blocks_end(frame, head) == len(frame), "zstd.data", offset)
    content = _content(frame)
    if content is None or len(content) != size:
        raise Fault("zstd.data", offset)
    return content
