"""Log lines on stderr, for people (text) or for machines (json, with the keys Google's and other
collectors read).

No line holds the password of a URL, not even where a library's traceback does.
"""

from __future__ import annotations

import json
import logging
import time

from cloud_carbon_exporter.errors import masked

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {
    10: "\\n",
    13: "\\r",
    9: "\\t",
}


class TextFormatter(logging.Formatter):
    """One record, one line: what a cloud sends cannot forge a second one. Only a traceback takes
    more.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line: time in UTC, level, message."""
        line = f"{_moment(record)} {record.levelname:<7} {record.getMessage().translate(_CONTROLS)}"
        return masked(
            f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
        )


class JsonFormatter(logging.Formatter):
    """One record, one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The object: severity, message, time, logger, and the traceback where there is one."""
        entry = {
            "severity": record.levelname,
            "message": masked(record.getMessage()),
            "time": _moment(record),
            "logger": record.name,
        }
        if record.exc_info:
            entry["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str, form: str) -> None:
    """Send the log to stderr. `level` holds for ours; of libraries only warnings come, as the rest
    may hold secrets.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(_LEVELS[level], logging.WARNING))
    logging.getLogger("cloud_carbon_exporter").setLevel(_LEVELS[level])
    logging.captureWarnings(True)


def _moment(record: logging.LogRecord) -> str:
    return (
        time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        + f".{int(record.msecs):03d}Z"
    )
