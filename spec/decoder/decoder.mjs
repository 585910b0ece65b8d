// A decoder of dense, csc, index_map and ham in JavaScript, written by the week's plan of spec/README.md: answers the
// protocol of spec/conformance.md on standard input. Source and shard tables it skips, and frames where no zstd is.
import { isUtf8 } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

class Fault extends Error {
  constructor(label, offset, verdict = 'malformed', tensor = undefined) {
    super(label);
    this.answer = { verdict, label, offset: Number(offset), tensor };
  }
}
class Skip extends Error {}

const require = (condition, label, offset, verdict) => { if (!condition) throw new Fault(label, offset, verdict); };

// ---- Day 1: integers, bits, text, checksums (primitives.md)

const u16 = (data, at) => data.readUInt16LE(at);
const u32 = (data, at) => data.readUInt32LE(at);
const u64 = (data, at) => data.readBigUInt64LE(at);
const M64 = (1n << 64n) - 1n, M32 = (1n << 32n) - 1n;
const bitLength = (x) => (x === 0 ? 0 : 32 - Math.clz32(x));

const requireZero = (data, at, size, label) => data.subarray(at, at + size).forEach((byte, i) => require(!byte, label, at + i));

function bitsAt(data, at, position, width) {
  let value = 0;
  for (let i = 0; i < width; i++) value += (data[at + (position + i >> 3)] >> (position + i & 7) & 1) * 2 ** i;
  return value;
}

const packed = (data, at, width, count) => Uint32Array.from({ length: count }, (_, i) => bitsAt(data, at, i * width, width));
const paddingIsZero = (data, at, bits) => bits % 8 === 0 || data[at + Math.floor(bits / 8)] >> bits % 8 === 0;
const isName = (data) => data.length >= 1 && data.length <= 4096 && isUtf8(data) && !data.includes(0);

const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
  '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e', 'hex');
const P1 = 0x9E3779B185EBCA87n, P2 = 0xC2B2AE3D27D4EB4Fn, P3 = 0x165667B19E3779F9n, P4 = 0x85EBCA77C2B2AE63n, P5 = 0x27D4EB2F165667C5n;
const Q1 = 0x9E3779B1n, Q2 = 0x85EBCA77n, Q3 = 0xC2B2AE3Dn, MIX1 = 0x165667919E3779F9n, MIX2 = 0x9FB21C651E98DF25n;
const XXH64_STEPS = [[33n, P2], [29n, P3]];

const wrap = (x) => BigInt.asUintN(64, x);
const fold = (a, b) => { const p = a * b; return (p & M64) ^ (p >> 64n); };
const rotate = (h, n) => wrap(h << n) | h >> (64n - n);
const swap64 = (x) => u64(Buffer.from(x.toString(16).padStart(16, '0'), 'hex'), 0);
function avalanche(h, steps = [[37n, MIX1]]) {
  h = wrap(h);
  for (const [shift, prime] of steps) h = wrap((h ^ h >> shift) * prime);
  return h ^ h >> 32n;
}
const mix16 = (data, at, key, seed) =>
  fold(u64(data, at) ^ wrap(u64(SECRET, key) + seed), u64(data, at + 8) ^ wrap(u64(SECRET, key + 8) - seed));

function shortHash(data, seed) {
  const n = data.length, N = BigInt(n);
  if (n === 0) return avalanche(seed ^ u64(SECRET, 56) ^ u64(SECRET, 64), XXH64_STEPS);
  if (n <= 3) {
    const joined = BigInt((data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8) >>> 0);
    return avalanche(joined ^ BigInt((u32(SECRET, 0) ^ u32(SECRET, 4)) >>> 0) + seed, XXH64_STEPS);
  }
  if (n <= 8) {
    seed ^= swap64(seed & M32) >> 32n << 32n;
    let h = wrap(BigInt(u32(data, n - 4)) + (BigInt(u32(data, 0)) << 32n)) ^ wrap((u64(SECRET, 8) ^ u64(SECRET, 16)) - seed);
    h = wrap((h ^ rotate(h, 49n) ^ rotate(h, 24n)) * MIX2);
    h = wrap((h ^ (h >> 35n) + N) * MIX2);
    return h ^ h >> 28n;
  }
  if (n <= 16) {
    const low = u64(data, 0) ^ wrap((u64(SECRET, 24) ^ u64(SECRET, 32)) + seed);
    const high = u64(data, n - 8) ^ wrap((u64(SECRET, 40) ^ u64(SECRET, 48)) - seed);
    return avalanche(N + swap64(low) + high + fold(low, high));
  }
  let acc = N * P1;
  if (n <= 128) {
    for (let i = 0; i <= (n - 1) >> 5; i++)
      acc += mix16(data, 16 * i, 32 * i, seed) + mix16(data, n - 16 * (i + 1), 32 * i + 16, seed);
    return avalanche(acc);
  }
  for (let i = 0; i < 8; i++) acc += mix16(data, 16 * i, 16 * i, seed);
  acc = avalanche(acc);
  for (let i = 8; i < n >> 4; i++) acc += mix16(data, 16 * i, 16 * (i - 8) + 3, seed);
  return avalanche(acc + mix16(data, n - 16, 119, seed));
}

