"""Exit codes of what is sound, malformed, new, too large or not there, on files whose checksums are good."""

import os
import pathlib
import struct

from support import ROOT, bad, floats, good, main, make, npy, npz, run, safetensors

from generator.fields import join
from generator.model import F64, I64, STRING, File, Meta
from generator.payloads import csc, dense
from generator.tables import content_hash, shard, source
from generator.writer import lay_out
from decoder.xxh3 import xxh3


def packed():
    make("in.npy", npy("<f4", (20, 30), floats(600, 3)))
    good("encode", "in.npy", "-o", "p.pondus")
    return pathlib.Path("p.pondus").read_bytes()


def with_header(content, at, value):
    """A file with other bytes in its header, whose checksum fits them."""
    header = bytearray(content[:56])
    header[at:at + len(value)] = value
    return bytes(header) + struct.pack("<Q", xxh3(bytes(header))) + content[64:]


def refused(code, label, name, *limits):
    """Both reading commands say so, and nothing is written."""
    bad(code, label, "check", name, *limits)
    bad(code, label, "decode", name, "-o", "out.safetensors", *limits)
    assert not os.path.exists("out.safetensors")


def versions():
    content = packed()
    make("q.pondus", with_header(content, 8, b"\1\0"))
    refused(3, "header.version", "q.pondus")
    make("q.pondus", with_header(content, 10, b"\xff\xff"))
    good("check", "q.pondus")
    for bit in (1, 17, 31):
        make("q.pondus", with_header(content, 12, struct.pack("<I", 1 << bit)))
        refused(3, "header.incompat", "q.pondus")
        assert str(bit) in bad(3, "header.incompat", "info", "q.pondus")
    make("q.pondus", with_header(content, 16, b"\xff\xff\xff\xff"))
    good("check", "q.pondus")


def not_there():
    refused(1, "request.io", "missing.pondus")
    refused(1, "request.io", ".")
    bad(1, "request.io", "encode", "missing.npy", "-o", "p.pondus")
    packed()
    bad(1, "request.io", "decode", "p.pondus", "-o", "no/such/folder/out.safetensors")
    bad(1, "request.io", "encode", "in.npy", "-o", "no/such/p.pondus")
    bad(1, "request.io", "encode", "in.npy", "-o", ".")


def usage():
    packed()
    for arguments in ((), ("bogus",), ("encode",), ("encode", "in.npy"), ("decode", "p.pondus"), ("check",),
                      ("info", "p.pondus", "p.pondus"), ("encode", "in.npy", "-o", "q.pondus", "--encoding", "zip"),
                      ("encode", "in.npy", "-o", "q.pondus", "--layout", "x"), ("check", "p.pondus", "--threads", "-1"),
                      ("check", "p.pondus", "--max-bytes", "many"), ("check", "p.pondus", "--bogus")):
        code, _, err = run(*arguments)
        assert code == 1 and err, (arguments, code)
    bad(1, "request.output-format", "decode", "p.pondus", "-o", "out.bin")
    bad(1, "request.no-such-tensor", "decode", "p.pondus", "-o", "out.npy", "--tensor", "nobody")
    for arguments in (("--help",), ("--version",), *((c, "--help") for c in ("encode", "decode", "check", "info"))):
        code, out, _ = run(*arguments)
        assert code == 0 and (b"xample" in out or arguments == ("--version",)), arguments


def bombs():
    """Lawful files that are larger inside than out."""
    zeros = csc("w", "u8", (1 << 12, 1 << 12), bytes(1 << 24), fill=[1 << 6] * (1 << 6), split=1)
    make("q.pondus", join(lay_out(File([zeros]))))
    good("check", "q.pondus")
    assert "--max-bytes" in bad(4, "limit.decoded-bytes", "check", "q.pondus", "--max-bytes", "16383K")
    refused(4, "limit.decoded-bytes", "q.pondus", "--max-bytes", "16383K")
    assert "--max-ratio" in bad(4, "limit.ratio", "info", "q.pondus", "--max-ratio", "1000")
    good("check", "q.pondus", "--max-bytes", "16M", "--max-ratio", "100000")
    make("t.pondus", join(lay_out(File([dense("a"), dense("b")]))))
    assert "--max-tensors" in bad(4, "limit.tensors", "check", "t.pondus", "--max-tensors", "1")
    good("check", "t.pondus", "--max-tensors", "2")
    make("m.pondus", join(lay_out(File([dense("a")], metas=[Meta("about", STRING, b"three")]))))
    assert "--max-metadata" in bad(4, "limit.metadata-bytes", "info", "m.pondus", "--max-metadata", "9")
    good("check", "m.pondus", "--max-metadata", "10")


