"""Header, trailer and the smallest files."""

from .fields import join
from .model import BYTES, STRING, File, Meta
from .payloads import dense
from .vector import ok, refused
from .writer import END_MAGIC, MAGIC, lay_out

FOLDER = "container"


def _one(**more):
    """A file of one small plain tensor."""
    return File([dense("w")], **more)


def _bad(name, why, label, at, file=None, verdict="malformed", **more):
    edits = {key: more.pop(key) for key in list(more) if "." in key}
    file = file or _one()
    file.edits.update(edits)
    return refused(verdict, FOLDER, name, why, label, at, file, **more)


def _swapped_header():
    """The integers of the header of a big-endian writer, with its checksum as it would store it."""
    file = _one(edits={"header.minor": b"\x00\x01"})
    checksum = join(lay_out(file))[56:64]
    file.edits["header.checksum"] = checksum[::-1]
    return file


def truncation():
    yield _bad("truncated-empty", "An empty file.", "file.truncated", 0, _one(cut=0))
    yield _bad("truncated-127", "One byte less than header and trailer take.", "file.truncated", 127,
               _one(cut=127))
    yield _bad("truncated-128", "Cut where a trailer could just fit: what stands there is none.",
               "trailer.magic", 112, _one(cut=128))
    yield _bad("truncated-last-byte", "The last byte of the file is missing.", "trailer.magic",
               ("trailer.end_magic", -1), _one(cut=_size(_one()) - 1))


def header():
    yield _bad("magic-bit", "One bit of the magic is wrong.", "header.magic", 0,
               **{"header.magic": b"\x8e" + MAGIC[1:]})
    yield _bad("magic-text-mode", "The magic after a transfer that turned CR LF into LF.", "header.magic", 0,
               **{"header.magic": bytes.fromhex("8f504e440a1a0a00")})
    yield _bad("magic-foreign", "The magic of PNG.", "header.magic", 0,
               **{"header.magic": bytes.fromhex("89504e470d0a1a0a")})
    yield _bad("byte-in-front", "A byte before the header.", "header.magic", 0, _one(front=b"\0"))
    yield _bad("header-checksum", "The header's checksum is wrong.", "header.checksum", 56,
               **{"header.checksum": 1})
    yield _bad("header-checksum-before-flags",
               "A wrong checksum counts before the unknown version, feature and reserved byte it protects.",
               "header.checksum", 56, **{"header.checksum": 1, "header.major": 255,
                                         "header.incompat": 2, "header.reserved": 1})
    yield _bad("header-big-endian", "The header of a writer that stores big-endian integers.",
               "header.checksum", 56, _swapped_header())
    for name, at in (("reserved", 21), ("reserved2", 40)):
        size = 3 if name == "reserved" else 16
        for byte in (0, size - 1):
            value = 1 << 8 * byte
            yield _bad(f"header-reserved-{at + byte}", f"Byte {at + byte} of the header is not zero.",
                       "header.reserved", at + byte, **{f"header.{name}": value})


def versions():
    yield _bad("major-1", "A major version that this version does not know.", "header.version", 8,
               verdict="unsupported", **{"header.major": 1})
    yield ok(FOLDER, "minor-newest", "Any minor version is read.", _one(edits={"header.minor": 0xFFFF}))
    yield ok(FOLDER, "minor-0", "An older minor version is read.", _one(edits={"header.minor": 0}))
    yield _bad("incompat-1", "The first incompat bit that this version does not know.", "header.incompat", 12,
               verdict="unsupported", **{"header.incompat": 2})
    yield _bad("incompat-31", "The last incompat bit.", "header.incompat", 12,
               verdict="unsupported", **{"header.incompat": 1 << 31})
    yield _bad("incompat-ends", "Unsupported in the header ends validation: the trailer is not looked at.",
               "header.incompat", 12, verdict="unsupported",
               **{"header.incompat": 2, "trailer.end_magic": 0})
    yield ok(FOLDER, "incompat-0-unused", "The bit for private encodings, in a file without one.",
             _one(edits={"header.incompat": 1}))
    yield ok(FOLDER, "compat-all", "Unknown compat bits are ignored.", _one(edits={"header.compat": 0xFFFFFFFF}))


