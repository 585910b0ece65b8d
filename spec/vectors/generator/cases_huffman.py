"""Coded sequences in one stream and in 32, and the faults of their streams."""

from .fields import join
from .huffman import code, code_table, length_fields, sequence, streams
from .model import File
from .payloads import ham, sham, with_payload
from .vector import ok, refused

FOLDER = "huffman"
MIXED = code("1+0 2+0 3+0 3+1", (0, 5, 3, 7, 9))
PARTIAL = code("1+0 2+0 2+3", (0, 5, 1, 2, 3, 4, 6))
FLAT = code("0+0", (7,))
ONE, MANY = (20,), (1024,)


def _numbers(shape, entries):
    """Numbers of entries without a pattern, the first ones more frequent."""
    state, numbers = 1, []
    for _ in range(shape[0]):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        numbers.append(min((state >> 16) % entries, (state >> 24) % entries))
    return numbers


def _file(shape, made=MIXED, numbers=None, edits=None, streams_=None, wrong=None):
    """A tensor `w` of 32 bits in ham whose cells are the entries of these numbers; `wrong` ones are stored instead."""
    k = len(made.entries)
    numbers = numbers or _numbers(shape, k)
    tensor = ham("w", "u32", shape, [made.entries[number] for number in numbers], (1, made))
    if streams_ or wrong:
        with_payload(tensor, sequence(made.tokens, k, wrong or numbers, streams_))
    edits = {f"payload0.0.{name}": value for name, value in (edits or {}).items()}
    return File([tensor], [code_table(32, made)], edits=edits)


def _made(shape, made=MIXED, streams_=32):
    """The streams of the tensor of `_file`."""
    return streams(made.tokens, _numbers(shape, len(made.entries)), streams_)


def _bad(name, why, label, at, file, tensor="w"):
    label = label if "." in label else f"huffman.{label}"
    return refused("malformed", FOLDER, name, why, label, at if isinstance(at, tuple) else f"payload0.0{at}", file,
                   tensor=tensor)


def _lengths(made, shortest=None, bits=None, **changes):
    """Edits of the lengths of streams: some of them changed, or in another form."""
    lengths = [len(s) + changes.get(f"s{i}", 0) for i, s in enumerate(made)]
    return {field.name: field.data for field in length_fields(lengths, shortest, bits)}


def counts():
    yield ok(FOLDER, "symbols-2", "Two symbols of 64 bits, the fewest cells that a sequence is smaller than.",
             File([ham("w", "u64", (2,), (0, 9), (1, MIXED))], [code_table(64, MIXED)]))
    for count in (8, 1023, 1024, 1025, 1055):
        yield ok(FOLDER, f"symbols-{count}", f"A sequence of {count} symbols: {32 if count > 1023 else 1} streams.",
                 _file((count,)))
    yield ok(FOLDER, "streams-uneven", "Streams of very different lengths: the symbols of stream 7 are long.",
             _file(MANY, numbers=[4 if i % 32 == 7 else 0 for i in range(1024)]))
    most = [0] * 65536
    for at in range(0, 65536, 4099):
        most[at] = 1 + at % 4
    yield ok(FOLDER, "symbols-65536", "The most symbols of a block: 2048 in each stream.",
             _file((65536,), numbers=most))
    deep = code("1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0 8+10", range(1032))
    yield ok(FOLDER, "stream-longest", "Streams of 2048 symbols of 18 bits each, all ones.",
             _file((65536,), deep, [1031] * 65536))
    yield ok(FOLDER, "no-padding", "The last symbol ends with the last bit of its byte.",
             _file((22,), numbers=[0, 1, 2, 3, 4, 0, 1] + [0] * 15))
    yield ok(FOLDER, "entry-last", "The last entry of a last token that is not full, in both forms.",
             File([ham("a", "u32", ONE, (6,) * 20, (1, PARTIAL)), ham("b", "u32", MANY, (6,) * 1024, (1, PARTIAL))],
                  [code_table(32, PARTIAL)]))


