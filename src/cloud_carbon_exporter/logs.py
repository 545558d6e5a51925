"""Log lines on stderr, for people (text) or for machines (json).

The keys of json, severity and message, are those Cloud Logging reads a line's level and text from.
No line holds a secret, not even where a library's traceback does, and no error fills the log.
"""

from __future__ import annotations

import json
import logging
import time

from cloud_carbon_exporter.masking import masked
from cloud_carbon_exporter.out_of_memory import StderrHandler
from cloud_carbon_exporter.printable import printable
from cloud_carbon_exporter.repeats import Repeats

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}


class TextFormatter(logging.Formatter):
    """One record, one line: what a cloud sends cannot forge a second; a traceback takes more."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: time in UTC, level, message."""
        line = f"{_moment(record)} {record.levelname:<7} {printable(record.getMessage())}"
        if record.exc_info:
            trace = self.formatException(record.exc_info).split("\n")
            line = "\n".join([line, *map(printable, trace)])
        return masked(line)


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
    """Send the log to stderr.

    `level` holds for our own lines. Of libraries only warnings come: at debug level botocore and
    urllib3 log headers, and in them tokens.
    """
    handler = StderrHandler()
    handler.addFilter(Repeats())
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(_LEVELS[level], logging.WARNING))
    logging.getLogger("cloud_carbon_exporter").setLevel(_LEVELS[level])
    logging.captureWarnings(True)


def _moment(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"
