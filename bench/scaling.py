"""Encodes and decodes .safetensors files of growing size from the command line, beside zstd: scaling.py PONDUS [MEGABYTES_MOST]

Prints a table of wall-clock seconds and peak memory, and draws scaling.svg. Needs numpy, and GNU time and zstd as commands."""

import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

import numpy

HERE = pathlib.Path(__file__).resolve().parent
MEGABYTE = 1 << 20
TENSOR_MEGABYTES_MOST = 64
SCALE = 4  # from one size to the next
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad")


def write_model(path, megabytes):
    """A model of tensors of at most 64 MB: 60 % zeros, the others a Gaussian on 31 levels; no two are equal."""
    part = min(megabytes, TENSOR_MEGABYTES_MOST)
    count, rows = megabytes // part, part * MEGABYTE // 4 // 4096
    head, offset = {}, 0
    for i in range(count):
        head[f"layer{i}.weight"] = {"dtype": "F32", "shape": [rows, 4096], "data_offsets": [offset, offset + part * MEGABYTE]}
        offset += part * MEGABYTE
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    random = numpy.random.default_rng(megabytes)
    levels = numpy.round(random.standard_normal((rows, 4096)) * 5).clip(-15, 15).astype(numpy.float32) / 64
    levels[random.random((rows, 4096)) < 0.6] = 0
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for i in range(count):
            file.write(numpy.roll(levels, 977 * i).tobytes())


def measure(*command):
    """Wall-clock seconds of a command that must succeed, and its peak megabytes, by GNU time."""
    with tempfile.NamedTemporaryFile("r") as report:
        begin = time.perf_counter()
        subprocess.run(["/usr/bin/time", "-f", "%M", "-o", report.name, *command], check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begin, int(report.read()) / 1024


def same(first, second):
    with open(first, "rb") as a, open(second, "rb") as b:
        while piece := a.read(MEGABYTE):
            if piece != b.read(MEGABYTE):
                return False
        return not b.read(1)


def run(pondus, folder, megabytes):
    model, packed, zst, back = (folder / name for name in ("model.safetensors", "model.pondus", "model.zst", "back.safetensors"))
    write_model(model, megabytes)
    out = {"pondus encode": measure(pondus, "encode", model, "-o", packed), "zstd -3": measure("zstd", "-qf3", model, "-o", zst)}
    for name, command in (("pondus decode", (pondus, "decode", packed, "-o", back)), ("zstd -d", ("zstd", "-qdf", zst, "-o", back))):
        runs = []
        for _ in range(3):
            back.unlink(missing_ok=True)
            runs.append(measure(*command))
        out[name] = sorted(runs)[1]
        assert same(model, back)
    out["sizes"] = packed.stat().st_size / model.stat().st_size, zst.stat().st_size / model.stat().st_size
    return out


def svg(results):
    """Seconds by megabytes, both logarithmic: a straight line of slope one is a linear cost."""
    left, top, width, height = 70, 20, 520, 360
    sizes = [size for size, _ in results]
    names = [name for name in results[0][1] if name != "sizes"]
    seconds = [result[name][0] for _, result in results for name in names]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    span = max(math.log(sizes[-1] / sizes[0]), 1e-9)

    def x(size):
        return left + width * math.log(size / sizes[0]) / span

    def y(value):
        return top + height * (high - math.log10(value)) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 40}" height="{top + height + 50}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>']
    for size in sizes:
        out.append(f'<text x="{x(size):.0f}" y="{top + height + 18}" text-anchor="middle">{size} MB</text>')
    for power in range(low, high + 1):
        out.append(f'<path d="M{left} {y(10**power):.0f}h{width}" stroke="#ddd"/>'
                   f'<text x="{left - 8}" y="{y(10**power) + 4:.0f}" text-anchor="end">{10.0**power:g} s</text>')
    for i, name in enumerate(names):
        points = " ".join(f"{x(size):.1f},{y(result[name][0]):.1f}" for size, result in results)
        out.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[i]}" stroke-width="2"/>'
                   f'<text x="{left + 12}" y="{top + 18 + 16 * i}" fill="{COLOURS[i]}">{name}</text>')
    return "\n".join(out + ["</svg>", ""])


def main(pondus, most=1024):
    results, size = [], 1
    print("| MB | pondus encode | zstd -3 | pondus decode | zstd -d | pondus : zstd size, % |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        while size <= most:
            result = run(pondus, pathlib.Path(name), size)
            results.append((size, result))
            columns = [f"{result[n][0]:.3f} s, {result[n][1]:.0f} MB" for n in ("pondus encode", "zstd -3", "pondus decode", "zstd -d")]
            ours, theirs = result["sizes"]
            print(f"| {size} | " + " | ".join(columns) + f" | {100 * ours:.2f} : {100 * theirs:.2f} |", flush=True)
            size *= SCALE
    (HERE / "scaling.svg").write_text(svg(results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
