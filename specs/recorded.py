"""COR: the programs that PyTorch itself exported, with what PyTorch computed for each of their nodes.

The checks are those of ``tests/corpus``: every archive there was written by PyTorch, and so were the golden values.
"""

from __future__ import annotations

from specs.clauses import Clause, checks
from specs.replays import RPL_01
from specs.rounding import CMP_05, CMP_06
from tests.corpus import test_corpus
from tests.laws import test_concrete_agreement

__all__ = ["COR_01", "COR_02"]

_LAWS = "refimpl.laws"
COR_01 = Clause(
    "COR-01",
    "A program that PyTorch exported is equivalent, with nothing refuted and nothing unknown, and every node has, at"
    " every size, the value that PyTorch computed: kind, dtype, sizes, strides, offset, device and layout.",
    f"{_LAWS}.values_json:values_json",
    "cor-inverses-are-row-major",
)
test_an_intact_archive_is_equivalent = checks(COR_01, CMP_05, CMP_06)(test_corpus.test_an_intact_archive_is_equivalent)
test_every_node_has_the_value_that_pytorch_computed = checks(COR_01)(
    test_corpus.test_every_node_has_the_value_that_pytorch_computed
)

COR_02 = Clause(
    "COR-02",
    "What was recorded of computed nodes has no influence on the blind run.",
    f"{_LAWS}.propagation:propagation_report",
    "cor-recorded-values-are-shown",
)
test_what_was_recorded_has_no_influence_on_the_blind_run = checks(COR_02)(
    test_corpus.test_what_was_recorded_has_no_influence_on_the_blind_run
)
test_check_refuses_a_blinded_copy = checks(COR_02)(test_corpus.test_check_refuses_a_blinded_copy)

test_every_node_computes_what_its_terms_say = checks(RPL_01)(
    test_concrete_agreement.test_every_node_computes_at_concrete_sizes_what_its_terms_say
)
