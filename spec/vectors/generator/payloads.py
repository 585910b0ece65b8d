"""Lines of tensors and the payloads of each encoding, as the specification describes them."""

import math

from . import huffman, zstd
from .fields import Field, join, word
from .model import (COLUMNS, CSC, DENSE, DTYPES, HAM, INDEX_MAP, ROWS, SEGMENT, SHAM, Block, Tensor, pack_cells,
                    plain, unpack_cells)


def lines_of(tensor):
    """The lines of a tensor, each as its cells."""
    rows, cols = math.prod(tensor.shape[:tensor.split]), math.prod(tensor.shape[tensor.split:])
    cells = unpack_cells(tensor.bits, tensor.cells)
    if tensor.direction == COLUMNS:
        columns = list(cells)
        uncut = [columns[c::cols] for c in range(cols)] if rows else []
    else:
        uncut = [cells[r * cols:(r + 1) * cols] for r in range(rows)] if cols else []
    return [line[at:at + SEGMENT] for line in uncut for at in range(0, len(line), SEGMENT)]


def line_cells(tensor):
    """The length of a line that is not cut short."""
    part = tensor.shape[:tensor.split] if tensor.direction == COLUMNS else tensor.shape[tensor.split:]
    return min(math.prod(part), SEGMENT)


def packed(name, width, values):
    """Integers of `width` bits, least significant bit first."""
    string = 0
    for i, value in enumerate(values):
        string |= value << i * width
    return word(name, (len(values) * width + 7) // 8, string)


def line_places(positions, cells, position_bytes):
    """Where the entries of a line are, in the form that their number says."""
    if len(positions) == cells:
        return b""
    if 4 * len(positions) >= cells:
        return sum(1 << p for p in positions).to_bytes(-(-cells // 8), "little")
    return listed(positions, position_bytes)


def listed(positions, position_bytes):
    """Positions in lines."""
    return b"".join(p.to_bytes(position_bytes, "little") for p in positions)


def sparse_fields(counts, places, count_bits=None):
    """Sparse lines of any numbers and places whatever."""
    if count_bits is None:
        count_bits = max(counts, default=0).bit_length()
    return [word("count_bits", 1, count_bits), packed("counts", count_bits, counts), Field("places", places)]


def entries_of(tensor, lines):
    """The sparse lines of some lines, and the cells of their entries."""
    entries = [[(i, cell) for i, cell in enumerate(line) if cell] if any(line) else []
               for line in lines]
    places = b"".join(line_places([i for i, _ in some], len(line), 1 if line_cells(tensor) <= 256 else 2)
                      for line, some in zip(lines, entries))
    fields = sparse_fields([len(line) for line in entries], places)
    return fields, [cell for line in entries for _, cell in line]


def csc_block(counts, positions, values, position_bytes, bits, count_bits=None):
    """A coded csc block of any numbers whatever, all lines listed."""
    fields = sparse_fields(counts, listed(positions, position_bytes), count_bits)
    return fields + [Field("values", pack_cells(bits, values))]


def indices_of(entries, cells):
    """The numbers of the entries that some cells are."""
    numbers = {cell: i for i, cell in enumerate(entries)}
    return [numbers[cell] for cell in cells]


def index_fields(lines, codebook):
    """The packed indices of some lines."""
    return [packed("indices", (len(codebook) - 1).bit_length(),
                   indices_of(codebook, [cell for line in lines for cell in line]))]


def index_planes(codebook, cells):
    """The byte planes of the indices of some cells."""
    indices = indices_of(codebook, cells)
    return b"".join(bytes(index >> shift & 255 for index in indices)
                    for shift in range(0, max(1, (len(codebook) - 1).bit_length()), 8))


def planes(bits, cells):
    """The byte planes of some cells."""
    data = pack_cells(bits, cells)
    return b"".join(data[p::bits // 8] for p in range(bits // 8))


def dense_fields(tensor, lines):
    """A frame of the byte planes of some lines."""
    return zstd.frame(planes(tensor.bits, [cell for line in lines for cell in line]))


def coded_fields(tensor, lines, entries):
    """The fields of a coded block of some lines."""
    if tensor.encoding in (CSC, SHAM):
        fields, cells = entries_of(tensor, lines)
        return fields + (huffman.coded(entries, cells) if tensor.encoding == SHAM
                         else [Field("values", pack_cells(tensor.bits, cells))])
    if tensor.encoding == HAM:
        return huffman.coded(entries, [cell for line in lines for cell in line])
    if tensor.encoding == INDEX_MAP:
        return index_fields(lines, entries)
    return dense_fields(tensor, lines)


def _fill(tensor, fill, coded, entries):
    """The blocks of a tensor: `fill` lines in each, those numbered in `coded` not plain."""
    lines = lines_of(tensor)
    for number, count in enumerate(fill if fill is not None else [len(lines)] if lines else []):
        taken, lines = lines[:count], lines[count:]
        if coded is True or number in (coded or ()):
            fields = coded_fields(tensor, taken, entries)
            assert len(join(fields)) < sum(map(len, taken)) * tensor.cell_bytes, "as large as plain"
        else:
            fields = plain(b"".join(pack_cells(tensor.bits, line) if isinstance(line, list)
                                    else line.tobytes() for line in taken))
        tensor.blocks.append(Block(count, fields))


def tensor(name, dtype, shape, values, *, encoding=DENSE, fill=None, coded=None, codebook=None,
           code=None, split=0, direction=ROWS, **more):
    """A stored tensor; `codebook` is the number of its table plus 1, and the entries; `code` likewise."""
    number, bits = DTYPES[dtype] if isinstance(dtype, str) else dtype
    cells = values if isinstance(values, bytes) else pack_cells(bits, values)
    made = Tensor(name, shape, number, bits, cells, encoding, split, direction, **more)
    made.codebook, entries = codebook or (0, ())
    made.code, entries = code or (0, entries)
    if made.count:
        _fill(made, fill, coded, entries)
    return made


def dense(name, dtype="u8", shape=(3,), values=(1, 2, 3), **more):
    """A dense tensor, plain unless `coded` says otherwise."""
    return tensor(name, dtype, shape, values, **more)


def csc(name, dtype, shape, values, **more):
    """A csc tensor, coded unless told otherwise."""
    return tensor(name, dtype, shape, values, **{"encoding": CSC, "coded": True, **more})


def index_map(name, dtype, shape, values, codebook, **more):
    """An index_map tensor, coded unless told otherwise."""
    return tensor(name, dtype, shape, values, codebook=codebook,
                  **{"encoding": INDEX_MAP, "coded": True, **more})


def ham(name, dtype, shape, values, code, **more):
    """A ham tensor, coded unless told otherwise."""
    return tensor(name, dtype, shape, values, code=code, **{"encoding": HAM, "coded": True, **more})


def sham(name, dtype, shape, values, code, **more):
    """A sham tensor, coded unless told otherwise."""
    return tensor(name, dtype, shape, values, code=code, **{"encoding": SHAM, "coded": True, **more})


def with_payload(made, *payloads):
    """The tensor with the fields of its blocks replaced, for faults inside them."""
    for block, fields in zip(made.blocks, payloads, strict=True):
        block.fields = fields
    return made


def alias(name, target, of, **more):
    """An alias of the tensor `of`, which is record `target` counted from 0."""
    return Tensor(name, of.shape, of.dtype, of.bits, alias=target + 1, **more)
