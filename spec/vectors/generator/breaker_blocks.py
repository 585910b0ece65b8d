"""Breaks of rules inside blocks: edits of their fields, or other blocks in their place, smaller than the plain ones."""

from dataclasses import dataclass, replace

from . import cser, delta, gap_map, random_context
from .context import SLOTS, coded, side
from .fields import Field, join, word
from .huffman import STREAMS, text_of
from .model import CONTEXT_MAP, CSC, CSER, DELTA_MAP, GAP_MAP, HAM, INDEX_MAP, SHAM, ZSTD_MAP, Block, File, Tensor, unpack_cells
from .payloads import line_cells, lines_of, packed
from .random_blocks import FORMS, frame
from .random_code import open_numbers

ALL = 0xFFFFFFFF


def flip(rng, data):
    """The bytes with one bit changed."""
    at = rng.randrange(8 * len(data))
    return bytes(b ^ (1 << at % 8 if i == at // 8 else 0) for i, b in enumerate(data))


def supported(tensor):
    """Whether a reader decodes it."""
    return not tensor.alias and tensor.bits in (8, 16, 32, 64) and tensor.encoding in FORMS


@dataclass
class Spot:
    """A block of a file: its tensor, the first of its lines, and the prefixes of its fields and of its entry's."""
    file: File
    tensor: Tensor
    block: Block
    first: int
    payload: str
    entry: str

    @property
    def cells(self):
        return sum(map(len, lines_of(self.tensor)[self.first:self.first + self.block.lines]))

    @property
    def line_cells(self):
        return line_cells(self.tensor)

    @property
    def entries(self):
        """The cells of the tensor's table."""
        table = self.file.tables[(self.tensor.codebook or self.tensor.code) - 1]
        return unpack_cells(table.bits, table.fields[-1].data)

    def names(self, end=""):
        """The names of its fields that are not empty and end so."""
        return [field.name for field in self.block.fields if field.data and field.name.endswith(end)]


def of_blocks(wanted, choose):
    """A break of one block that `wanted` accepts; `choose` gets its fields by name, and gives edits of them."""
    def broken(rng, file, fields):
        spots = []
        for i, tensor in enumerate(file.tensors):
            first = 0
            for j, block in enumerate(tensor.blocks):
                spots.append(Spot(file, tensor, block, first, f"payload{i}.{j}.", f"block{i}.{j}."))
                first += block.lines
        spots = [spot for spot in spots if wanted(spot)]
        if not spots:
            return None
        spot = rng.choice(spots)
        return choose(rng, spot, fields)
    return broken


def _has(*names, of=None):
    return lambda spot: supported(spot.tensor) and (of is None or spot.tensor.encoding == of) and set(names) <= set(spot.names())


def _ends(end):
    return lambda spot: supported(spot.tensor) and spot.names(end)


def _edit(name, value):
    """Edits one field inside a block, or one of those whose names end so."""
    def choose(rng, spot, fields):
        field = rng.choice(spot.names(name))
        new = value(rng, fields[spot.payload + field])
        return None if new is None else {spot.payload + field: new}
    return choose


def _cut_to(most):
    """So few bytes at most of the block, at least one."""
    def choose(rng, spot, _):
        left, edits = rng.randint(1, most), {}
        for field in spot.block.fields:
            edits[spot.payload + field.name] = field.data[:left]
            left -= min(left, len(field.data))
        return edits
    return choose


def _zero_value(rng, spot, fields):
    data, width = fields[spot.payload + "values"], spot.tensor.cell_bytes
    at = rng.randrange(len(data) // width) * width
    return {spot.payload + "values": data[:at] + bytes(width) + data[at + width:]}


def _turned(_, data):
    """Lengths of streams, each of which has that of the next."""
    bits, string = len(data) * 8 // STREAMS, int.from_bytes(data, "little")
    return (string >> bits | (string & (1 << bits) - 1) << len(data) * 8 - bits).to_bytes(len(data), "little")


def _longer_lengths(rng, spot, fields):
    """Lengths of streams in a bit more than they need, where no field has the size of their sequence."""
    if len(join(spot.block.fields)) + STREAMS // 8 >= spot.cells * spot.tensor.cell_bytes:
        return None
    name = spot.payload + rng.choice(spot.names("length_bits"))
    bits, data = fields[name][0], fields.get(name.removesuffix("length_bits") + "lengths", b"")
    string = int.from_bytes(data, "little")
    more = [string >> bits * i & (1 << bits) - 1 for i in range(STREAMS)]
    return {name: bits + 1, name.removesuffix("length_bits") + "lengths": packed("", bits + 1, more).data}


def _padding_of_tokens(_, data):
    """Any tokens but eight of them leave bits behind."""
    return data[:-1] + bytes([data[-1] | 128]) if len(data) % 9 else None


def _longer(name, size, count):
    """A field with a zero behind it, and its size."""
    def choose(_, spot, fields):
        if len(join(spot.block.fields)) + 2 >= spot.cells * spot.tensor.cell_bytes:
            return None
        edits = {spot.payload + name: fields[spot.payload + name] + bytes(count)}
        if size:
            edits[spot.payload + size] = int.from_bytes(fields[spot.payload + size], "little") + count
        return edits
    return choose


def _rebuilt(encoding, make):
    """A break that makes another block, of whatever numbers, in place of any of an encoding."""
    def choose(rng, spot, _):
        fields = make(rng, spot)
        if fields is None or len(join(fields)) >= spot.cells * spot.tensor.cell_bytes:
            return None
        spot.block.fields = fields
        return {}
    return of_blocks(lambda spot: supported(spot.tensor) and spot.tensor.encoding == encoding, choose)


def _gap_past_end(rng, spot):
    choices = gap_map.Choices(text_of(open_numbers(rng, spot.cells + 1)))
    return gap_map.block_fields(choices, 1, gap_map.gap_fields(choices, [spot.cells]), [])


def _delta(numbers):
    """A block of the references, gaps and values that `numbers` gives for a number of lines and one of cells."""
    def make(rng, spot):
        distances, gaps = numbers(spot.block.lines, spot.cells)
        rng.shuffle(distances)
        return delta.block(spot.cells, distances, gaps, [0] * len(gaps), len(spot.entries))
    return make


def _flip_mask(places):
    """One bit of a mask changed, of those that `places` gives for a number of cells."""
    def choose(rng, spot, fields):
        name, some = spot.payload + "mask", places(spot.cells)
        return {name: int.from_bytes(fields[name], "little") ^ 1 << rng.choice(some)} if some else None
    return choose


def _zstd_index(rng, spot):
    entries = len(spot.entries)
    width = max(1, ((entries - 1).bit_length() + 7) // 8)
    indices = [entries, *[0] * (spot.cells - 1)]
    rng.shuffle(indices)
    return None if entries >= 1 << 8 * width else frame(
        rng, b"".join(bytes(index >> 8 * p & 255 for index in indices) for p in range(width)))


def _packed_index(rng, spot):
    entries = len(spot.entries)
    indices = [entries, *[0] * (spot.cells - 1)]
    rng.shuffle(indices)
    width = (entries - 1).bit_length()
    return None if entries >= 1 << width else [word("side_bytes", 4, 0), packed("indices", width, indices)]


def _groups(line):
    """A cser block whose first line has the groups that `line` gives for a spot and its last value, and the others none."""
    def make(_, spot):
        groups = line(spot, len(spot.entries) - 1)
        return groups and cser.block([groups, *[()] * (spot.block.lines - 1)], spot.entries, 1 + (spot.line_cells > 256))
    return make


def _side(change):
    """A coded block of zeros whose side information is other choices than the ones that `change` gets."""
    def make(rng, spot):
        if spot.cells < random_context.LEAST_CELLS:
            return None
        indices = [0] * spot.cells
        made = random_context.choices(rng, indices, len(spot.entries))
        fields, data = coded(made, indices), side(change(made, spot.cells), spot.cells)
        return [word("side_bytes", 4, len(data)), fields[1], Field("side", data), *fields[3:]]
    return make


def _one_less(made, _):
    table = list(made.tables[-1])
    table[table.index(max(table))] -= 1
    return replace(made, tables=[*made.tables[:-1], tuple(table)])


def _too_many_tables(made, cells):
    return replace(made, tables=made.tables[:1] * (2 + cells // 1024)) if cells // 1024 < 127 else made


BLOCK_BREAKS = [
    ("sparse.count-bits", of_blocks(lambda spot: spot.tensor.encoding != CSER and _has("count_bits")(spot), _edit("count_bits", lambda rng, data: rng.randint(18, 255)))),
    ("csc.size", of_blocks(_has("values", of=CSC), _edit("values", lambda rng, data: data[:-1]))),
    ("csc.zero-value", of_blocks(_has("values", of=CSC), _zero_value)),
    ("index_map.size", of_blocks(_has("indices", of=INDEX_MAP), _edit("indices", lambda rng, data: data[:-1]))),
    ("huffman.tail", of_blocks(_ends("tail"), _edit("tail", flip))),
    ("huffman.size", of_blocks(_ends("length_bits"), _edit("length_bits", lambda rng, data: rng.randint(14, 255)))),
    ("huffman.lengths", of_blocks(lambda spot: spot.tensor.encoding in (HAM, SHAM) and _ends("length_bits")(spot), _longer_lengths)),
    ("huffman.stream-end", of_blocks(_ends("lengths"), _edit("lengths", _turned))),
    ("code.size", of_blocks(_ends("_code.token_count"), _edit("_code.token_count", lambda rng, data: rng.choice((0, 33, 255))))),
    ("code.padding", of_blocks(_ends("_code.tokens"), _edit("_code.tokens", _padding_of_tokens))),
    ("gap_map.truncated", of_blocks(_has("entries", of=GAP_MAP), _cut_to(2))),
    ("gap_map.tuple", of_blocks(_has("tuple_values"), _edit("tuple_values", lambda rng, data: rng.choice((0, 9, 255))))),
    ("gap_map.gap-bytes", of_blocks(_has("gap_bytes"), _edit("gap_bytes", lambda rng, data: ALL))),
    ("gap_map.past-end", _rebuilt(GAP_MAP, _gap_past_end)),
    ("delta_map.truncated", of_blocks(_has("changes", of=DELTA_MAP), _cut_to(3))),
    ("delta_map.changes", of_blocks(_has("changes", of=DELTA_MAP), _edit("changes", lambda rng, data: ALL))),
    ("delta_map.sequence-bytes", of_blocks(_has("sizes", of=DELTA_MAP), _edit("sizes", flip))),
    ("delta_map.reference", _rebuilt(DELTA_MAP, _delta(lambda lines, cells: ([lines, *[0] * (lines - 1)], [])))),
    ("delta_map.circle", _rebuilt(DELTA_MAP, lambda rng, spot: _delta(lambda lines, cells: ([1] * lines, []))(rng, spot)
                                  if spot.block.lines > 1 else None)),
    ("delta_map.past-end", _rebuilt(DELTA_MAP, lambda rng, spot: _delta(lambda lines, cells: ([0] * lines, [cells]))(rng, spot)
                                    if 8 < 3 * spot.cells else None)),
    ("delta_map.mask-padding", of_blocks(_has("mask", of=DELTA_MAP), _flip_mask(lambda cells: range(cells, -(-cells // 8) * 8)))),
    ("delta_map.mask-count", of_blocks(_has("mask", of=DELTA_MAP), _flip_mask(range))),
    ("context_map.size", of_blocks(_has("side_bytes", of=CONTEXT_MAP), _cut_to(3))),
    ("context_map.size", of_blocks(_has("side_bytes", "states"), _edit("side_bytes", lambda rng, data: ALL))),
    ("context_map.width", _rebuilt(CONTEXT_MAP, _side(lambda made, cells: replace(made, width=31)))),
    ("context_map.contexts", _rebuilt(CONTEXT_MAP, _side(_too_many_tables))),
    ("context_map.frequencies", _rebuilt(CONTEXT_MAP, _side(_one_less))),
    ("context_map.side-end", of_blocks(_has("side", "states"), _longer("side", "side_bytes", 1))),
    ("context_map.words", of_blocks(_has("states", "words"), _longer("words", None, 2))),
    ("context_map.extra", of_blocks(_has("extra", "states"), _longer("extra", "extra_bytes", 1))),
    ("context_map.index", _rebuilt(CONTEXT_MAP, _packed_index)),
    ("cser.widths", of_blocks(_has("group_bits"), _edit("group_bits", lambda rng, data: rng.randint(18, 255)))),
    ("cser.widths", of_blocks(_has("group_bits"), _edit("count_bits", lambda rng, data: rng.randint(17, 255)))),
    ("cser.size", of_blocks(_has("positions", of=CSER), _edit("positions", lambda rng, data: data[:-1]))),
    ("cser.value-order", _rebuilt(CSER, _groups(lambda _, last: ((last, (0,)), (last, (1,)))))),
    ("cser.position-order", _rebuilt(CSER, _groups(lambda _, last: ((last, (0, 0)),)))),
    ("cser.position-past-end", _rebuilt(CSER, _groups(
        lambda spot, last: ((last, (0, spot.line_cells)),) if spot.line_cells < 256 else None))),
    ("cser.position-twice", _rebuilt(CSER, _groups(lambda _, last: ((1, (0,)), (2, (0,))) if last > 1 else None))),
    ("zstd_map.index", _rebuilt(ZSTD_MAP, _zstd_index)),
]
