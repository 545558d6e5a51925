"""Where `history` writes text: a file, or stdout."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError


@contextmanager
def stream(path: str) -> Iterator[TextIO]:
    """File of that path, or stdout where there is none. Raises ConfigError where it cannot be."""
    if not path:
        yield sys.stdout
        return
    try:
        with Path(path).open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"-output: cannot write {quoted(path)}: {reason}") from None