function addStripe(acc, data, at, secret, key) {
  for (let i = 0; i < 8; i++) {
    const word = u64(data, at + 8 * i), keyed = word ^ u64(secret, key + 8 * i);
    acc[i ^ 1] += word;
    acc[i] = wrap(acc[i] + (keyed & M32) * (keyed >> 32n));
  }
}

function xxh3(data, seed = 0n) {
  const n = data.length;
  if (n <= 240) return shortHash(data, seed);
  const secret = Buffer.alloc(192);
  for (let i = 0; i < 192; i += 8) secret.writeBigUInt64LE(wrap(u64(SECRET, i) + (i % 16 ? -seed : seed)), i);
  const acc = [Q3, P1, P2, P3, P4, Q2, P5, Q1];
  const scrambled = (a, i) => wrap((wrap(a) ^ wrap(a) >> 47n ^ u64(secret, 128 + 8 * i)) * Q1);
  for (let s = 0; s < Math.floor((n - 1) / 64); s++) {
    addStripe(acc, data, 64 * s, secret, 8 * (s % 16));
    if (s % 16 === 15) acc.forEach((a, i) => { acc[i] = scrambled(a, i); });
  }
  addStripe(acc, data, n - 64, secret, 121);
  let h = BigInt(n) * P1;
  for (let i = 0; i < 8; i += 2) h += fold(wrap(acc[i]) ^ u64(secret, 11 + 8 * i), wrap(acc[i + 1]) ^ u64(secret, 19 + 8 * i));
  return avalanche(h);
}

// ---- Day 2: header, trailer, directory (container.md)

const MAGIC = Buffer.from('8f504e440d0a1a0a', 'hex'), END_MAGIC = Buffer.from('8f504e44454e440a', 'hex');
const DTYPE_BITS = [0, 64, 32, 16, 16, 8, 8, 64, 32, 16, 8, 64, 32, 16, 8, 8];
const CELLS = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array };
const BLOCK_LIMIT = { 1: 1 << 16, 2: 1 << 22, 3: 1 << 16, 4: 1 << 16, 5: 1 << 22 };
const [CODEBOOK, CODE, SOURCE, SHARD] = [1, 2, 3, 4];
const SHAM = 5, SEGMENT = 1 << 16;

function readHeader(file) {
  const { data } = file;
  require(data.length >= 128, 'file.truncated', data.length);
  require(data.subarray(0, 8).equals(MAGIC), 'header.magic', 0);
  require(xxh3(data.subarray(0, 56)) === u64(data, 56), 'header.checksum', 56);
  require(u16(data, 8) === 0, 'header.version', 8, 'unsupported');
  file.incompat = u32(data, 12);
  require((file.incompat & ~1) === 0, 'header.incompat', 12, 'unsupported');
  file.alignment = data[20];
  require(file.alignment >= 3 && file.alignment <= 16, 'header.alignment', 20);
  requireZero(data, 21, 3, 'header.reserved');
  requireZero(data, 40, 16, 'header.reserved');
}

function readTrailer(file) {
  const { data } = file, at = file.end = data.length - 64;
  require(data.subarray(at + 48, at + 56).equals(END_MAGIC), 'trailer.magic', at + 48);
  require(xxh3(data.subarray(at, at + 56)) === u64(data, at + 56), 'trailer.checksum', at + 56);
  requireZero(data, at + 44, 4, 'trailer.reserved');
  require(u64(data, at + 24) === BigInt(data.length), 'trailer.file-bytes', at + 24);
  const begin = u64(data, at), bytes = u64(data, at + 8);
  require(begin >= 64n && begin + bytes === BigInt(at), 'trailer.directory-range', at);
  file.directory = Number(begin);
  const hint = [u64(data, 24), u64(data, 32)];
  require((!hint[0] && !hint[1]) || (hint[0] === begin && hint[1] === bytes), 'header.hint', 24);
}

