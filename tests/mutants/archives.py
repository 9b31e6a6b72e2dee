"""Seeded faults in the reading of archives."""

from __future__ import annotations

from typing import Final

from tests.mutants.mutant import Mutant

__all__ = ["ARCHIVES"]

_E: Final = "refimpl.export"
_A: Final = "specs/archives.py::"

ARCHIVES: Final = (
    Mutant(
        "arc-upper-ends-are-lost",
        "Recorded upper ends are read as open.",
        f"{_E}.ranges:read_ranges",
        "entry.min_val, entry.max_val",
        "entry.min_val, None",
        (f"{_A}test_ranges_are_read_as_recorded",),
    ),
    Mutant(
        "arc-products-bind-undivided",
        "A symbol in a product is bound without the divisor.",
        f"{_E}.bindings:_visit_int",
        "path if coefficient == 1 else (*path, DivideByKey(coefficient))",
        "path",
        (f"{_A}test_products_are_bound_with_their_divisor",),
    ),
    Mutant(
        "arc-expressions-nest-without-end",
        "Expressions may nest as deeply as they like.",
        f"{_E}.expressions:ExpressionReader._parse",
        "if len(stack) > self._limits.expression_depth:",
        "if len(stack) > 10**9:",
        (f"{_A}test_nesting_is_limited",),
    ),
    Mutant(
        "arc-any-assumption-is-accepted",
        "A symbol may declare anything.",
        f"{_E}.expressions:ExpressionReader._symbol",
        "if not _ASSUMPTIONS.issuperset(declared):",
        "if False:",
        (f"{_A}test_text_is_never_run",),
    ),
    Mutant(
        "arc-fields-are-not-located",
        "An error does not say in which part of the archive its field is.",
        f"{_E}.errors:ArchiveError.inside",
        'prefix + (self.field if self.field.startswith("[") else f".{self.field}" if self.field else "")',
        "self.field",
        (f"{_A}test_a_refusal_says_where",),
    ),
    Mutant(
        "arc-checksums-are-not-compared",
        "Damaged bytes are read as if they were intact.",
        f"{_E}._zip:_read_member",
        "if prefix is None and zlib.crc32(data) != member.crc:",
        "if prefix is not None and zlib.crc32(data) != member.crc:",
        (f"{_A}test_a_changed_byte_of_the_program_is_noticed",),
    ),
    Mutant(
        "arc-members-outside-of-the-archive",
        "A member may be named ../up.",
        f"{_E}._zip:_member_name",
        'part in ("", ".", "..")',
        'part in ("", ".")',
        (f"{_A}test_unsafe_names_are_refused",),
    ),
    Mutant(
        "arc-versions-are-not-compared",
        "Archives of any version are read.",
        f"{_E}.archive:_check_header",
        "if text != expected:",
        "if not text:",
        (f"{_A}test_another_format_or_version_is_refused",),
    ),
    Mutant(
        "arc-every-copy-may-be-blind",
        "Missing recorded values go unnoticed.",
        f"{_E}.program:load",
        "Reading(limits, blinded=blinded)",
        "Reading(limits, blinded=True)",
        (f"{_A}test_a_blinded_copy_is_read_only_when_asked",),
    ),
    Mutant(
        "arc-fresh-names-clash",
        "The first fresh name is the last used one.",
        f"{_E}.ranges:first_fresh",
        "max(numbers, default=-1) + 1",
        "max(numbers, default=0)",
        (f"{_A}test_fresh_names_begin_after_every_used_one",),
    ),
)