def sizes():
    for size in (1, 8):
        yield _bad(f"size-one-entry-{size}", f"A code of one entry, and {size} zero bytes.", "size", "",
                   _file(ONE, FLAT, edits={"symbols": bytes(size)}))
    for size in (0, 7):
        yield _bad(f"size-{size}", f"Twenty symbols in {size} bytes: less than the last 8.", "size", "",
                   _file(ONE, edits={"stream0": b"", "tail": bytes(size)}))
    yield _bad("size-8", "Twenty symbols in the last 8 bytes alone: their stream has no byte.", "stream-end", "",
               _file(ONE, edits={"stream0": b""}))
    none = {f"stream{i}": b"" for i in range(32)}
    none |= {"shortest": 0, "length_bits": 0, "lengths": b""}
    yield _bad("size-10", "1024 symbols in 10 bytes: less than the first three and the last 8.", "size", "",
               _file(MANY, edits={**none, "tail": bytes(7)}))
    yield _bad("size-11", "1024 symbols in 32 streams of no bytes.", "stream-end", ".stream0", _file(MANY, edits=none))
    yield _bad("size-lengths", "Lengths of two bits that are a byte less than they take.", "size", "",
               _file(MANY, edits={**none, "length_bits": 2, "lengths": bytes(7)}))
    yield _bad("size-lengths-whole", "Lengths of two bits, and no byte more: the streams have none.", "lengths", "",
               _file(MANY, edits={**none, "length_bits": 2, "lengths": bytes(8)}))
    made = _made(MANY)
    for name, more in (("less", -1), ("more", 1)):
        yield _bad(f"size-sum-{name}", f"The lengths of the streams add up to a byte {name} than there are.", "size",
                   "", _file(MANY, edits=_lengths(made, s31=more)))
    yield _bad("size-sum-65536", "The lengths add up to 2^16 more than there are.", "size", "",
               _file(MANY, edits={"shortest": min(map(len, made)) + 2048}))
    yield _bad("size-length-bits-14", "Lengths of more bits than any stream needs, that add up.", "size", "",
               _file(MANY, edits=_lengths(made, bits=14)))
    yield _bad("size-length-bits-255", "Lengths of the most bits, that add up.", "size", "",
               _file((8192,), edits=_lengths(_made((8192,)), bits=255)))
    yield _bad("size-longer", "A byte more than the streams take, before the last 8.", "size", "",
               _file(MANY, edits={"stream31": made[31] + b"\0"}))
    yield _bad("size-one-stream-of-1024", "1024 symbols in one stream: its bytes do not begin with lengths.", "size",
               "", _file(MANY, streams_=1))
    yield _bad("streams-of-1023", "1023 symbols in 32 streams: read as one, it ends elsewhere.", "stream-end", "",
               _file((1023,), streams_=32))
    yield _bad("size-before-tail", "Lengths that do not add up count before the last 8 bytes.", "size", "",
               _file(MANY, edits={**_lengths(made, s0=1), "tail": b"\1" * 8}))


def length_forms():
    made, equal = _made(MANY), code("1+0 1+0", (0, 9))
    long = code("1+0 2+0 3+0 4+0 5+0 6+0 7+0 8+0 8+10", range(1032))
    yield ok(FOLDER, "length-bits-13", "Lengths of the most bits: one stream of 4608 bytes, the others of 256.",
             _file((65536,), long, [1031 if i % 32 == 5 else 0 for i in range(65536)]))
    yield ok(FOLDER, "lengths-equal", "Streams of equal lengths, which take no bits.", _file(MANY, equal, [0, 1] * 512))
    yield _bad("lengths-bits-more", "A bit more than the lengths need.", "lengths", "",
               _file(MANY, edits=_lengths(made, bits=length_fields([*map(len, made)])[1].data[0] + 1)))
    yield _bad("lengths-bits-equal", "One bit for lengths that are equal.", "lengths", "",
               _file(MANY, equal, [0, 1] * 512, edits=_lengths(_made(MANY, equal), bits=1)))
    shorter = min(map(len, made)) - 1
    yield _bad("lengths-shortest-less", "The shortest stream has a byte more than is said, its length a bit more.",
               "lengths", "", _file(MANY, edits=_lengths(made, shortest=shorter)))
    uneven = [4 if i % 32 in (7, 9) else 0 for i in range(1024)]
    lengths = _lengths(streams(MIXED.tokens, uneven, 32), shortest=3)
    yield _bad("lengths-shortest-same-bits", "The shortest stream has a byte more than is said, in bits enough.", "lengths",
               "", _file(MANY, numbers=uneven, edits=lengths))
    yield _bad("lengths-before-tail", "The form of the lengths counts before the last 8 bytes.", "lengths", "",
               _file(MANY, edits={**_lengths(made, shortest=shorter), "tail": 1}))


