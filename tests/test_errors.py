"""What a message quotes holds no password."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError, Unreachable
from cloud_carbon_exporter.logs import JsonFormatter, TextFormatter
from cloud_carbon_exporter.masking import masked

SECRET = "hunter2"
URLS = [
    f"http://bob:{SECRET}@grid.example:9090/api/v1/query?zone=FR",
    f"https://{SECRET}@grid.example",
    f"http://bob:a@b/{SECRET}@grid.example/",
    f"socks5://bob:{SECRET}@proxy.example:1080",
    f"https://grid.example/table.csv?zone=FR&api_key={SECRET}",
    f"https://grid.example/table.csv?X-Amz-Signature={SECRET}&zone=FR",
    f"https://grid.example/table.csv?auth-token={SECRET}#x",
    f"https://grid.example/?password={SECRET};zone=FR",
    f"https://{SECRET}@grid.example/a@b?c=d@e",
    f"http://bob:a?b#{SECRET}@grid.example/",
    f"https://grid.example/to?a@b&next=http://bob:{SECRET}@x",
    f"https://grid.example/to;https://{SECRET}@x",
]


@pytest.mark.parametrize("url", URLS)
def test_a_url_is_told_without_its_secret(url: str) -> None:
    shown = masked(f'cannot reach "{url}", nor {url}; try again')
    assert SECRET not in shown
    assert shown.count(".example") == 2, "where it is, is told"
    assert shown.endswith("; try again")


@pytest.mark.parametrize(
    "text",
    [
        "grant roles/viewer to serviceAccount:carbon@my-project.iam.gserviceaccount.com",
        "https://grid.example/api/v1/query?zone=FR&page=3",
        "set -grid.source=file:grid.csv?token",
        "http://localhost:2922/",
        "https://grid.example/?mail=ops@example.org",
        "https://grid.example/tables/fr@2026.csv",
        "https://grid.example#who@where",
        "https://iam.example/v1/serviceAccounts/carbon@my-project.example:signBlob",
        "https://iam.example/?member=serviceAccount:carbon@my-project.example",
    ],
)
def test_what_holds_no_secret_is_left_as_it_is(text: str) -> None:
    assert masked(text) == text


@given(
    st.text(st.characters(codec="ascii", exclude_characters=" \"'@"), min_size=1).map(
        lambda word: f"~{word}~"
    )
)
def test_law_no_password_survives(password: str) -> None:
    if not any(char.isspace() or ord(char) < 32 for char in password):
        assert password not in masked(f"at http://bob:{password}@grid.example/x")


@pytest.mark.parametrize("piece", ["a://", "a://?key", "?token", "x@y", "a://b/"])
def test_a_megabyte_of_anything_is_told_at_once(piece: str) -> None:
    """Where time grew as the square of the text, these took hours, and the loop stood still."""
    large = f"a://x {piece * (1_000_000 // len(piece))} "
    assert masked(f"{large}https://bob:{SECRET}@grid.example").endswith(" https://***@grid.example")


@pytest.mark.parametrize("url", URLS)
def test_no_error_and_no_quoted_value_shows_it(url: str) -> None:
    assert SECRET not in str(ConfigError(f"-x: {url}"))
    error = Unreachable(f"no answer from {url}", provider="grid", hint=f"see {url}")
    assert SECRET not in error.message
    assert SECRET not in str(error)
    assert SECRET not in quoted(url) + quoted([url]) + quoted(url.replace(SECRET, SECRET * 20))


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
@pytest.mark.parametrize("url", URLS)
def test_no_log_line_shows_it_and_no_traceback(formatter: logging.Formatter, url: str) -> None:
    try:
        raise ValueError(f"a library says {url}")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, "x", 1, "cannot reach %s", (url,), sys.exc_info()
        )
    line = formatter.format(record)
    assert SECRET not in line
    assert "a library says" in line and "ValueError" in line
    if isinstance(formatter, JsonFormatter):
        assert json.loads(line)["severity"] == "ERROR"