def default_limits():
    """They are stated where people look for them."""
    for command in ("decode", "check", "info"):
        out = good(command, "--help").decode()
        assert "64G" in out and out.count("16M") == 2 and "--max-ratio" in out, command


def the_greatest_code_counts():
    content = packed()
    make("bad.pondus", content[:-1])
    make("new.pondus", with_header(content, 8, b"\1\0"))
    make("big.pondus", join(lay_out(File([dense("a"), dense("b")]))))
    for names, expected in ((("p", "p"), 0), (("p", "missing"), 1), (("bad", "missing"), 2), (("new", "bad", "p"), 3),
                            (("big", "new", "bad", "missing", "p"), 4)):
        limits = ("--max-tensors", "1")
        code, out, _ = run("check", *(f"{n}.pondus" for n in names), *limits)
        assert code == expected, (names, code)
        assert (b"p.pondus: ok" in out) == ("p" in names)


def damage_outranks_what_is_new():
    """An unknown encoding is noted, and the damage after it is the verdict."""
    unknown = dense("a")
    unknown.encoding = 13
    make("new.pondus", join(lay_out(File([unknown, dense("b")]))))
    refused(3, "record.unknown-encoding", "new.pondus")
    bad(3, "record.unknown-encoding", "decode", "new.pondus", "-o", "b.npy", "--keep-going")
    assert pathlib.Path("b.npy").read_bytes() == npy("|u1", (3,), b"\1\2\3")
    broken = join(lay_out(File([unknown, dense("b")], edits={"record1.checksum": 1})))
    make("both.pondus", broken)
    refused(2, "tensor.checksum", "both.pondus")


def mismatched_sources():
    make("q.pondus", join(lay_out(File([dense("a", source=1)], [source(2, head=b"{}")]))))
    refused(2, "source.mismatch", "q.pondus")
    good("decode", "q.pondus", "-o", "a.npy", "--tensor", "a")
    bad(2, "source.mismatch", "decode", "q.pondus", "-o", "out.safetensors", "--keep-going")
    assert pathlib.Path("out.safetensors").read_bytes() == safetensors([("a", "U8", (3,), b"\1\2\3")])
    os.unlink("out.safetensors")
    unknown = dense("a", source=2)
    unknown.encoding = 13
    tables = [source(2, b"m", head=b"{}"), source(1)]
    make("q.pondus", join(lay_out(File([unknown, dense("b", source=1)], tables))))
    refused(2, "source.mismatch", "q.pondus")


def sets_of_files():
    tensors = [[dense("a")], [dense("b", "f64", (2,), (1, 2))]]
    hashes = [content_hash(t) for t in tensors]
    for i, each in enumerate(tensors):
        make(f"{i}.pondus", join(lay_out(File(each, [shard(i, hashes)]))))
    good("decode", "0.pondus", "1.pondus", "-o", "out.safetensors")
    os.unlink("out.safetensors")
    good("decode", "0.pondus", "-o", "alone.npy")
    make("other.pondus", join(lay_out(File([dense("c")]))))
    for names in (("0", "0"), ("0", "other"), ("other", "1")):
        bad(2, "shard.set", "decode", *(f"{n}.pondus" for n in names), "-o", "out.safetensors")
        assert not os.path.exists("out.safetensors")


def kept_networks():
    for folder in ("examples/chain", "bench/layers"):
        paths = sorted((ROOT / folder).glob("*.pondus"))
        assert paths, folder
        for path in paths:
            good("check", path)


def metadata_of_all_types():
    entries = [Meta("a", STRING, b"\x1b[31m"), Meta("b", I64, struct.pack("<q", -5)), Meta("c", F64, struct.pack("<d", 0.5))]
    make("q.pondus", join(lay_out(File([dense("w")], [], entries))))
    out = good("info", "q.pondus")
    assert b"\x1b" not in out and b"-5" in out and b"0.5" in out
    good("decode", "q.pondus", "-o", "out.safetensors")
    assert pathlib.Path("out.safetensors").read_bytes() == safetensors([("w", "U8", (3,), b"\1\2\3")], {"a": "\x1b[31m"})


if __name__ == "__main__":
    main(versions, not_there, usage, bombs, default_limits, the_greatest_code_counts, damage_outranks_what_is_new,
         mismatched_sources, sets_of_files, kept_networks, metadata_of_all_types)
