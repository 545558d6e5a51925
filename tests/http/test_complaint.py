"""Complaints: bodies that are nothing but an error, told from answers that hold such a word too."""

from __future__ import annotations

from typing import Any

import pytest

from cloud_carbon_exporter.http.complaint import complaint


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"message": None}, "no words"),
        ({"Message": "ok"}, "ok"),
        ({"__type": "ThrottlingException", "message": "Rate  exceeded"}, "exceeded"),
        ({"Error": {"Code": "SlowDown", "Message": "reduce"}, "RequestId": "1"}, "reduce"),
        ({"error": {"code": 503, "message": "backend", "status": "UNAVAILABLE"}}, "backend"),
        ({"message": "resource not found", "type": "not_found"}, "not found"),
    ],
)
def test_an_error_alone_is_a_complaint(document: dict[str, Any], said: str) -> None:
    assert said in complaint(document)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"servers": []},
        {"servers": [], "message": "one zone is slow"},
        {"jobs": [{"error": "one"}], "nextPageToken": "x"},
        {"total_count": 0},
        {"type": "list"},
    ],
)
def test_an_answer_is_none(document: dict[str, Any]) -> None:
    assert complaint(document) == ""


def test_a_complaint_is_short() -> None:
    assert len(complaint({"message": "word " * 1000})) <= 160
