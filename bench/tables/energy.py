"""The energy of y = xW by the papers' model: every read, write, addition and multiplication of a product, at a price.

The model and its prices are those of the public code of "Efficient and Compact Representations of Deep Neural Networks via
Entropy Coding" (2023). Prices are pJ in a 45 nm process: additions and multiplications of float32, and a read or write of
32 bits by the size of the array it falls in, from "Computing's energy problem (and what we can do about it)" (Horowitz,
ISSCC 2014), which gives 10, 20 and 100 pJ for 64 bits of caches of 8 KB, 32 KB and 1 MB, and 1.3 to 2.6 nJ for DRAM;
narrower words cost in proportion.

Two errors of that code are corrected: HAM's codebook was paid for once, not once per weight, and CSC's column starts and
results once per weight, not once per column. Arrays that it leaves out (the column counts of sHAM, the value indices of
CSER) are paid for, and row indices have the width that the space formulas give them.
"""

import math

from papers import B, bits

ADD, MULTIPLY = 0.9, 3.7
ACCESS = ((8, 5.0), (32, 10.0), (1024, 50.0), (math.inf, 1000.0))  # KB at most, pJ for 32 bits


def access(count, width):
    """Of one element of an array of `count` elements of `width` bits."""
    kilobytes = count * width / 8 / 1024
    return next(price for most, price in ACCESS if kilobytes <= most) * width / 32


def entry(f):
    """What every form pays for a weight that is not zero: x is read, multiplied and added."""
    return access(f.n, B) + MULTIPLY + ADD


def results(f):
    return f.m * access(f.m, B)


def decoding(code, count):
    """A stream of codewords, by a table of their first t bits, and a binary search of the first codes for longer ones."""
    stream, width = -(-code.total // B), bits(code.longest)
    first_codes = access(code.longest + 2, width)
    return (stream * access(stream, B) + count * (access(1 << code.table, width) + first_codes)
            + code.beyond * math.log2(max(code.longest, 1)) * first_codes)


def dense(f):
    return f.n * f.m * (access(f.n * f.m, B) + entry(f)) + results(f)


def ham(f):
    cells = f.n * f.m
    return decoding(f.code, cells) + cells * access(f.k, B) + f.nnz * entry(f) + results(f)


def sham(f):
    return (decoding(f.entry_code, f.nnz) + f.nnz * (access(f.k, B) + access(f.nnz, bits(f.n)) + entry(f))
            + f.m * access(f.m, bits(f.n)) + results(f))


def csc(f):
    return f.nnz * (access(f.nnz, B) + access(f.nnz, bits(f.n)) + entry(f)) + f.m * access(f.m, bits(f.n)) + results(f)


def index_map(f):
    return f.n * f.m * (access(f.n * f.m, bits(f.k)) + access(f.k, B)) + f.nnz * entry(f) + results(f)


def cser(f):
    positions, runs = f.cser_counts()
    return (positions * (access(positions, bits(f.n)) + access(f.n, B) + ADD)
            + runs * (access(runs, bits(f.k)) + access(f.k, B) + access(runs, bits(positions)) + MULTIPLY + ADD)
            + f.m * access(f.m, bits(runs)) + results(f))


FORMS = {"dense": dense, "HAM": ham, "sHAM": sham, "CSC": csc, "IM": index_map, "CSER": cser}
LOOK_UP = access(256, 16)  # of a codeword of at most 8 bits: codes of ours have no longer ones


def stored(encoding, f, size):
    """Of our products that work as the papers' do, where W takes `size` bytes: words in order, one look-up for a codeword."""
    words = -(-size // 4)
    reading = words * access(words, B) + results(f)
    if encoding in ("csc", "sham"):
        look_up = LOOK_UP + access(f.k, B) if encoding == "sham" else 0
        return reading + f.nnz * (look_up + entry(f))
    if encoding in ("ham", "index_map"):
        look_up = LOOK_UP if encoding == "ham" else 0
        return reading + f.n * f.m * (look_up + access(f.k, B)) + f.nnz * entry(f)
    positions, runs = f.cser_counts()
    return reading + positions * (access(f.n, B) + ADD) + runs * (access(f.k, B) + MULTIPLY + ADD)


STORED = ("csc", "index_map", "ham", "sham", "cser")