function readDirectory(file) {
  const { data, directory: at, end } = file;
  require(xxh3(data.subarray(at, end)) === u64(data, end + 16), 'directory.checksum', at);
  require(end - at >= 40, 'directory.length', at);
  const [recordCount, tableCount, metaCount] = [0, 4, 8].map((i) => u32(data, at + i));
  const [blockCount, dimCount, heapBytes] = [16, 24, 32].map((i) => u64(data, at + i));
  const sizes = [64n * BigInt(recordCount), 8n * dimCount, 32n * BigInt(tableCount), 16n * blockCount, 8n * BigInt(metaCount), heapBytes];
  require(sizes.reduce((a, b) => a + b) === BigInt(end - at - 40), 'directory.length', at);
  require(u32(data, at + 12) === 0, 'directory.reserved', at + 12);
  require(recordCount === u32(data, end + 40), 'directory.record-count', at);
  within(file, 'tensors', recordCount, end + 40);
  let next = at + 40;
  const [recordsAt, dimsAt, tablesAt, blocksAt, metasAt, heapAt] = sizes.map((size) => (next += Number(size)) - Number(size));
  const list = (count, begin, size, read) => Array.from({ length: count }, (_, i) => read(begin + size * i));
  const ranks = list(recordCount, recordsAt, 64, (record) => {
    require(data[record + 54] <= 8, 'record.rank', record + 54);
    return data[record + 54];
  });
  file.metaBytes = list(metaCount, metasAt, 8, (meta) => u16(data, meta) + u32(data, meta + 4)).reduce((a, b) => a + b, 0);
  const sum = (offset, read) => list(recordCount, recordsAt + offset, 64, (field) => read(data, field)).reduce((a, b) => a + b, 0);
  require(dimCount === BigInt(ranks.reduce((a, b) => a + b, 0)), 'directory.dims', at + 24);
  require(blockCount === BigInt(sum(28, u32)), 'directory.blocks', at + 16);
  require(heapBytes === BigInt(sum(50, u16) + file.metaBytes), 'directory.heap', at + 32);
  file.tables = list(tableCount, tablesAt, 32, (table) => ({
    at: table, offset: u64(data, table), bytes: u64(data, table + 8), kind: u16(data, table + 24), bits: u16(data, table + 26) }));
  Object.assign(file, { metasAt, metaCount, metaHeap: heapAt });
  const places = { dim: dimsAt, block: blocksAt };
  file.records = list(recordCount, recordsAt, 64, (record) => readRecord(file, record, places));
}

function readRecord(file, at, places) {
  const { data } = file, rank = data[at + 54], size = u16(data, at + 50), count = u32(data, at + 28), { dim, block } = places;
  const nameAt = file.metaHeap;
  places.dim += 8 * rank;
  places.block += 16 * count;
  file.metaHeap += size;
  return {
    at, nameAt, dimsAt: dim, raw: data.subarray(nameAt, nameAt + size), dtype: data[at + 52], bits: data[at + 53],
    shape: Array.from({ length: rank }, (_, i) => u64(data, dim + 8 * i)), split: data[at + 55], columns: data[at + 56],
    encoding: u16(data, at + 48), payload: u64(data, at + 8), alias: u32(data, at + 32), codebook: u32(data, at + 36),
    code: u32(data, at + 40), supported: true, blocks: Array.from({ length: count }, (_, i) => ({
      at: block + 16 * i, stored: u32(data, block + 16 * i + 8), lines: u32(data, block + 16 * i + 12) })),
  };
}

function judgeTableEntries(file) {
  let shards = 0;
  for (const { at, kind, bits, bytes } of file.tables) {
    require(kind !== 0, 'table.kind', at + 24);
    const good = kind === CODEBOOK || kind === CODE ? bits in CELLS : kind > SHARD || bits === 0;
    require(good, 'table.bits', at + 26);
    require(bytes >= 1n && bytes < 1n << 40n, 'table.bytes', at + 8);
    require(u32(file.data, at + 28) === 0, 'table.reserved', at + 28);
    require((shards += kind === SHARD) <= 1, 'shard.count', at);
  }
}