def tails():
    for form, shape in (("one", ONE), ("many", MANY)):
        for byte in (0, 7):
            yield _bad(f"tail-{form}-{byte}", f"Byte {byte} of the last 8 is not zero.", "tail", ".tail",
                       _file(shape, edits={"tail": 1 << 8 * byte}))
    yield _bad("tail-top-bit", "The last bit of all is set.", "tail", ".tail", _file(ONE, edits={"tail": 1 << 63}))
    yield _bad("tail-before-stream-end", "The last 8 bytes count before a stream that ends early.", "tail", ".tail",
               _file(ONE, edits={"tail": 1, "stream0": b""}))
    yield _bad("tail-cut", "The last byte of the sequence is missing: of the 8 before, the first is not zero.", "tail",
               ("payload0.0.stream0", 2), _file((23,), numbers=[0] * 22 + [1], edits={"tail": bytes(7)}))


def ends():
    one = _made(ONE, streams_=1)[0]
    yield _bad("stream-end-late", "The stream lacks its last byte.", "stream-end", ".stream0",
               _file(ONE, edits={"stream0": one[:-1]}))
    yield _bad("stream-end-early", "The stream has a zero byte behind its last symbol.", "stream-end", ".stream0",
               _file(ONE, edits={"stream0": one + b"\0"}))
    yield _bad("stream-end-zeros", "The symbols that are missing would be zeros, as the last 8 bytes are.",
               "stream-end", ".stream0", _file((24,), numbers=[0] * 24, edits={"stream0": bytes(2)}))
    yield _bad("stream-end-symbol-more", "A symbol too many, in a byte of its own.", "stream-end", ".stream0",
               _file((16,), numbers=[0] * 16, edits={"stream0": bytes(3)}))
    yield _bad("stream-end-middle", "The stream ends in the middle of a codeword.", "stream-end", ".stream0",
               _file((15,), numbers=[0] * 14 + [3], edits={"stream0": bytes.fromhex("00c0")}))
    yield _bad("symbol-missing", "A symbol is missing, and the padding reads as entry 0: the cells are others.",
               "tensor.checksum", ("record0", 0), _file((10,), numbers=[0] * 9 + [1], wrong=[0] * 10))
    made = _made(MANY)
    for number in (0, 17, 31):
        name = f"stream{number}"
        yield _bad(f"stream-end-late-{number}", f"Stream {number} of 32 lacks its last byte.", "stream-end", f".{name}",
                   _file(MANY, edits={name: made[number][:-1], **_lengths(made, **{f"s{number}": -1})}))
        yield _bad(f"stream-end-early-{number}", f"Stream {number} of 32 has a zero byte more.", "stream-end",
                   f".{name}", _file(MANY, edits={name: made[number] + b"\0",
                                                  **_lengths(made, **{f"s{number}": 1})}))
    yield _bad("stream-end-border", "A byte of stream 9 is counted to stream 8.", "stream-end", ".stream8",
               _file(MANY, edits=_lengths(made, s8=1, s9=-1)))
    yield _bad("stream-end-border-back", "A byte of stream 8 is counted to stream 9.", "stream-end", ".stream8",
               _file(MANY, edits=_lengths(made, s8=-1, s9=1)))
    yield _bad("stream-end-damaged", "Stream 3 is damaged: its symbols are longer and lead into stream 4.",
               "stream-end", ".stream3", _file(MANY, edits={"stream3": b"\xff" * len(made[3])}))
    yield _bad("stream-end-first", "Streams 5 and 20 end early: the first counts.", "stream-end", ".stream5",
               _file(MANY, edits={"stream20": bytes(len(made[20])), "stream5": bytes(len(made[5]))}))


