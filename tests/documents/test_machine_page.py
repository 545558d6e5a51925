"""Page of machine families: every family is on it, with its interval and why it is a guess."""

from __future__ import annotations

from cloud_carbon_exporter.documents import machine_page
from cloud_carbon_exporter.model import facts

PROSE, TABLE = machine_page.blocks()


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")[1:-1]]


ROWS = list(map(cells, TABLE.splitlines()[2:]))


def bounds(cell: str) -> list[float]:
    return [float(bound.removesuffix(" %")) for bound in cell.split(" to ")]


def test_every_family_has_a_row() -> None:
    wanted = {
        (row["provider"], f"`{row['family']}`")
        for row in facts.rows("families")
        if not row["pattern"]
    }
    assert {(row[0], row[1]) for row in ROWS} == wanted


def test_a_load_that_was_not_read_makes_the_interval_no_narrower() -> None:
    for row in ROWS:
        unread, read = map(bounds, row[4:6])
        assert unread[0] <= read[0] <= 0 <= read[1] <= unread[1], row


def test_a_guess_says_why() -> None:
    by_family = {row[1]: row for row in ROWS}
    assert by_family["`m5`"][6:] == ["measured", ""]
    assert by_family["`m7g`"][6:] == ["assumed", "assumed watts of Graviton3"]
    for row in ROWS:
        assert (row[6] == "assumed") == bool(row[7])
