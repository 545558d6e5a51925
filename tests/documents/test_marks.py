"""What a program writes into a page goes between the marks, and nowhere else."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.documents.marks import Marks

MARKS = Marks("<!-- a -->", "<!-- b -->")


def test_content_goes_between_the_marks() -> None:
    page = MARKS.written("before\n<!-- a -->\nold\n<!-- b -->\nafter", "new")
    assert page == "before\n<!-- a -->\n\nnew\n\n<!-- b -->\nafter"
    assert MARKS.content(page) == "new"
    assert MARKS.written(page, "new") == page


@pytest.mark.parametrize(
    "page", ["", "<!-- a --> alone", "<!-- b --> alone", "<!-- b --><!-- a -->"]
)
def test_a_page_without_its_marks_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="marks"):
        MARKS.written(page, "new")
    assert not MARKS.content("")
