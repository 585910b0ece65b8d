"""Dense tensors: plain cells, byte planes, and every form of Zstandard frame."""

from . import zstd
from .fields import Field, join
from .model import COLUMNS, ROWS, File
from .payloads import dense, with_payload
from .vector import ok, refused

FOLDER = "dense"
CELLS = bytes([7]) * 64
RUN = zstd.rle(7, 64, True)


def _framed(fields, cells=CELLS, **more):
    """A tensor of one line whose block is this frame."""
    return with_payload(dense("w", "u8", (len(cells),), cells, **more), fields)


def _ok(name, why, *tensors):
    return ok(FOLDER, name, why, File(list(tensors)))


def _bad(name, why, label, fields, at="payload0.0", cells=CELLS):
    assert len(join(fields)) < len(cells), name
    return refused("malformed", FOLDER, name, why, label, at, File([_framed(fields, cells)]), tensor="w")


def plain_blocks():
    yield _ok("plain", "The worked example: a block that gains nothing from a frame is plain.",
              dense("w", "f16", (3,), (0x3C00, 0x8000, 0x0001)))
    yield _ok("bits", "Not-a-numbers with payloads, infinities, subnormals and both zeros, of each float.",
              dense("f16", "f16", (6,), (0x7E01, 0xFC01, 0x7C00, 0x0001, 0, 0x8000)),
              dense("f32", "f32", (6,), (0x7FC00001, 0xFF800001, 0x7F800000, 1, 0, 1 << 31)),
              dense("f64", "f64", (6,), (0x7FF8 << 48 | 1, 0xFFF0 << 48 | 1, 0x7FF0 << 48, 1, 0, 1 << 63)))
    for name, direction in (("rows", ROWS), ("columns", COLUMNS)):
        yield _ok(f"plain-{name}", f"Plain blocks of one and of two {name}.",
                  dense("w", "u16", (3, 3), range(0x100, 0x109), split=1, direction=direction, fill=(1, 2)))
    cells = join(zstd.header(10) + zstd.rle(7, 10, True))
    yield _ok("plain-frame", "Ten cells that look like a frame of ten bytes: the block is plain.",
              dense("w", "u8", (10,), cells))
    cells = bytes([7]) * 65536 + b"\1\2"
    yield _ok("segments-rows", "A row of 2^16 + 2 cells is two lines.",
              dense("w", "u8", (65538,), cells, fill=(1, 1)))
    yield _ok("segments-columns", "A column of 2^16 + 1 cells is two lines; two columns.",
              dense("w", "u8", (65537, 2), bytes([7, 9]) * 65537, split=1, direction=COLUMNS,
                    fill=(1, 1, 1, 1)))
    yield _ok("line-65536", "A row of 2^16 cells is one line.", dense("w", "u8", (65536,), cells[:65536]))


def coded_blocks():
    cells = (0x3F800000,) * 40
    yield _ok("planes", "Four planes of 40 cells, each a run.", dense("w", "f32", (40,), cells, coded=True))
    cells = tuple(range(0x0102030405060700, 0x0102030405060740))
    yield _ok("planes-64", "Eight planes, seven of them runs.", dense("w", "u64", (64,), cells, coded=True))
    cells = [0x4000 + r * 16 + c for r in range(16) for c in range(16)]
    for name, direction in (("rows", ROWS), ("columns", COLUMNS)):
        yield _ok(f"planes-{name}", f"Planes list the cells of a block by {name}; plain and coded blocks mix.",
                  dense("w", "u16", (16, 16), cells, split=1, direction=direction, fill=(5, 1, 10),
                        coded=(0, 2)))


