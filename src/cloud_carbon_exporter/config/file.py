"""File of -config.file: flags of `serve` nested by their dots, targets, budgets and clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from cloud_carbon_exporter.config.budgets import FiledBudget
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flag import Flag, words_of
from cloud_carbon_exporter.config.flags import find, of_command
from cloud_carbon_exporter.config.targets import FiledTarget
from cloud_carbon_exporter.config.values import quoted, read_value
from cloud_carbon_exporter.errors import ConfigError

_COMMAND = "serve"
"""The file says what serving says; the other commands take of it what they know."""


class Filed(NamedTuple):
    """What a file says: values of flags, and the entries of its lists."""

    values: dict[Flag[object], object]
    targets: tuple[FiledTarget, ...] = ()
    budgets: tuple[FiledBudget, ...] = ()
    clusters: tuple[FiledTarget, ...] = ()


def read_file(name: str) -> Filed:
    """Values and lists of a file. Raises ConfigError for what cannot be read or followed."""
    content = _content(name)
    targets = _listed(name, content, "targets", "provider")
    budgets = _listed(name, content, "budgets", "name")
    clusters = _listed(name, content, "kubernetes", "cluster and url")
    return Filed(
        dict(_leaves(name, content)),
        tuple([FiledTarget(where, keys) for where, keys in targets]),
        tuple([FiledBudget(where, keys) for where, keys in budgets]),
        tuple([FiledTarget(where, keys) for where, keys in clusters]),
    )


def _listed(
    file: str, content: dict[str, Any], name: str, key: str
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Mappings of one list, each with the place where it stands; the list is taken away."""
    listed = content.pop(name, None) or ()
    mappings = isinstance(listed, list | tuple) and all(
        isinstance(keys, Mapping) for keys in listed
    )
    if not mappings:
        raise ConfigError(f"{file}: {name}: not a list; allowed: a list of mappings with {key}")
    return iter([(f"{file}: {name}[{number}]", keys) for number, keys in enumerate(listed)])


def _content(name: str) -> dict[str, Any]:
    """Mapping the file holds."""
    import yaml

    try:
        content = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"-config.file: cannot read {quoted(name)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"-config.file: {quoted(name)} is not UTF-8 text") from None
    # PyYAML raises ValueError for a date there is none of, RecursionError for brackets without end.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: not YAML{_place_of(error)}") from None
    if not isinstance(content, Mapping | None):
        raise ConfigError(f"{name}: what it holds is not a mapping of keys to values")
    return dict(content or {})


def _place_of(error: Exception) -> str:
    """Place of an error of YAML; its own text would quote the line, which may hold a token."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return ""
    return f": line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', '')}"


def _leaves(
    file: str, tree: Mapping[str, object], above: str = ""
) -> Iterator[tuple[Flag[object], object]]:
    """Flags a tree of keys says, each with its value."""
    for key, value in tree.items():
        path = f"{above}{key}".replace("_", "-")
        flag, below = find(path, _COMMAND), _below(path)
        if flag is None and not below:
            near = nearest(
                path, [*words_of(of_command(_COMMAND)), "targets", "budgets", "kubernetes"]
            )
            raise ConfigError(f"{file}: unknown key {quoted(above + str(key))}{near}")
        if value is None:
            continue
        if flag is not None:
            yield flag, read_value(f"{file}: {path}", flag.kind, value, decoded=True)
        elif isinstance(value, Mapping):
            yield from _leaves(file, value, f"{path}.")
        else:
            secret = any(flag.kind.secret for flag in below.values())
            shown = "what is given" if secret else quoted(value)
            raise ConfigError(
                f"{file}: {path}: {shown} is not a mapping; allowed below it: {', '.join(below)}"
            )


def _below(path: str) -> dict[str, Flag[object]]:
    """Flags whose names go on from a path, by name."""
    named = words_of(of_command(_COMMAND))
    return {name: flag for name, flag in named.items() if name.startswith(f"{path}.")}
