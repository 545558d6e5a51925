"""Tables within the width of a terminal: what gives way, and what is never lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.reporting import report
from cloud_carbon_exporter.reporting.columns import clipped, folded, width_of
from cloud_carbon_exporter.reporting.tables import Section, as_text
from tests.exposition import estate

SUMS = Section(
    "By account",
    ("name", "resources", "W", "W, low", "embodied gCO2eq/h"),
    (("checkout-production-eu-1", "105", "1,697", "1,155", "130"), ("b", "2", "1.5", "0.5", "9")),
    ("A note that has more than forty letters in it.",),
    spare=("W, low", "embodied gCO2eq/h", "resources"),
)
ERRORS = Section(
    "Errors",
    ("what", "message"),
    (("listing", "AccessDenied: not authorized to perform s3:ListAllMyBuckets (grant it)"),),
    prose=("message",),
)


def lines(section: Section, width: int | None) -> list[str]:
    return as_text([section], width).splitlines()


def test_without_a_terminal_nothing_is_folded() -> None:
    assert lines(SUMS, None) == lines(SUMS, 200)
    assert "checkout-production-eu-1        105  1,697   1,155                130" in lines(
        SUMS, None
    )
    assert ERRORS.rows[0][1] in lines(ERRORS, None)[3]


def test_headings_are_broken_before_anything_is_clipped() -> None:
    told = lines(SUMS, 60)
    assert told[2].split() == ["name", "resources", "W", "W,", "embodied"]
    assert told[3].split() == ["low", "gCO2eq/h"]
    assert told[4].startswith("checkout-production-eu-1 ")


def test_columns_that_can_be_spared_are_left_out_and_named() -> None:
    told = lines(SUMS, 32)
    assert told[2].split() == ["name", "resources", "W"]
    assert "checkout" in told[3]
    assert told[3].split()[1:] == ["105", "1,697"]
    assert " ".join(told[5:7]) == "Left out in this width: W, low; embodied gCO2eq/h."


def test_the_end_of_a_long_name_is_kept() -> None:
    assert clipped("checkout-production-eu-1", 12) == "checkout…u-1"
    assert clipped("checkout", 8) == "checkout"
    assert clipped("東京の本番環境", 7) == "東京…境"


def test_sentences_go_under_their_row_whole() -> None:
    told = lines(ERRORS, 40)
    assert told[2:4] == ["what", "listing"]
    assert all(line.startswith("    ") for line in told[4:])
    assert " ".join(line.strip() for line in told[4:]) == ERRORS.rows[0][1]


def test_wide_letters_take_two_columns_and_marks_none() -> None:
    assert width_of("abc") == width_of("a\u0301bc") == 3
    section = Section("T", ("name", "W"), (("東京", "1"), ("abcd", "2")))
    assert lines(section, 80)[3:] == ["東京  1", "abcd  2"]


def test_a_line_goes_on_below_under_its_last_column() -> None:
    line = "  ec2:DescribeInstances  ec2/instance, ec2/host, ec2/dedicated_host, ec2/capacity\n"
    assert folded(line, 100) == line
    first, second = folded(line, 60).splitlines()
    assert first == "  ec2:DescribeInstances  ec2/instance, ec2/host,"
    assert second == f"{' ' * 25}ec2/dedicated_host, ec2/capacity"
    assert folded(line, 30).splitlines()[:2] == [
        "  ec2:DescribeInstances",
        "      ec2/instance, ec2/host,",
    ]


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.text(max_size=40), st.text(max_size=60)), min_size=1, max_size=4),
    st.integers(20, 100),
)
def test_no_line_of_a_table_is_wider_than_the_terminal(
    rows: list[tuple[str, str]], width: int
) -> None:
    """Whatever the names; sentences alone keep a word that is longer than a line."""
    table = tuple((name, "12.5", other, "1,234") for name, other in rows)
    section = Section("T", ("name", "W", "other", "gCO2eq/h"), table, spare=("other",))
    assert max(map(width_of, lines(section, width))) <= width


def test_the_report_fits_a_phone_and_a_laptop() -> None:
    for width in (40, 80):
        told = report.as_text(estate.SNAPSHOT, ("team",), width).splitlines()
        assert max(map(width_of, told)) <= width
