"""The fault table of docs/contributing/faults.md is what the tests are."""

from __future__ import annotations

import pytest

from tests import faults


@pytest.mark.slow
def test_the_table_in_the_repository_is_what_the_tests_are() -> None:
    text = faults.PAGE.read_text(encoding="utf-8")
    assert faults.written(text) == text, "stale: run python -m tests.faults"


@pytest.mark.slow
@pytest.mark.parametrize("fault", faults.FAULTS)
def test_every_fault_is_injected_by_a_test(fault: str) -> None:
    assert faults.tests_of(fault, faults.tests())
