"""Zstandard frames (spec/primitives.md § Zstandard frames): the rules here, the content from the command `zstd`."""

import shutil
import subprocess

from .primitives import number, require

RLE, RESERVED = 1, 3


def _blocks_end(frame, at):
    """Where the last block of a frame ends; behind the frame if it is not all there (RFC 8878, 3.1.1.2)."""
    last = 0
    while not last and at + 3 <= len(frame):
        last, kind, size = frame[at] & 1, frame[at] >> 1 & 3, number(frame, at, 3) >> 3
        at += 3 + (1 if kind == RLE else size if kind != RESERVED else len(frame))
    return at if last else len(frame) + 1


def decode(frame, size, offset):
    """The `size` bytes in a frame that lies at `offset` in its file. § Zstandard frames; RFC 8878, 3.1.1.1"""
    descriptor = number(frame, 4, 1)
    single, id_bytes = descriptor >> 5 & 1, (0, 1, 2, 4)[descriptor & 3]
    size_at, size_bytes = 6 - single, (single, 2, 4, 8)[descriptor >> 6]
    blocks_at = size_at + id_bytes + size_bytes
    require(len(frame) >= blocks_at and number(frame, 0, 4) == 0xFD2FB528 and descriptor & 8 == 0, "zstd.frame", offset)
    require(size_bytes > 0 and id_bytes == 0 and descriptor & 4 == 0, "zstd.header", offset)
    stated = number(frame, size_at, size_bytes) + (256 if size_bytes == 2 else 0)
    require(stated == size, "zstd.content-size", offset)
    window = stated if single else (8 + (frame[5] & 7)) << 7 + (frame[5] >> 3)
    require(window <= 1 << 23, "zstd.window", offset)
    require(_blocks_end(frame, blocks_at) == len(frame), "zstd.data", offset)
    command = shutil.which("zstd")
    require(command, "zstd.command", offset, "skip")
    done = subprocess.run([command, "-dcq"], input=frame, capture_output=True, check=False)
    require(done.returncode == 0 and len(done.stdout) == size, "zstd.data", offset)
    return done.stdout


def decode_planes(data, at, end, count, width):
    """`count` integers from a frame of a plane for each of their bytes. spec/encodings/dense.md § Payload"""
    content, integers = decode(data[at:end], count * width, at), bytearray(count * width)
    for plane in range(width):
        integers[plane::width] = content[plane * count:(plane + 1) * count]
    return bytes(integers)
