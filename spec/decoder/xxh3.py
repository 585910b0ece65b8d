"""XXH3-64 with seed and default secret, in plain Python, for the checksums of generated files."""

import functools
import struct

from .primitives import number

SECRET = bytes.fromhex(
    "b8 fe 6c 39 23 a4 4b be 7c 01 81 2c f7 21 ad 1c de d4 6d e9 83 90 97 db 72 40 a4 a4 b7 b3 67 1f "
    "cb 79 e6 4e cc c0 e5 78 82 5a d0 7d cc ff 72 21 b8 08 46 74 f7 43 24 8e e0 35 90 e6 81 3a 26 4c "
    "3c 28 52 bb 91 c3 00 cb 88 d0 65 8b 1b 53 2e a3 71 64 48 97 a2 0d f9 4e 38 19 ef 46 a9 de ac d8 "
    "a8 fa 76 3f e3 9c 34 3f f9 dc bb c7 c7 0b 4f 1d 8a 51 e0 4b cd b4 59 31 c8 9f 7e c9 d9 78 73 64 "
    "ea c5 ac 83 34 d3 eb c3 c5 81 a0 ff fa 13 63 eb 17 0d dd 51 b7 f0 da 49 d3 16 55 26 29 d4 68 9e "
    "2b 16 be 58 7d 47 a1 fc 8f f8 b8 d1 7a d0 31 ce 45 cb 3a 8f 95 16 04 28 af d7 fb ca bb 4b 40 7e "
)
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
MIX_1, MIX_2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
M32, M64 = (1 << 32) - 1, (1 << 64) - 1
STRIPE, BLOCK = 64, 1024


def _fold(a, b):
    """The 128-bit product of two words, its halves xored."""
    product = a * b
    return (product & M64) ^ (product >> 64)


def _avalanche(h):
    h = (h ^ (h >> 37)) * MIX_1 & M64
    return h ^ (h >> 32)


def _avalanche64(h):
    """The final mix of XXH64, which XXH3 uses for up to three bytes."""
    h = (h ^ (h >> 33)) * P64_2 & M64
    h = (h ^ (h >> 29)) * P64_3 & M64
    return h ^ (h >> 32)


def _rotate(h, bits):
    return (h << bits | h >> (64 - bits)) & M64


def _up_to_3(data, seed):
    if not data:
        return _avalanche64(seed ^ number(SECRET, 56, 8) ^ number(SECRET, 64, 8))
    n = len(data)
    joined = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
    return _avalanche64(joined ^ ((number(SECRET, 0, 4) ^ number(SECRET, 4, 4)) + seed & M64))


def _4_to_8(data, seed):
    n = len(data)
    seed ^= int.from_bytes((seed & M32).to_bytes(4, "big"), "little") << 32
    flip = (number(SECRET, 8, 8) ^ number(SECRET, 16, 8)) - seed & M64
    h = (number(data, n - 4, 4) + (number(data, 0, 4) << 32)) ^ flip
    h = (h ^ _rotate(h, 49) ^ _rotate(h, 24)) * MIX_2 & M64
    h = (h ^ (h >> 35) + n) * MIX_2 & M64
    return h ^ (h >> 28)


def _9_to_16(data, seed):
    n = len(data)
    low = number(data, 0, 8) ^ ((number(SECRET, 24, 8) ^ number(SECRET, 32, 8)) + seed & M64)
    high = number(data, n - 8, 8) ^ ((number(SECRET, 40, 8) ^ number(SECRET, 48, 8)) - seed & M64)
    swapped = int.from_bytes(low.to_bytes(8, "big"), "little")
    return _avalanche(n + swapped + high + _fold(low, high) & M64)


def _mix16(data, at, key, seed):
    return _fold(number(data, at, 8) ^ (number(SECRET, key, 8) + seed & M64),
                 number(data, at + 8, 8) ^ (number(SECRET, key + 8, 8) - seed & M64))


def _17_to_128(data, seed):
    n = len(data)
    acc = n * P64_1
    for i in range((n - 1) // 32 + 1):
        acc += _mix16(data, 16 * i, 32 * i, seed)
        acc += _mix16(data, n - 16 * (i + 1), 32 * i + 16, seed)
    return _avalanche(acc & M64)


def _129_to_240(data, seed):
    n = len(data)
    acc = n * P64_1 + sum(_mix16(data, 16 * i, 16 * i, seed) for i in range(8))
    acc = _avalanche(acc & M64)
    for i in range(8, n // 16):
        acc += _mix16(data, 16 * i, 16 * (i - 8) + 3, seed)
    return _avalanche(acc + _mix16(data, n - 16, 136 - 17, seed) & M64)


@functools.lru_cache(maxsize=64)
def _gain(stripes, secret, first):
    """What some stripes add to the eight accumulators, whatever these hold."""
    gain = [0] * 8
    for n in range(len(stripes) // STRIPE):
        words = struct.unpack_from("<8Q", stripes, n * STRIPE)
        keys = struct.unpack_from("<8Q", secret, first + 8 * n)
        for i in range(8):
            key = words[i] ^ keys[i]
            gain[i ^ 1] += words[i]
            gain[i] += (key & M32) * (key >> 32)
    return gain


def _long(data, seed):
    secret = b"".join(
        struct.pack("<2Q", number(SECRET, i, 8) + seed & M64, number(SECRET, i + 8, 8) - seed & M64)
        for i in range(0, 192, 16))
    n = len(data)
    acc = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]
    scramble = struct.unpack_from("<8Q", secret, 128)
    whole = (n - 1) // BLOCK * BLOCK
    for at in range(0, whole, BLOCK):
        gain = _gain(data[at:at + BLOCK], secret, 0)
        for i in range(8):
            a = acc[i] + gain[i] & M64
            acc[i] = (a ^ a >> 47 ^ scramble[i]) * P32_1 & M64
    rest = (n - 1 - whole) // STRIPE * STRIPE
    for gain in (_gain(data[whole:whole + rest], secret, 0), _gain(data[n - STRIPE:], secret, 121)):
        acc = [a + g & M64 for a, g in zip(acc, gain)]
    h = n * P64_1
    for i in range(0, 8, 2):
        h += _fold(acc[i] ^ number(secret, 11 + 8 * i, 8), acc[i + 1] ^ number(secret, 19 + 8 * i, 8))
    return _avalanche(h & M64)


def xxh3(data, seed=0):
    """XXH3-64 of some bytes."""
    data = bytes(data)
    for most, short in ((3, _up_to_3), (8, _4_to_8), (16, _9_to_16), (128, _17_to_128),
                        (240, _129_to_240)):
        if len(data) <= most:
            return short(data, seed)
    return _long(data, seed)