function note(file, record, label, offset) {
  record.supported = false;
  file.unsupported ??= new Fault(label, offset, 'unsupported', record.raw.toString());
}

function judgeRecords(file) {
  let before = Buffer.alloc(0);
  file.records.forEach((record, number) => {
    require(isName(record.raw), 'record.name', record.nameAt);
    file.tensor = record.raw.toString();
    require(Buffer.compare(before, record.raw) < 0, 'record.name-order', record.nameAt);
    judgeRecord(file, record, number);
    file.tensor = undefined;
    before = record.raw;
  });
}

const product = (dims) => dims.reduce((a, b) => a * b, 1n);
const names = (file, field, kind) => field === 0 || (field <= file.tables.length && file.tables[field - 1].kind === kind);

function judgeRecord(file, record, number) {
  const { data } = file, { at, shape } = record;
  requireZero(data, at + 57, 7, 'record.reserved');
  const own = DTYPE_BITS[record.dtype] ?? record.bits;
  require(record.dtype !== 0 && record.bits !== 0 && own === record.bits, 'record.dtype', at + 52);
  if (!(record.bits in CELLS)) note(file, record, 'record.bits', at + 53);
  let cells = 1n;
  shape.forEach((dim, i) => {
    cells *= dim || 1n;
    require(dim < 1n << 48n && cells < 1n << 48n, 'record.shape', record.dimsAt + 8 * i);
  });
  record.cells = product(shape);
  record.rawBytes = (record.cells * BigInt(record.bits) + 7n) / 8n;
  if (record.alias) judgeAlias(file, record, number);
  require(names(file, u32(data, at + 44), SOURCE), 'record.source', at + 44);
  if (record.alias) return;
  judgeStored(file, record);
  judgeBlocks(record);
}

function judgeAlias(file, record, number) {
  const { at } = record, target = file.records[record.alias - 1];
  require(record.alias - 1 < number && !target.alias, 'alias.target', at + 32);
  const same = record.dtype === target.dtype && record.bits === target.bits && String(record.shape) === String(target.shape);
  require(same, 'alias.shape', at);
  for (const [offset, size] of [[0, 8], [8, 8], [16, 8], [24, 4], [28, 4], [36, 4], [40, 4], [48, 2], [55, 1], [56, 1]])
    require(!file.data.subarray(at + offset, at + offset + size).some(Boolean), 'alias.fields', at + offset);
}

function judgeStored(file, record) {
  const { at, encoding } = record;
  require(record.split <= record.shape.length, 'record.split', at + 55);
  require(record.columns <= 1, 'record.lines', at + 56);
  require(encoding !== 0 && (encoding < 0x8000 || file.incompat & 1), 'record.encoding', at + 48);
  record.rows = product(record.shape.slice(0, record.split));
  record.cols = product(record.shape.slice(record.split));
  const known = encoding in BLOCK_LIMIT;
  for (const [field, kind, label, offset, used] of [[record.codebook, CODEBOOK, 'record.codebook', 36, encoding === 3],
    [record.code, CODE, 'record.code', 40, encoding === 4 || encoding === 5]]) {
    let good = names(file, field, kind);
    if (good && known && record.supported)
      good = (used && record.cells > 0n) === (field !== 0) && (field === 0 || file.tables[field - 1].bits === record.bits);
    require(good, label, at + offset);
  }
  if (!known) note(file, record, 'record.unknown-encoding', at + 48);
  require(u64(file.data, at + 16) <= record.cells, 'record.nonzero', at + 16);
  require(record.blocks.length || record.payload === 0n, 'record.offset', at + 8);
}

// ---- Day 3: lines, blocks, coverage, plain tensors

function judgeBlocks(record) {
  const [length, uncut] = (record.columns ? [record.rows, record.cols] : [record.cols, record.rows]).map(Number);
  const segments = Math.ceil(length / SEGMENT) || 1, count = record.cells ? uncut * segments : 0;
  const before = (line) => Math.floor(line / segments) * length + line % segments * SEGMENT;
  record.lineCells = Math.min(length, SEGMENT);
  let first = 0;
  for (const block of record.blocks) {
    const begin = first, end = first + block.lines;
    require(block.lines >= 1 && end <= count, 'block.lines', block.at + 12);
    block.cells = before(end) - before(begin);
    require(block.cells <= (BLOCK_LIMIT[record.encoding] ?? 1 << 24), 'block.cells', block.at + 12);
    block.plain = Math.ceil(block.cells * record.bits / 8);
    require(block.stored <= block.plain, 'block.size', block.at + 8);
    block.length = (i) => before(begin + i + 1) - before(begin + i);
    first = end;
  }
  require(first === count, 'record.line-count', record.at + 28);
}