def headers():
    yield _ok("frame-single", "A single-segment frame of one run.", _framed(zstd.header(64) + RUN))
    for flag in (2, 3):
        yield _ok(f"frame-single-size-{1 << flag}", f"A content size of {1 << flag} bytes where one would do.",
                  _framed(zstd.header(64, flag=flag) + RUN))
        yield _ok(f"frame-windowed-size-{1 << flag}", f"A window, and a content size of {1 << flag} bytes.",
                  _framed(zstd.header(64, flag=flag, single=False) + RUN))
    for size in (256, 65536):
        run = zstd.rle(7, size, True)
        for single in (True, False):
            kind = "single" if single else "windowed"
            window = 0 if size == 256 else 6 << 3
            yield _ok(f"frame-{kind}-{size}", f"A content size of two bytes, of {size}.",
                      _framed(zstd.header(size, flag=1, single=single, window=window) + run,
                              bytes([7]) * size))
    blocks = [zstd.rle(byte, 1024, byte == 4, f"rle{byte}") for byte in range(1, 5)]
    yield _ok("frame-window-least", "The least window, of 2^10 bytes, for content of four blocks of that size.",
              _framed(zstd.header(4096, single=False) + sum(blocks, []),
                      b"".join(bytes([byte]) * 1024 for byte in range(1, 5))))
    yield _ok("frame-window-most", "A window of 2^23 bytes.",
              _framed(zstd.header(64, single=False, window=13 << 3) + RUN))
    yield _ok("frame-unused-bit", "The unused bit of the frame header is set, which a decoder ignores.",
              _framed(zstd.header(64, unused=1) + RUN))


def contents():
    fields = zstd.raw(b"abc", name="raw0") + zstd.rle(7, 60, name="rle") + zstd.raw(b"d", True, "raw1")
    yield _ok("frame-raw", "Raw and run-length blocks.",
              _framed(zstd.header(64) + fields, b"abc" + bytes([7]) * 60 + b"d"))
    fields = zstd.raw(b"", name="empty0") + zstd.rle(7, 64) + zstd.raw(b"", True, "empty1")
    yield _ok("frame-empty-blocks", "Raw blocks of no bytes, the last one among them.",
              _framed(zstd.header(64) + fields))
    fields = zstd.literals(7, 31, name="literals0") + zstd.literals(8, 31, name="literals1")
    yield _ok("frame-literals", "Compressed blocks of literals without sequences.",
              _framed(zstd.header(64) + fields + zstd.raw(b"ab", True),
                      bytes([7]) * 31 + bytes([8]) * 31 + b"ab"))


def bad_headers():
    bad = lambda name, why, fields: _bad(f"frame-{name}", why, "zstd.frame", fields)  # noqa: E731
    yield bad("none", "A coded block of no bytes.", [Field("frame", b"")])
    yield bad("cut-magic", "Three bytes of the magic.", [Field("magic", bytes.fromhex("28b52f"))])
    yield bad("cut-descriptor", "The magic alone.", zstd.header(64)[:1])
    yield bad("cut-size", "A header without the last byte of its content size.",
              zstd.header(64, flag=2)[:2] + [Field("content_size", b"\x40\0\0")])
    yield bad("cut-window", "A header that ends before its window.", zstd.header(64, single=False, flag=2)[:2])
    yield bad("magic", "The magic is wrong by one bit.", zstd.header(64, magic=0xFD2FB529) + RUN)
    yield bad("legacy", "The magic of an older version of the format.",
              zstd.header(64, magic=0xFD2FB527) + RUN)
    skippable = [Field("skippable.magic", bytes.fromhex("502a4d18")), Field("skippable.size", bytes(4))]
    yield bad("skippable", "A skippable frame before the frame.", skippable + zstd.header(64) + RUN)
    yield bad("reserved-bit", "The reserved bit of the frame header is set.", zstd.header(64, reserved=1) + RUN)
    bad = lambda name, why, fields: _bad(f"header-{name}", why, "zstd.header", fields)  # noqa: E731
    yield bad("unstated", "The frame states no content size.",
              zstd.header(64, single=False, stated=False) + RUN)
    for size in (1, 2, 4):
        number = (1).to_bytes(size, "little")
        yield bad(f"dictionary-{size}", f"A dictionary id of {size} bytes.",
                  zstd.header(64, dictionary=number) + RUN)
    yield bad("dictionary-0", "A dictionary id of 0.", zstd.header(64, dictionary=bytes(1)) + RUN)
    yield bad("checksum", "The frame has a content checksum.",
              zstd.header(64, checksum=1) + RUN + [Field("content_checksum", bytes.fromhex("b9d2abe5"))])


