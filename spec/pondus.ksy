# Container, directory and tables of a Pondus file; payloads are bytes here. Not normative: container.md and huffman.md are.
meta:
  id: pondus
  title: Pondus, losslessly compressed weights of neural networks
  file-extension: pondus
  endian: le
  bit-endian: le
seq:
  - id: header
    type: header
instances:
  trailer:
    pos: _io.size - 64
    type: trailer
  directory:
    pos: trailer.directory_offset
    size: trailer.directory_bytes
    type: directory
types:
  header:
    seq:
      - {id: magic, contents: [0x8f, 0x50, 0x4e, 0x44, 0x0d, 0x0a, 0x1a, 0x0a]}
      - {id: major, type: u2}
      - {id: minor, type: u2}
      - {id: incompat, type: u4}
      - {id: compat, type: u4}
      - {id: alignment, type: u1, valid: {min: 3, max: 16}}
      - {id: reserved, contents: [0, 0, 0]}
      - {id: hint_offset, type: u8}
      - {id: hint_bytes, type: u8}
      - {id: reserved2, contents: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
      - {id: checksum, type: u8}
  trailer:
    seq:
      - {id: directory_offset, type: u8}
      - {id: directory_bytes, type: u8}
      - {id: directory_checksum, type: u8}
      - {id: file_bytes, type: u8, valid: _io.size}
      - {id: decoded_bytes, type: u8}
      - {id: tensor_count, type: u4}
      - {id: reserved, contents: [0, 0, 0, 0]}
      - {id: end_magic, contents: [0x8f, 0x50, 0x4e, 0x44, 0x45, 0x4e, 0x44, 0x0a]}
      - {id: checksum, type: u8}
  directory:
    seq:
      - {id: record_count, type: u4, valid: _root.trailer.tensor_count}
      - {id: table_count, type: u4}
      - {id: metadata_count, type: u4}
      - {id: reserved, contents: [0, 0, 0, 0]}
      - {id: block_count, type: u8}
      - {id: dim_count, type: u8}
      - {id: heap_bytes, type: u8}
      - {id: records, type: record, repeat: expr, repeat-expr: record_count}
      - {id: dims, type: u8, repeat: expr, repeat-expr: dim_count}
      - {id: tables, type: table_entry, repeat: expr, repeat-expr: table_count}
      - {id: blocks, type: block_entry, repeat: expr, repeat-expr: block_count}
      - {id: metadata, type: metadata_entry, repeat: expr, repeat-expr: metadata_count}
      - {id: names, type: 'name(records[_index].name_bytes)', repeat: expr, repeat-expr: record_count}
      - id: metadata_texts
        type: metadata_text(metadata[_index].key_bytes, metadata[_index].value_bytes)
        repeat: expr
        repeat-expr: metadata_count
  record:
    seq:
      - {id: decoded_checksum, type: u8}
      - {id: payload_offset, type: u8}
      - {id: nonzero, type: u8}
      - {id: distinct, type: u4}
      - {id: block_count, type: u4}
      - {id: alias, type: u4}
      - {id: codebook, type: u4}
      - {id: code, type: u4}
      - {id: source, type: u4}
      - {id: encoding, type: u2}
      - {id: name_bytes, type: u2}
      - {id: dtype, type: u1}
      - {id: bits, type: u1}
      - {id: rank, type: u1, valid: {max: 8}}
      - {id: split, type: u1}
      - {id: direction, type: u1, enum: direction}
      - {id: reserved, contents: [0, 0, 0, 0, 0, 0, 0]}
  table_entry:
    seq:
      - {id: offset, type: u8}
      - {id: bytes, type: u8}
      - {id: checksum, type: u8}
      - {id: kind, type: u2, enum: table_kind}
      - {id: bits, type: u2}
      - {id: reserved, contents: [0, 0, 0, 0]}
    instances:
      content:
        io: _root._io
        pos: offset
        size: bytes
        type:
          switch-on: kind
          cases:
            'table_kind::codebook': codebook(bits)
            'table_kind::code': code(bits)
            'table_kind::source': source
            'table_kind::shard': shard
  block_entry:
    seq:
      - {id: checksum, type: u8}
      - {id: stored_bytes, type: u4}
      - {id: lines, type: u4}
  metadata_entry:
    seq:
      - {id: key_bytes, type: u2}
      - {id: type, type: u1, enum: metadata_type}
      - {id: reserved, contents: [0]}
      - {id: value_bytes, type: u4}
  name:
    params:
      - {id: bytes, type: u2}
    seq:
      - {id: text, type: str, size: bytes, encoding: UTF-8}
  metadata_text:
    params:
      - {id: key_bytes, type: u2}
      - {id: value_bytes, type: u4}
    seq:
      - {id: key, type: str, size: key_bytes, encoding: UTF-8}
      - {id: value, size: value_bytes}
  codebook:
    params:
      - {id: bits, type: u2}
    seq:
      - {id: entries, size: bits / 8, repeat: eos}
  code:
    params:
      - {id: bits, type: u2}
    seq:
      - {id: token_count, type: u1, valid: {min: 1, max: 32}}
      - {id: tokens, type: token_list, size: '(9 * token_count + 7) / 8'}
      - {id: entries, size: bits / 8, repeat: eos}
    types:
      token_list:
        seq:
          - {id: length_and_extra, type: b9, repeat: expr, repeat-expr: _parent.token_count}
  source:
    seq:
      - {id: form, type: u1, valid: {min: 1, max: 3}}
      - {id: reserved, contents: [0]}
      - {id: name_bytes, type: u2}
      - {id: head_bytes, type: u4}
      - {id: name, type: str, size: name_bytes, encoding: UTF-8}
      - {id: frame, size-eos: true, doc: one Zstandard frame of head_bytes bytes}
  shard:
    seq:
      - {id: ordinal, type: u4}
      - {id: file_count, type: u4}
      - {id: content_hashes, type: u8, repeat: expr, repeat-expr: file_count}
enums:
  direction: {0: rows, 1: columns}
  table_kind: {1: codebook, 2: code, 3: source, 4: shard}
  metadata_type: {1: string, 2: i64, 3: f64, 4: bool, 5: bytes}