function judgeMetas(file) {
  const { data } = file;
  let heap = file.metaHeap, before = Buffer.alloc(0);
  for (let i = 0; i < file.metaCount; i++) {
    const at = file.metasAt + 8 * i, type = data[at + 2], size = u32(data, at + 4);
    const key = data.subarray(heap, heap + u16(data, at)), valueAt = heap + key.length;
    const value = data.subarray(valueAt, valueAt + size);
    require(data[at + 3] === 0, 'meta.reserved', at + 3);
    require(isName(key), 'meta.key', heap);
    require(Buffer.compare(before, key) < 0, 'meta.order', heap);
    require(type >= 1 && type <= 5, 'meta.type', at + 2);
    const good = [, () => isUtf8(value), () => size === 8, () => size === 8, () => size === 1 && value[0] <= 1, () => true];
    require(good[type](), 'meta.value', valueAt);
    heap = valueAt + size;
    before = key;
  }
  const total = file.records.reduce((sum, record) => sum + record.rawBytes, 0n);
  require(total === u64(data, file.end + 32), 'trailer.decoded-bytes', file.end + 32);
}

function judgeCoverage(file) {
  const stored = (record) => record.blocks.reduce((sum, block) => sum + BigInt(block.stored), 0n);
  const parts = file.records.filter((r) => r.blocks.length).map((r) => [r.payload, stored(r) ? 1 : 0, stored(r), 1n << BigInt(file.alignment)]);
  parts.push(...file.tables.map((t) => [t.offset, 2, t.bytes, 1n]));
  parts.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1]));
  const gaps = [];
  let end = 64n;
  for (const [offset, , size, multiple] of parts) {
    const due = (end + multiple - 1n) / multiple * multiple;
    require(offset === due, 'file.coverage', due);
    gaps.push([Number(end), Number(due)]);
    end = due + size;
  }
  require(end === BigInt(file.directory), 'file.coverage', end);
  return gaps;
}

function within(file, name, value, offset, scale = 1n) {
  const limit = file.limits[name];
  require(limit === undefined || BigInt(value) <= BigInt(limit) * scale, `limit.${name}`, offset, 'over-limit');
}

function judgeLimits(file) {
  const decoded = u64(file.data, file.end + 32);
  within(file, 'decoded-bytes', decoded, file.end + 32);
  within(file, 'ratio', decoded, file.end + 32, BigInt(file.data.length));
  let bytes = 0n;
  for (const table of file.tables) within(file, 'table-bytes', bytes += table.bytes, table.at);
  within(file, 'metadata-bytes', file.metaBytes, file.metasAt);
}

const cellsOf = (bytes, bits) => new CELLS[bits](Uint8Array.from(bytes).buffer);

function judgeTensor(file, record) {
  let at = Number(record.payload);
  const number = record.codebook || record.code, table = number ? file.tables[number - 1].content : null;
  if (record.supported && record.encoding === SHAM) throw new Skip('no sham');
  const cells = record.supported ? new CELLS[record.bits](Number(record.cells)) : null;
  let first = 0;
  record.blocks.forEach((block, i) => {
    const end = at + block.stored, stored = file.data.subarray(at, end);
    require(xxh3(stored, BigInt(i)) === u64(file.data, block.at), 'block.checksum', at);
    if (record.supported) {
      const plain = block.stored === block.plain;
      cells.set(plain ? cellsOf(stored, record.bits) : DECODERS[record.encoding](file.data, at, end, block, record, table), first);
      first += block.cells;
    }
    at = end;
  });
  if (record.supported) judgeCells(file, record, cells);
}

function judgeCells(file, record, cells) {
  const { at } = record, rows = Number(record.rows), cols = Number(record.cols);
  let ordered = cells;
  if (record.columns && cells.length) {
    ordered = new CELLS[record.bits](cells.length);
    for (let c = 0; c < cols; c++) for (let r = 0; r < rows; r++) ordered[r * cols + c] = cells[c * rows + r];
  }
  require(xxh3(Buffer.from(ordered.buffer)) === u64(file.data, at), 'tensor.checksum', at);
  let nonzero = 0n;
  for (const cell of cells) if (cell) nonzero++;
  require(nonzero === u64(file.data, at + 16), 'tensor.nonzero', at + 16);
  const distinct = new Set(cells).size;
  require((distinct <= 1 << 24 ? distinct : 0xFFFFFFFF) === u32(file.data, at + 24), 'tensor.distinct', at + 24);
}

