"""zstd_map: indices of one and of two bytes in a frame, and the faults of its blocks."""

from . import zstd
from .fields import join
from .model import COLUMNS, ZSTD_MAP, Block, File
from .payloads import index_planes, lines_of, tensor
from .tables import codebook
from .vector import ok, refused

FOLDER = "zstd_map"


def _file(dtype, shape, cells, entries, frames=None, fill=None, **more):
    """A tensor `w` and its codebook, all blocks coded; frames, where given, are those of its blocks."""
    made = tensor("w", dtype, shape, cells, encoding=ZSTD_MAP, codebook=(1, entries), fill=(), **more)
    lines = lines_of(made)
    for number, count in enumerate(fill or [len(lines)]):
        taken, lines = lines[:count], lines[count:]
        fields = frames[number] if frames else zstd.frame(index_planes(entries, [cell for line in taken for cell in line]))
        assert len(join(fields)) < sum(map(len, taken)) * made.cell_bytes, "as large as plain"
        made.blocks.append(Block(count, fields))
    return File([made], [codebook(made.bits, entries)])


def _ok(name, why, *args, **more):
    return ok(FOLDER, name, why, _file(*args, **more))


def _bad(name, why, label, frame, entries=(0, 5, 7), at="payload0.0"):
    """Thirty cells of 32 bits, zero but for the frame."""
    return refused("malformed", FOLDER, name, why, label, at, _file("u32", (30,), [0] * 30, entries, [frame]), tensor="w")


def forms():
    cells = [(0, 0, 5, 0, 7, 7)[i % 6] for i in range(60)]
    yield _ok("rows", "Indices of one byte.", "u32", (6, 10), cells, (0, 5, 7), split=1)
    yield _ok("columns", "The same cells by columns.", "u32", (6, 10), cells, (0, 5, 7), split=1, direction=COLUMNS)
    yield _ok("blocks", "Three blocks with a frame each.", "u32", (6, 10), cells, (0, 5, 7), split=1, fill=(1, 3, 2))
    yield _ok("codebook-1", "A codebook of one: indices still have a byte.", "u16", (40,), [7] * 40, (7,))
    yield _ok("codebook-256", "A codebook of 256: indices of one byte.", "u32", (40,), [3, 258] * 20, range(3, 259))
    yield _ok("codebook-257", "A codebook of 257: indices of two bytes, in two planes.", "u32", (40,), [3, 259] * 20,
              range(3, 260))
    for bits, dtype in ((8, "i8"), (64, "f64")):
        yield _ok(f"bits-{bits}", f"Cells of {bits} bits.", dtype, (60,), [1] * 30 + [(1 << bits) - 1] * 30,
                  (1, (1 << bits) - 1))
    plain = tensor("w", "u16", (3,), (0x3C00, 0x8000, 1), encoding=ZSTD_MAP, codebook=(1, (1, 0x3C00, 0x8000)),
                   coded=())
    yield ok(FOLDER, "example", "The worked example: a plain block.", File([plain], [codebook(16, (1, 0x3C00, 0x8000))]))


def faults():
    good = bytes(30)
    yield _bad("index-3", "An index of 3 in a codebook of three.", "zstd_map.index", zstd.frame(good[:-1] + b"\3"))
    yield _bad("index-255", "An index of 255.", "zstd_map.index", zstd.frame(b"\xff" + good[:-1]))
    yield _bad("index-second-plane", "An index of 257 in a codebook of 257.", "zstd_map.index",
               zstd.frame(b"\1" + bytes(29) + b"\1" + bytes(29)), range(257))
    for size in (29, 31, 60):
        yield _bad(f"content-size-{size}", f"A frame of {size} bytes for thirty cells.", "zstd.content-size",
                   zstd.frame(bytes(size)))
    yield _bad("frame", "A frame of another magic number.", "zstd.frame", zstd.frame(good, magic=0xFD2FB527))
    yield _bad("header", "A frame that does not state its content size.", "zstd.header",
               zstd.frame(good, single=False, stated=False))
    yield _bad("window", "A window above 2^23.", "zstd.window", zstd.frame(good, single=False, window=0x70, flag=2))
    yield _bad("data", "A frame that ends early.", "zstd.data", zstd.frame(good)[:-1])


def cases():
    for part in (forms, faults):
        yield from part()