def alignment():
    for e in (3, 16):
        yield ok(FOLDER, f"alignment-{e}", f"Payloads begin at multiples of 2^{e}.",
                 File([dense("a"), dense("b")], alignment=e))
    for e in (0, 2, 17, 63):
        yield _bad(f"alignment-{e}", f"The exponent {e} is not 3 to 16.", "header.alignment", 20,
                   File(), **{"header.alignment": e})


def hints():
    yield ok(FOLDER, "hint", "The header names the directory too.", _one(hint=True))
    yield _bad("hint-offset", "The hint names another offset.", "header.hint", 24, _one(hint=True),
               **{"header.hint_offset": 64})
    yield _bad("hint-bytes", "The hint names other bytes.", "header.hint", 24, _one(hint=True),
               **{"header.hint_bytes": 40})
    yield _bad("hint-offset-only", "Only one of the two hints is there.", "header.hint", 24, _one(hint=True),
               **{"header.hint_bytes": 0})
    yield _bad("hint-bytes-only", "Only the other of the two hints is there.", "header.hint", 24,
               _one(hint=True), **{"header.hint_offset": 0})


def trailer():
    yield _bad("end-magic", "One bit of the end magic is wrong.", "trailer.magic", "trailer.end_magic",
               **{"trailer.end_magic": END_MAGIC[:7] + b"\x0b"})
    yield _bad("end-magic-and-checksum", "A wrong end magic counts before a wrong checksum.", "trailer.magic",
               "trailer.end_magic", **{"trailer.end_magic": END_MAGIC[:7] + b"\x0b", "trailer.checksum": 1})
    yield _bad("trailer-checksum", "The trailer's checksum is wrong.", "trailer.checksum", "trailer.checksum",
               **{"trailer.checksum": 1})
    for byte in (0, 3):
        yield _bad(f"trailer-reserved-{byte}", f"Byte {byte} of the trailer's reserved field is not zero.",
                   "trailer.reserved", ("trailer.reserved", byte), **{"trailer.reserved": 1 << 8 * byte})
    yield _bad("appended-zero", "A zero byte after the trailer.", "trailer.magic", ("trailer.end_magic", 1),
               _one(tail=b"\0"))
    yield _bad("file-bytes-less", "File bytes is one too small.", "trailer.file-bytes", "trailer.file_bytes",
               **{"trailer.file_bytes": _size(_one()) - 1})
    yield _bad("file-bytes-more", "File bytes is one too large.", "trailer.file-bytes", "trailer.file_bytes",
               **{"trailer.file_bytes": _size(_one()) + 1})
    yield _concatenated()
    yield _bad("hole-after-header", "A file with eight zeros inserted after its header.",
               "trailer.file-bytes", "trailer.file_bytes", *_inserted())


def _size(file):
    return len(join(lay_out(file)))


def _concatenated():
    """Two whole files, one after the other."""
    tail = join(lay_out(File()))
    size = _size(_one())
    return _bad("concatenated", "Two whole files, one after the other.", "trailer.file-bytes",
                size + len(tail) - 64 + 24, _one(tail=tail))


def _inserted():
    """A file whose header ends in eight bytes that nobody wrote."""
    checksum = lay_out(_one())[11].data
    return [_one(edits={"header.checksum": checksum + bytes(8)})]


def ranges():
    end = _size(_one()) - 64
    first = end - 129
    for name, offset, size in (("before-64", 63, end - 63), ("short", first, 128), ("long", first, 130),
                               ("past-end", end + 64, 129), ("wraps", (1 << 64) - 64, end + 64),
                               ("wraps-by-1", end + 1, (1 << 64) - 1)):
        yield _bad(f"directory-range-{name}", f"The directory's range is wrong: {name.replace('-', ' ')}.",
                   "trailer.directory-range", "trailer.directory_offset",
                   **{"trailer.directory_offset": offset, "trailer.directory_bytes": size})


def empty():
    yield ok(FOLDER, "empty", "No tensor, no table, no metadata: the smallest file.", File())
    yield ok(FOLDER, "metadata-only", "Metadata and no tensor.",
             File(metas=[Meta("a", STRING, b"b"), Meta("b", BYTES, b"")]))


def cases():
    for part in (truncation, header, versions, alignment, hints, trailer, ranges, empty):
        yield from part()