// ---- Day 4: dense, csc, index_map, codebooks

function decodeFrame(frame, size, at) {
  const fault = (condition, label) => require(condition, label, at);
  fault(frame.length >= 5 && u32(frame, 0) === 0xFD2FB528, 'zstd.frame');
  const descriptor = frame[4], single = descriptor >> 5 & 1;
  const ids = [0, 1, 2, 4][descriptor & 3], sizes = [single, 2, 4, 8][descriptor >> 6], sizeAt = 6 - single + ids;
  fault(frame.length >= sizeAt + sizes && !(descriptor & 8), 'zstd.frame');
  fault(sizes && !ids && !(descriptor & 4), 'zstd.header');
  const stated = sizes === 8 ? u64(frame, sizeAt) : BigInt(frame.readUIntLE(sizeAt, sizes) + (sizes === 2 ? 256 : 0));
  fault(stated === BigInt(size), 'zstd.content-size');
  const base = 2 ** (10 + (frame[5] >> 3));
  fault((single ? size : base + base / 8 * (frame[5] & 7)) <= 1 << 23, 'zstd.window');
  let end = sizeAt + sizes;
  for (let last = 0; !last;) {
    fault(end + 3 <= frame.length, 'zstd.data');
    const head = frame.readUIntLE(end, 3), kind = head >> 1 & 3;
    fault(kind !== 3, 'zstd.data');
    last = head & 1;
    end += 3 + (kind === 1 ? 1 : head >> 3);
  }
  fault(end === frame.length, 'zstd.data');
  const { error, status, stdout } = spawnSync('zstd', ['-dcq'], { input: frame, maxBuffer: 1 << 24 });
  if (error?.code === 'ENOENT') throw new Skip('no zstd');
  fault(status === 0 && stdout.length === size, 'zstd.data');
  return stdout;
}

function decodeDense(data, at, end, block, record) {
  const width = record.bits / 8, planes = decodeFrame(data.subarray(at, end), block.plain, at);
  const bytes = new Uint8Array(block.plain);
  for (let i = 0; i < bytes.length; i++) bytes[i] = planes[i % width * block.cells + Math.floor(i / width)];
  return cellsOf(bytes, record.bits);
}

const placeBytes = (count, cells, width) => count === cells ? 0 : 4 * count < cells ? count * width : Math.ceil(cells / 8);
function linePlaces(data, at, count, cells, width) {
  const listed = count < cells && 4 * count < cells, mask = !listed && count < cells;
  const position = (j) => j < 0 ? -1 : width === 1 ? data[at + j] : u16(data, at + 2 * j);
  for (let j = 0; listed && j < count; j++) {
    require(position(j) < cells, 'sparse.position-past-end', at + j * width);
    require(position(j) > position(j - 1), 'sparse.position-order', at + j * width);
  }
  require(!mask || paddingIsZero(data, at, cells), 'sparse.mask-padding', at + (cells - 1 >> 3));
  const numbers = [...Array(listed ? count : cells).keys()];
  const places = listed ? numbers.map(position) : numbers.filter((i) => !mask || data[at + (i >> 3)] >> i % 8 & 1);
  require(places.length === count, 'sparse.mask-count', at);
  return places;
}

