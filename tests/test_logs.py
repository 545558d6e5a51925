"""Log of the program: one record a line, as text or as JSON."""

from __future__ import annotations

import json
import logging
import re

import pytest

from cloud_carbon_exporter import logs

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("process_kept")


def test_the_log_as_json(capsys: Captured) -> None:
    logs.configure("info", "json")
    log = logging.getLogger("cloud_carbon_exporter.test")
    log.debug("not this")
    log.warning("two\nlines %s", "ü")
    try:
        raise ValueError("why")
    except ValueError:
        log.exception("failed")
    first, second = map(json.loads, capsys.readouterr().err.splitlines())
    assert (first["severity"], first["message"]) == ("WARNING", "two\nlines ü")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert second["severity"] == "ERROR"
    assert "ValueError: why" in second["exception"]


def test_the_log_as_text_keeps_a_record_on_its_line_and_libraries_quiet(capsys: Captured) -> None:
    logs.configure("debug", "text")
    logging.getLogger("cloud_carbon_exporter.test").debug("one\nline\x1b[31m")
    logging.getLogger("botocore.auth").debug("a secret")
    logging.getLogger("aiohttp").warning("a warning")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        "DEBUG   one\\nline\\x1b[31m",
        "WARNING a warning",
    ]