def paddings():
    one = code("1+0 1+0", (0, 9))
    for bit in (3, 7):
        yield _bad(f"padding-{bit}", f"Bit {bit} of the last byte, three bits of which are used, is set.", "padding",
                   ".stream0", _file((19,), one, [1] * 19, {"stream0": 0x07FFFF | 1 << 16 + bit}))
    for number in (0, 30, 31):
        yield _bad(f"padding-stream-{number}", f"A padding bit of stream {number} of 32 is set.", "padding",
                   f".stream{number}", _file((1056,), one, [0] * 1056, {f"stream{number}": 1 << 39}))
    yield _bad("padding-symbol-more", "A symbol too many, in the padding.", "padding", ".stream0",
               _file((10,), numbers=[0] * 10, edits={"stream0": bytes.fromhex("000c")}))
    edits = {"stream2": 1 << 39, "stream6": bytes(4), "stream7": bytes(6)}
    lengths = _lengths([bytes({6: 4, 7: 6}.get(i, 5)) for i in range(32)])
    yield _bad("padding-before-later-end", "Padding of stream 2 counts before the end of stream 6.", "padding",
               ".stream2", _file((1216,), one, [0] * 1216, {**edits, **lengths}))
    edits = {"stream2": bytes(4), "stream3": bytes(6), "stream6": 1 << 39}
    lengths = _lengths([bytes({2: 4, 3: 6}.get(i, 5)) for i in range(32)])
    yield _bad("end-before-later-padding", "The end of stream 2 counts before padding of stream 6.", "stream-end",
               ".stream2", _file((1216,), one, [0] * 1216, {**edits, **lengths}))


def entries():
    for number in (7, 9):
        yield _bad(f"entry-{number}", f"Symbol {number} of a code of seven entries, in a token with room for it.",
                   "entry", "", _file(ONE, PARTIAL, [0] * 20, wrong=[0] * 19 + [number]))
    yield _bad("entry-first", "The first symbol is the number of entries.", "entry", "",
               _file(ONE, PARTIAL, [0] * 20, wrong=[7] + [0] * 19))
    long = code(" ".join(f"{length}+0" for length in range(1, 9)) + " 8+4", range(17))
    for size in (20, 1024):
        yield _bad(f"entry-long-{size}", "The number of entries, in a token whose symbols take twelve bits.", "entry", "",
                   _file((size,), long, [0] * size, wrong=[0] * (size - 1) + [17]))
    yield _bad("entry-one-token", "Symbol 5 of a code of five entries in one token.", "entry", "",
               _file(ONE, code("0+3", range(5)), [0] * 20, wrong=[4] * 10 + [5] + [4] * 9))
    wrong = [0] * 1024
    wrong[1000] = 7
    yield _bad("entry-streams", "A symbol past the entries in one of 32 streams: the fault is of the whole sequence.",
               "entry", "", _file(MANY, PARTIAL, [0] * 1024, wrong=wrong))
    yield _bad("entry-after-padding", "A symbol past the entries in stream 8 counts after a padding bit of stream 31.",
               "padding", ".stream31", _file((1056,), PARTIAL, [0] * 1056, wrong=wrong + [0] * 32,
                                             edits={"stream31": 1 << 39}))
    tensor = sham("w", "u32", (20,), [0, 5] * 10, (1, code("0+2", (5, 6, 7))))
    tensor.blocks[0].fields[3:] = sequence(((0, 2),), 3, [0] * 9 + [3])
    yield _bad("entry-sham", "A symbol past the entries in sham: its offset is that of the sequence.", "entry",
               ".stream0", File([tensor], [code_table(32, code("0+2", (5, 6, 7)))]))


def damage():
    extra = _file(ONE, MIXED, [4] * 20)
    data = bytearray(join(f for f in extra.tensors[0].blocks[0].fields if f.name == "stream0"))
    data[0] ^= 8
    extra.edits["payload0.0.stream0"] = bytes(data)
    yield _bad("flipped-extra-bit", "An extra bit is flipped, and all streams end where they should.",
               "tensor.checksum", ("record0", 0), extra)
    tensor = ham("w", "u32", (3, 20), [0] * 60, (1, MIXED), split=1, fill=(1, 1, 1))
    yield _bad("second-block", "The fault is in the last of three blocks.", "padding", ("payload0.2.stream0", 0),
               File([tensor], [code_table(32, MIXED)], edits={"payload0.2.stream0": 1 << 23}))
    yield _bad("block-checksum", "The checksum of the block counts before its streams.", "block.checksum", "",
               _checksum())


def _checksum():
    file = _file(ONE, edits={"stream0": b""})
    file.edits["block0.0.checksum"] = 1
    return file


def cases():
    for part in (counts, sizes, length_forms, tails, ends, paddings, entries, damage):
        yield from part()
