"""File of -web.config.file as YAML: its values by type, and errors that name the key.

No message holds a value of the file but the names of keys, files and choices: it holds password
hashes and may hold a private key.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.errors import ConfigError

# a certificate chain is some kilobytes; more is a wrong path
_LARGEST_BYTES = 1 << 20


class WebConfigFile:
    """One web config and what it names.

    files: all that was read or missed, followed or not. warnings: what has no effect.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = [path]
        self.warnings: list[str] = []

    def read(self) -> object:
        """The file as YAML. Raises ConfigError."""
        import yaml

        try:
            return yaml.safe_load(self.text(self.path, ""))
        # besides what is no YAML: a date there is none such of, and brackets without end
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f" at line {mark.line + 1}" if mark else ""
            raise self.wrong("", f"not YAML{where}") from None

    def wrong(self, key: str, message: str) -> ConfigError:
        """The error of a key; empty for the file as a whole."""
        return ConfigError(f"-web.config.file: {self.path}: {key}{': ' if key else ''}{message}")

    def text(self, path: Path, key: str) -> str:
        """The text of a file that a key names."""
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise self.wrong(key, f"{path} is larger than 1 MiB")
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise self.wrong(key, f"cannot read {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise self.wrong(key, f"{path} is not UTF-8 text") from None
        except ValueError:
            raise self.wrong(key, "no name a file can have") from None

    def mapping(self, key: str, value: object, known: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """Names and values; only of known names, where some are given."""
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
            raise self.wrong(key, "not a mapping of names to values")
        for name in value:
            if known and name not in known:
                raise self.wrong(key, f"unknown key {name[:40]!r}; known are {', '.join(known)}")
        return value

    def words(self, key: str, value: object) -> tuple[str, ...]:
        """A list of words."""
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "not a list of words")
        return tuple(value)

    def word(self, key: str, value: object, allowed: tuple[str, ...] = ()) -> str:
        """A word, one of those allowed where some are given."""
        if value is None or value == "":
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "not text")
        if allowed and value not in allowed:
            raise self.wrong(key, f"{value[:60]!r} is not known; allowed: {', '.join(allowed)}")
        return value

    def flag(self, key: str, value: object, *, default: bool) -> bool:
        """True or false."""
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.wrong(key, "neither true nor false")
        return value
