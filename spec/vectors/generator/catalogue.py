"""All vectors, module by module."""

from . import (cases_blocks, cases_code, cases_coder, cases_container, cases_context_map, cases_csc, cases_cser,
               cases_delta_map, cases_dense, cases_directory, cases_gap_map, cases_ham, cases_huffman, cases_index_map, cases_records, cases_references,
               cases_sham, cases_sources, cases_tables, cases_zstd_map)

MODULES = (cases_container, cases_directory, cases_records, cases_references, cases_blocks, cases_tables,
           cases_sources, cases_dense, cases_csc, cases_index_map, cases_code, cases_huffman, cases_ham, cases_sham,
           cases_gap_map, cases_delta_map, cases_context_map, cases_cser, cases_zstd_map)


def vectors():
    """Every vector, in the order of the specification."""
    for module in MODULES:
        yield from module.cases()


def coder_vectors():
    """Every vector of the coder alone."""
    yield from cases_coder.cases()