function decodeCsc(data, at, end, block, record) {
  require(at < end, 'sparse.truncated', at);
  const countBits = data[at], countsAt = at + 1, placesAt = countsAt + Math.ceil(block.lines * countBits / 8);
  require(countBits <= 17, 'sparse.count-bits', at);
  require(placesAt <= end, 'sparse.truncated', at);
  const counts = packed(data, countsAt, countBits, block.lines);
  require(countBits === bitLength(counts.reduce((a, b) => Math.max(a, b), 0)), 'sparse.count-bits', at);
  require(paddingIsZero(data, countsAt, block.lines * countBits), 'sparse.padding', placesAt - 1);
  counts.forEach((count, i) => require(count <= block.length(i), 'sparse.count', countsAt + Math.floor(i * countBits / 8)));
  const entries = counts.reduce((a, b) => a + b, 0), width = record.lineCells <= 256 ? 1 : 2;
  require(entries <= 1 << 16, 'sparse.entries', countsAt);
  const valuesAt = counts.reduce((sum, count, i) => sum + placeBytes(count, block.length(i), width), placesAt);
  require(valuesAt <= end, 'sparse.size', placesAt);
  let places = [], start = 0, next = placesAt;
  counts.forEach((count, i) => {
    linePlaces(data, next, count, block.length(i), width).forEach((place) => places.push(start + place));
    next += placeBytes(count, block.length(i), width);
    start += block.length(i);
  });
  require(valuesAt + entries * record.bits / 8 === end, 'csc.size', valuesAt);
  const cells = new CELLS[record.bits](block.cells);
  cellsOf(data.subarray(valuesAt, end), record.bits).forEach((value, i) => {
    require(value, 'csc.zero-value', valuesAt + i * record.bits / 8);
    cells[places[i]] = value;
  });
  return cells;
}

function decodeIndexMap(data, at, end, block, record, entries) {
  const width = bitLength(entries.length - 1);
  require(end - at === Math.ceil(block.cells * width / 8), 'index_map.size', at);
  require(paddingIsZero(data, at, block.cells * width), 'index_map.padding', end - 1);
  const indices = packed(data, at, width, block.cells);
  require(indices.every((index) => index < entries.length), 'index_map.index', at);
  return CELLS[record.bits].from(indices, (index) => entries[index]);
}

function judgeTable(file, table) {
  const at = Number(table.offset), stored = file.data.subarray(at, at + Number(table.bytes)), width = table.bits / 8;
  require(xxh3(stored) === u64(file.data, table.at + 16), 'table.checksum', at);
  if (table.kind === CODE) table.content = readCode(stored, at, table.bits);
  if (table.kind === SOURCE || table.kind === SHARD) throw new Skip('no sources and shards');
  if (table.kind !== CODEBOOK) return;
  require(stored.length % width === 0 && stored.length / width <= 1 << 24, 'codebook.size', at);
  table.content = cellsOf(stored, table.bits);
  for (let i = 1; i < table.content.length; i++) require(table.content[i - 1] < table.content[i], 'codebook.order', at + i * width);
}

// ---- Day 5: Huffman codes, sequences, ham (huffman.md)

function coderOf(tokens, count) {
  const firsts = [], places = new Uint8Array(256);
  tokens.reduce((first, [, extra]) => { firsts.push(first); return first + 2 ** extra; }, 0);
  let next = 0;  // the first 8 bits of a codeword and what follows it, most significant first: they ascend without gaps
  for (const [t, [length]] of [...tokens.entries()].sort(([, a], [, b]) => a[0] - b[0]))
    for (const end = next + (256 >> length); next < end; next++)
      places[parseInt([...next.toString(2).padStart(8, '0')].reverse().join(''), 2)] = t;
  return { tokens, firsts, places, count };
}

function readCode(stored, at, bits) {
  const count = stored[0], width = bits / 8, first = 1 + Math.ceil(9 * count / 8);
  const cellBytes = stored.length - first;
  require(count >= 1 && count <= 32 && cellBytes > 0 && cellBytes % width === 0 && cellBytes / width <= 1 << 24, 'code.size', at);
  const tokens = [...packed(stored, 1, 9, count)].map((word) => [word & 15, word >> 4]);
  for (const [length] of tokens) require(count === 1 ? length === 0 : length >= 1 && length <= 8, 'code.length', at);
  require(tokens.every(([, extra]) => extra <= 24), 'code.extra', at);
  require(paddingIsZero(stored, 1, 9 * count), 'code.padding', at);
  const kraft = tokens.reduce((sum, [length]) => sum + (256 >> length), 0);
  require(kraft <= 256, 'code.over-subscribed', at);
  require(kraft === 256, 'code.incomplete', at);
  const entries = cellsOf(stored.subarray(first), bits), coder = coderOf(tokens, entries.length);
  const last = 2 ** tokens[count - 1][1], rest = entries.length - coder.firsts[count - 1];
  require(rest > Math.floor(last / 2) && rest <= last, 'code.cover', at);
  const alone = !entries[0] && count > 1 ? 1 : 0;
  require(entries.every((cell, i) => cell || i === 0) && !(alone && tokens[0][1]), 'code.zero', at);
  const key = ([length, extra]) => (length + extra) * 64 + extra;
  for (let t = alone + 1; t < count; t++) require(key(tokens[t - 1]) <= key(tokens[t]), 'code.token-order', at);
  const begins = new Set(coder.firsts.filter((_, t) => t <= alone || String(tokens[t]) !== String(tokens[t - 1])));
  for (let i = 1; i < entries.length; i++)
    require(begins.has(i) || entries[i - 1] < entries[i], 'code.order', at + first + i * width);
  const seen = new Set();
  entries.forEach((cell, i) => {
    require(!seen.has(cell), 'code.distinct', at + first + i * width);
    seen.add(cell);
  });
  return { coder, entries };
}

