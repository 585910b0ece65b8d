"""The encodings, a module each (spec/README.md § Identifiers).

A module gives ID, BLOCK_LIMIT, USES (the kind of table, or None) and `decode(data, at, end, block)`: the
cells of a coded block in data[at:end]. `block` has `count` cells of `bits` bits in lines of `lengths`, `line_cells`,
`segments`, `empty` (as many zeros), and `table`: a codebook's cells, or a code. `judge_table(block.table,
offset)`, if there, judges the table before the first block.
"""

from . import context_map, csc, cser, delta_map, dense, gap_map, ham, index_map, sham, zstd_map

BY_ID = {module.ID: module for module in (dense, csc, index_map, ham, sham, gap_map, delta_map, context_map, cser, zstd_map)}
UNKNOWN_LIMIT = 1 << 24