def bad_sizes():
    bad = lambda name, why, header, label="zstd.content-size": _bad(name, why, label, header + RUN)  # noqa: E731
    for name, size, flag in (("less", 63, 0), ("more", 65, 0), ("unknown", (1 << 64) - 1, 3),
                             ("error", (1 << 64) - 2, 3), ("2-32", (1 << 32) + 64, 3)):
        yield bad(f"content-size-{name}", f"The frame states a content size of {size} for 64 bytes.",
                  zstd.header(size, flag=flag))
    for name, window in (("more", 13 << 3 | 1), ("most", 255)):
        yield bad(f"window-{name}", "A window above 2^23 bytes.",
                  zstd.header(64, single=False, window=window), "zstd.window")


def bad_contents():
    head = zstd.header(64)
    bad = lambda name, why, fields: _bad(f"data-{name}", why, "zstd.data", head + fields)  # noqa: E731
    yield bad("none", "A frame without a block.", [])
    yield bad("cut-block-header", "Two bytes of a block header.", [Field("rle.header", b"\3\2")])
    yield bad("cut-run", "A run without its byte.", RUN[:1])
    yield bad("cut-raw", "A raw block with a byte less than it says.",
              zstd.rle(7, 54) + [zstd.raw(bytes(10), True)[0], Field("raw.content", bytes(9))])
    yield bad("no-last", "No block is the last one.", zstd.rle(7, 64))
    yield bad("less", "The frame decodes to a byte less than it states.", zstd.rle(7, 63, True))
    yield bad("more", "The frame decodes to a byte more than it states.", zstd.rle(7, 65, True))
    yield bad("far-more", "The frame decodes to 2^17 bytes.", zstd.rle(7, 1 << 17, True))
    yield bad("reserved-block", "A block of the reserved type.", zstd.block(zstd.RESERVED, 64, b"\7", True))
    yield bad("compressed", "A compressed block that repeats a Huffman tree that there is none of.",
              zstd.block(zstd.COMPRESSED, 5, bytes([3, 4, 0, 1, 0]), True))
    yield bad("after", "A byte after the frame.", RUN + [Field("after", b"\0")])
    yield bad("second-frame", "A second frame after the frame.",
              zstd.rle(7, 64, True) + [Field("second", join(zstd.header(0) + zstd.raw(b"", True)))])
    skippable = bytes.fromhex("502a4d1800000000")
    yield bad("skippable-after", "A skippable frame after the frame.", RUN + [Field("skippable", skippable)])
    yield bad("checksum-after", "A content checksum that the header does not announce.",
              RUN + [Field("content_checksum", bytes.fromhex("b9d2abe5"))])


def places():
    swapped = with_payload(dense("w", "u16", (64,), (0x0102,) * 64, coded=True),
                           zstd.header(128) + zstd.rle(1, 64, name="high") + zstd.rle(2, 64, True, "low"))
    yield refused("malformed", FOLDER, "planes-swapped", "The most significant plane first: other cells.",
                  "tensor.checksum", "record0", File([swapped]), tensor="w")
    yield refused("malformed", FOLDER, "second-block", "The fault is in the second block.", "zstd.data",
                  "payload0.1", File([with_payload(
                      dense("w", "u8", (2, 64), CELLS * 2, split=1, fill=(1, 1)),
                      zstd.header(64) + RUN, zstd.header(64) + zstd.rle(7, 63, True))]), tensor="w")


def cases():
    for part in (plain_blocks, coded_blocks, headers, contents, bad_headers, bad_sizes, bad_contents, places):
        yield from part()
