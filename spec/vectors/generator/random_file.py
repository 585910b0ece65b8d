"""Random legal files from the grammar of the specification, with forms that no encoder needs to write."""


from . import random_code
from .fields import Field, join
from .huffman import code_table
from .model import BOOL, BYTES, DTYPES, F64, I64, STRING, Block, File, Meta, Table, Tensor, pack_cells, plain
from .payloads import alias, lines_of
from .random_blocks import CODE, CODEBOOK, FORMS, NONZERO_CODE
from .tables import JSON_DTYPES, content_hash, index_head, safetensors_head, shard, source

LETTERS = "abz./\\ é€𝄞\u0001\"\u007f"
MOST_CELLS = 400
FRESH = {8: (0, 0, 0x80), 16: (0x3C00, 0xBC00, 0x8000), 32: (0x3F800000, 0xBF800000, 0x80000000),
         64: (0x3FF0000000000000, 0x8000000000000000, 1)}


class Maker:
    """Draws one file from a generator of random numbers."""

    def __init__(self, rng):
        self.rng, self.file = rng, File()
        self.codebooks, self.codes = [], []  # (bits, 1 + number of the table, entries or code)

    def make(self):
        """The file."""
        rng, file = self.rng, self.file
        file.alignment = rng.choice((3, 3, 4, 6, 6, 6, 8, rng.randrange(9, 13)))
        file.hint = rng.random() < 0.3
        file.edits = {"header.minor": rng.choice((1, 1, 0, 2, 0xFFFF)), "header.compat": rng.choice((0, 0, 1 << 31, 0xFFFF))}
        for name in self._names(rng.choice((0, 1, 1, 2, 2, 3, 4))):
            targets = [(i, t) for i, t in enumerate(file.tensors) if not t.alias]
            if targets and rng.random() < 0.15:
                file.tensors.append(alias(name, *rng.choice(targets)))
            else:
                file.tensors.append(self._tensor(name))
        if rng.random() < 0.15:
            self._add_future()
        self._add_metas()
        self._add_sources()
        if rng.random() < 0.1:
            own = content_hash(file.tensors)
            others = [rng.getrandbits(64) for _ in range(rng.randrange(3))]
            ordinal = rng.randint(0, len(others))
            file.tables.append(shard(ordinal, others[:ordinal] + [own] + others[ordinal:]))
        self._order_parts()
        return file

    def _names(self, count):
        rng, names = self.rng, set()
        while len(names) < count:
            names.add("".join(rng.choice(LETTERS) for _ in range(rng.choice((1, 2, 3, 5, 40)))))
        return sorted(names, key=lambda name: name.encode())

    def _shape(self, least):
        """A shape; where coded blocks need so many cells, of as many more often than not."""
        rng, shape, cells = self.rng, [], 1
        most = rng.choice((1, 8, 64, MOST_CELLS, MOST_CELLS, 4 * MOST_CELLS))
        for _ in range(rng.choice((0, 1, 1, 2, 2, 2, 3, 4, 8))):
            dim = rng.randint(1, max(1, most // cells))
            shape.append(0 if rng.random() < 0.02 else dim)
            cells *= dim
        if cells < least and len(shape) < 8 and rng.random() < 0.7:
            shape.append(-(-least * rng.randint(1, 2) // cells))
        rng.shuffle(shape)
        return tuple(shape)

    def _dtype(self):
        if self.rng.random() < 0.1:
            return self.rng.choice((16, 127, 128, 255)), self.rng.choice((8, 16, 32, 64))
        return self.rng.choice(list(DTYPES.values()))

    def _tensor(self, name):
        rng, encoding, (dtype, bits) = self.rng, self.rng.choice([*FORMS]), self._dtype()
        shape = self._shape(FORMS[encoding].least_cells)
        made = Tensor(name, shape, dtype, bits, encoding=encoding,
                      split=rng.randint(0, len(shape)), direction=rng.randrange(2))
        if made.count == 0:
            return made
        entries, values = self._values(made)
        zeros = rng.choice((0, 0.5, 0.9, 1)) if 0 in values else 0
        made.cells = pack_cells(bits, (0 if rng.random() < zeros else rng.choice(values) for _ in range(made.count)))
        self._fill(made, entries)
        return made

    def _values(self, made):
        """What a tensor's table gives to code its cells, and the cells that it may hold."""
        rng, bits = self.rng, made.bits
        table = FORMS[made.encoding].table
        if table == CODEBOOK:
            made.codebook, entries = self._codebook(bits)
            return entries, entries[:rng.choice((1, 2, len(entries)))]
        if table in (CODE, NONZERO_CODE):
            made.code, code = self._code(bits, False if table == NONZERO_CODE else None)
            values = rng.sample(code.entries, rng.choice((1, min(2, len(code.entries)), len(code.entries))))
            return code, values + [0] if table == NONZERO_CODE else values
        return None, rng.sample(FRESH[bits], rng.randint(1, 3)) + random_code.cells(rng, bits, rng.choice((0, 0, 9)))

    def _codebook(self, bits):
        known = [(number, entries) for b, number, entries in self.codebooks if b == bits]
        if known and self.rng.random() < 0.5:
            return self.rng.choice(known)
        table, entries = random_code.codebook(self.rng, bits)
        self.file.tables.append(table)
        self.codebooks.append((bits, len(self.file.tables), entries))
        return len(self.file.tables), entries

    def _code(self, bits, zero):
        known = [(number, code) for b, number, code in self.codes
                 if b == bits and (zero is None or 0 not in code.entries)]
        if known and self.rng.random() < 0.5:
            return self.rng.choice(known)
        code = random_code.code(self.rng, bits, zero)
        self.file.tables.append(code_table(bits, code))
        self.codes.append((bits, len(self.file.tables), code))
        return len(self.file.tables), code

    def _fill(self, made, entries):
        """Cuts the lines into blocks at random, each coded or plain at random where coded is smaller."""
        rng, lines = self.rng, lines_of(made)
        cuts = rng.choice((0, 0, 1, 3))
        ends = sorted({rng.randint(1, len(lines)) for _ in range(cuts)} | {len(lines)})
        coded_share, first = rng.choice((0.5, 1, 1)), 0
        for end in ends:
            taken = [list(line) for line in lines[first:end]]
            stored = plain(b"".join(pack_cells(made.bits, line) for line in taken))
            if rng.random() < coded_share:
                coded = FORMS[made.encoding].coded(rng, made, taken, entries)
                stored = coded if len(join(coded)) < len(join(stored)) else stored
            made.blocks.append(Block(end - first, stored))
            first = end

    def _add_future(self):
        """What this version does not know: a table, an encoding, a width of cells."""
        rng, file = self.rng, self.file
        if rng.random() < 0.5:
            data = rng.randbytes(rng.randrange(1, 9))
            file.tables.append(Table(rng.choice((5, 0xFFFF)), [Field("any", data)], rng.getrandbits(16)))
        for name in self._names(1) if rng.random() < 0.5 else ():
            bits = rng.choice((8, 32, 4, 24, 255))
            made = Tensor("\U0010fffd" + name, (3, 5), 16, bits, encoding=rng.choice((13, 0x7FFF)), split=1)
            made.blocks = [Block(lines, [Field("any", rng.randbytes(rng.randrange((lines * 5 * bits + 7) // 8 + 1)))])
                           for lines in rng.choice(((3,), (1, 2)))]
            made.codebook = rng.choice((0, rng.choice(self.codebooks)[1])) if self.codebooks else 0
            file.tensors.append(made)

    def _add_metas(self):
        rng = self.rng
        for key in self._names(rng.choice((0, 0, 1, 3))):
            kind = rng.choice((STRING, I64, F64, BOOL, BYTES))
            value = {STRING: "é\0"[:rng.randrange(3)].encode(), I64: rng.randbytes(8), F64: rng.randbytes(8),
                     BOOL: rng.choice((b"\0", b"\1")), BYTES: rng.randbytes(rng.randrange(9))}[kind]
            self.file.metas.append(Meta(key, kind, value))

    def _add_sources(self):
        """Sources of some tensors: rebuilt, kept, and an index of both."""
        rng, file = self.rng, self.file
        weight_map = {}
        for form in rng.choice(((), (), (), (1,), (2,), (1, 2), (2, 2), (1, 2, 3))):
            number, name = len(file.tables) + 1, f"m{len(file.tables)}.safetensors"
            if form == 3:
                file.tables.append(source(3, name.encode(), index_head(weight_map, rng.randrange(9))))
                continue
            named = [t for t in file.tensors if t.dtype in JSON_DTYPES and t.source == 0 and rng.random() < 0.6]
            for tensor in named:
                tensor.source = number
                weight_map[tensor.name] = name
            rng.shuffle(named)
            head = safetensors_head(named, padding=rng.randrange(9)) if form == 2 else None
            file.tables.append(source(form, name.encode(), head))

    def _order_parts(self):
        """Payloads and tables in any order."""
        file = self.file
        file.parts = [f"payload{i}" for i, t in enumerate(file.tensors) if t.blocks]
        file.parts += [f"table{i}" for i in range(len(file.tables))]
        if self.rng.random() < 0.7:
            self.rng.shuffle(file.parts)


def random_file(rng):
    """A legal file."""
    return Maker(rng).make()