function decodeSequence(coder, data, at, end, count) {
  const symbols = new Uint32Array(count);
  if (count === 0 || coder.count === 1) {
    require(at === end, 'huffman.size', at);
    return symbols;
  }
  const streams = count >= 1024 ? 32 : 1, many = streams > 1, width = many ? data[at + 2] : 0, head = many ? 3 + 4 * width : 0;
  const between = end - at - 8 - head;
  require(width <= 13 && between >= 0, 'huffman.size', at);
  const more = many ? [...packed(data, at + 3, width, streams)] : [between], sizes = more.map((size) => (many ? u16(data, at) : 0) + size);
  require(sizes.reduce((a, b) => a + b) === between, 'huffman.size', at);
  require(!many || (Math.min(...more) === 0 && 32 - Math.clz32(Math.max(...more)) === width), 'huffman.lengths', at);
  require(!data.subarray(end - 8, end).some(Boolean), 'huffman.tail', end - 8);
  let begin = at + head;
  sizes.forEach((size, s) => {
    let position = 0;
    for (let i = s; i < count; i += streams) {
      const token = coder.places[bitsAt(data, begin, position, 8)], [length, extra] = coder.tokens[token];
      require(position + length + extra <= 8 * size, 'huffman.stream-end', begin);
      symbols[i] = coder.firsts[token] + bitsAt(data, begin, position + length, extra);
      position += length + extra;
    }
    require(Math.ceil(position / 8) === size, 'huffman.stream-end', begin);
    require(paddingIsZero(data, begin, position), 'huffman.padding', begin);
    begin += size;
  });
  require(symbols.every((symbol) => symbol < coder.count), 'huffman.entry', at);
  return symbols;
}

function decodeHam(data, at, end, block, record, { coder, entries }) {
  return CELLS[record.bits].from(decodeSequence(coder, data, at, end, block.cells), (symbol) => entries[symbol]);
}

const DECODERS = { 1: decodeDense, 2: decodeCsc, 3: decodeIndexMap, 4: decodeHam };

// ---- The order of validation (validation.md), and the protocol (conformance.md)

function judge(file) {
  readHeader(file);
  readTrailer(file);
  readDirectory(file);
  judgeTableEntries(file);
  judgeRecords(file);
  judgeMetas(file);
  const gaps = judgeCoverage(file);
  judgeLimits(file);
  for (const [begin, end] of gaps) requireZero(file.data, begin, end - begin, 'file.padding');
  for (const table of file.tables) judgeTable(file, table);
  for (const record of file.records.filter((r) => !r.alias)) {
    file.tensor = record.raw.toString();
    judgeTensor(file, record);
  }
  if (file.unsupported) throw file.unsupported;
}

function answer(request) {
  let file;
  try {
    if (request.tokens) {
      const bytes = Buffer.from(request.bytes, 'hex');
      return { symbols: [...decodeSequence(coderOf(request.tokens, request.entries), bytes, 0, bytes.length, request.count)] };
    }
    if (request.files.length > 1) throw new Skip('no sets');
    file = { data: readFileSync(request.files[0]), limits: { 'metadata-bytes': 1 << 24, ...request.limits } };
    judge(file);
    return { verdict: 'ok', hashes: file.records.map((record) => [record.raw.toString(),
      u64(file.data, (record.alias ? file.records[record.alias - 1] : record).at).toString(16).padStart(16, '0')]) };
  } catch (error) {
    if (error instanceof Skip) return { verdict: 'skip', why: error.message };
    if (!(error instanceof Fault)) throw error;
    return { ...error.answer, tensor: error.answer.tensor ?? file?.tensor };
  }
}

for await (const line of createInterface({ input: process.stdin })) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n');
