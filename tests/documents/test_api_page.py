"""Parts of docs/api.md that follow from the routes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.documents import api_page
from cloud_carbon_exporter.web.api.openapi import openapi_document
from cloud_carbon_exporter.web.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
)


def test_the_page_in_the_repository_is_what_the_routes_say() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert api_page.written(text) == text, "stale: run scripts/docs"


def test_the_page_shows_the_document_that_is_served() -> None:
    shown = PAGE.read_text(encoding="utf-8").split("```json\n")[1].split("```")[0]
    assert json.loads(shown) == openapi_document(ROUTES)


def test_a_page_without_a_place_for_them_is_refused() -> None:
    with pytest.raises(ValueError, match="endpoints"):
        api_page.written("# Nothing here")


@pytest.mark.slow
@given(VALUES)
def test_json_laid_out_is_the_same_json(value: object) -> None:
    assert json.loads(api_page.laid_out(value)) == value
