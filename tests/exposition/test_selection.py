"""Selection of families out of a text: its lines end where the formats end them."""

from __future__ import annotations

from cloud_carbon_exporter.exposition.selection import only, samples_in

MARKS = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e"
"""Ends of lines to str.splitlines, and characters of a name to Prometheus."""

TEXT = (
    "# HELP one First.\n# TYPE one gauge\n"
    f'one{{name="a{MARKS}# HELP two b"}} 1\n'
    "# HELP two Second.\n# TYPE two gauge\ntwo 2\n"
)


def test_a_name_with_marks_of_other_scripts_is_one_sample() -> None:
    assert samples_in(TEXT) == 2


def test_a_name_that_looks_like_a_family_chooses_none() -> None:
    assert only(TEXT, {"one", "two"}) == TEXT
    assert only(TEXT, {"two"}) == "# HELP two Second.\n# TYPE two gauge\ntwo 2\n"
    assert only(TEXT, {"one"}) + only(TEXT, {"two"}) == TEXT
