"""XXH3-64 with a seed and the default secret, as xxHash 0.8 defines it (spec/primitives.md § Checksums)."""

from functools import lru_cache
from struct import pack, unpack_from

from .primitives import number

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3, P64_4, P64_5 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
MIX_1, MIX_2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
M32, M64 = (1 << 32) - 1, (1 << 64) - 1
XXH64_STEPS = (33, P64_2), (29, P64_3)
STRIPE, BLOCK = 64, 1024


def _swap(value, size):
    return int.from_bytes(value.to_bytes(size, "big"), "little")


def _fold(a, b):
    return a * b & M64 ^ a * b >> 64


def _avalanche(h, *steps):
    h &= M64
    for shift, prime in steps or ((37, MIX_1),):
        h = (h ^ h >> shift) * prime & M64
    return h ^ h >> 32


def _mix(data, at, seed, key):
    """16 bytes of the data under 16 of the secret."""
    (low, high), (low_key, high_key) = unpack_from("<2Q", data, at), unpack_from("<2Q", SECRET, key)
    return _fold(low ^ low_key + seed & M64, high ^ high_key - seed & M64)


def _up_to_16(data, n, seed):
    keys = unpack_from("<9Q", SECRET)
    if n > 8:
        low, high = number(data, 0, 8) ^ (keys[3] ^ keys[4]) + seed & M64, number(data, n - 8, 8) ^ (keys[5] ^ keys[6]) - seed & M64
        return _avalanche(n + _swap(low, 8) + high + _fold(low, high))
    if n > 3:
        h = (number(data, n - 4, 4) + (number(data, 0, 4) << 32)) ^ (keys[1] ^ keys[2]) - (seed ^ _swap(seed & M32, 4) << 32) & M64
        h ^= (h << 49 | h >> 15) & M64 ^ (h << 24 | h >> 40) & M64
        h = h * MIX_2 & M64
        h = (h ^ (h >> 35) + n) * MIX_2 & M64
        return h ^ h >> 28
    if n > 0:
        joined, key = data[0] << 16 | data[n >> 1] << 24 | data[-1] | n << 8, (keys[0] ^ keys[0] >> 32) & M32
        return _avalanche(joined ^ key + seed, *XXH64_STEPS)
    return _avalanche(seed ^ keys[7] ^ keys[8], *XXH64_STEPS)


def _up_to_240(data, n, seed):
    if n <= 128:
        gains = (_mix(data, i // 2, seed, i) + _mix(data, n - i // 2 - 16, seed, i + 16) for i in range(0, n, 32))
        return _avalanche(n * P64_1 + sum(gains))
    h = _avalanche(n * P64_1 + sum(_mix(data, 16 * i, seed, 16 * i) for i in range(8)))
    return _avalanche(h + sum(_mix(data, 16 * i, seed, 16 * i - 125) for i in range(8, n // 16)) + _mix(data, n - 16, seed, 119))


@lru_cache(maxsize=64)
def _gain(stripes, secret, first):
    """What some stripes add to the eight accumulators, whatever these hold."""
    gain = [0] * 8
    for n in range(len(stripes) // STRIPE):
        words, keys = unpack_from("<8Q", stripes, n * STRIPE), unpack_from("<8Q", secret, first + 8 * n)
        for i, (word, key) in enumerate(zip(words, keys)):
            gain[i ^ 1] += word
            gain[i] += ((word ^ key) & M32) * ((word ^ key) >> 32)
    return gain


def _long(data, n, seed):
    secret = pack("<24Q", *((key - seed if i % 2 else key + seed) & M64 for i, key in enumerate(unpack_from("<24Q", SECRET))))
    acc, scramble = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1], unpack_from("<8Q", secret, 128)
    whole = (n - 1) // BLOCK * BLOCK
    for at in range(0, whole, BLOCK):
        acc = [a + gain & M64 for a, gain in zip(acc, _gain(data[at:at + BLOCK], secret, 0))]
        acc = [(a ^ a >> 47 ^ key) * P32_1 & M64 for a, key in zip(acc, scramble)]
    for gains in _gain(data[whole:n - 1], secret, 0), _gain(data[n - STRIPE:], secret, 121):
        acc = [a + gain & M64 for a, gain in zip(acc, gains)]
    pairs = (_fold(acc[i] ^ number(secret, 11 + 8 * i, 8), acc[i + 1] ^ number(secret, 19 + 8 * i, 8)) for i in range(0, 8, 2))
    return _avalanche(n * P64_1 + sum(pairs))


def xxh3(data, seed=0):
    """XXH3-64 of some bytes."""
    n = len(data)
    return (_up_to_16 if n <= 16 else _up_to_240 if n <= 240 else _long)(bytes(data), n, seed)
