"""The configuration, read once: flags before environment before file before defaults, into one
frozen Settings.

`load` is pure but for the one file it is told to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from cloud_carbon_exporter.config.command_line import Words, nearest, read_words
from cloud_carbon_exporter.config.flags import COLLECTING, FLAGS, find, of_command
from cloud_carbon_exporter.config.grid_flags import TOKENS
from cloud_carbon_exporter.config.targets import FiledTarget, read_targets
from cloud_carbon_exporter.config.values import Address, Value, quoted, read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.providers.spec import TargetSettings
from cloud_carbon_exporter.push.settings import PushSettings

_FILE_COMMAND = (
    "serve"  # the file says what serving says; the other commands take of it what they know
)
NOWHERE = Address(
    "localhost", 0
)  # for the commands that do not listen: a free port of the loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that was configured, for the commands that collect. Durations are in seconds.

    options: the values of the flags of the other commands alone, by the flag's name (report:
        "format").
    tags: the keys of -metrics.tags, then those targets have of their own; each target keeps the
        tags it names alone.
    warnings: what was said and has no effect, for the log.
    """

    targets: tuple[TargetSettings, ...] = ()
    listen: Address = NOWHERE
    log_level: str = "info"
    log_format: str = "text"
    interval_seconds: float = 300
    utilisation_interval_seconds: float = 900
    mode: Literal["background", "scrape"] = "background"
    stale_after_seconds: float = 1800
    shard: tuple[int, int] = (0, 1)
    state_file: str = ""
    web_config_file: str = ""
    tags: tuple[str, ...] = ()
    labels: Literal["full", "slim"] = "full"
    families: tuple[str, ...] = ()
    aggregate: tuple[str, ...] = ()
    upstream_names: bool = False
    grid_sources: tuple[str, ...] = ()
    grid_method: Method = "location"
    grid_compare: bool = False
    grid_options: Mapping[str, str] = field(default_factory=dict)
    grid_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    push: PushSettings = field(default_factory=PushSettings)
    options: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the person asked for: a command and its Settings, or the help or version.

    reread: the Settings once more, from the file as it is then. Raises ConfigError.
    """

    command: str
    settings: Settings
    wants: str = ""
    operands: tuple[str, ...] = ()
    reread: Callable[[], Settings] = field(default=Settings, compare=False, repr=False)


def load(arguments: Sequence[str], environment: Mapping[str, str]) -> Invocation:
    """Read command line, environment and file. Raises ConfigError, on one line, for whatever cannot
    be followed.
    """
    words = read_words(arguments)
    if words.wants:
        return Invocation(words.command, Settings(), words.wants)
    said = {**_from_environment(words.command, environment), **_from_words(words)}
    file = str(said.get("config.file", ""))
    filed, targets = _read_file(file) if file else ({}, ())
    values = _defaults(words.command) | _from_platform(words.command, environment)
    values |= {name: value for name, value in filed.items() if name in values} | said
    settings = _settings(
        words.command, {**_defaults("serve"), **filed, **values}, targets, environment
    )
    warnings = (
        _warnings({**filed, **said}, settings.targets, environment)
        if words.command in COLLECTING
        else ()
    )
    settings = replace(settings, warnings=tuple(warnings))
    return Invocation(
        words.command, settings, "", words.operands, lambda: load(arguments, environment).settings
    )


def _defaults(command: str) -> dict[str, Value]:
    return {
        f.name: f.kind.parse(f.default) if f.default else f.kind.empty for f in of_command(command)
    }


def _settings(
    command: str,
    values: Mapping[str, Value],
    filed: Sequence[FiledTarget],
    environment: Mapping[str, str],
) -> Settings:
    options = {
        flag.name: values[flag.name] for flag in of_command(command) if "serve" not in flag.commands
    }
    if command not in COLLECTING:
        return Settings(options=options)
    targets = read_targets(values, filed, environment)
    return Settings(
        targets=targets,
        listen=values["listen"],
        log_level=values["log.level"],
        log_format=values["log.format"],
        interval_seconds=values["collect.interval"],
        utilisation_interval_seconds=values["collect.utilisation-interval"],
        mode=values["collect.mode"],
        stale_after_seconds=values["collect.stale-after"],
        shard=values["shard"],
        state_file=values["state.file"],
        web_config_file=values["web.config.file"],
        tags=tuple(
            dict.fromkeys(
                (*values["metrics.tags"], *(key for target in targets for key in target.tags))
            )
        ),
        labels=values["metrics.labels"],
        families=values["metrics.families"],
        aggregate=values["metrics.aggregate"],
        upstream_names=values["metrics.upstream-names"],
        grid_sources=values["grid.source"],
        grid_method=values["grid.method"],
        grid_compare=values["grid.compare"],
        grid_options={"prometheus-query": values["grid.prometheus-query"]},
        grid_secrets={
            name: values[f"grid.{name}"] or environment.get(variable, "")
            for name, (variable, _) in TOKENS.items()
        },
        push=_push(values),
        options=options,
    )


def _push(values: Mapping[str, Value]) -> PushSettings:
    return PushSettings(
        interval_seconds=values["push.interval"],
        remote_write_url=values["push.remote-write.url"],
        remote_write_headers_file=values["push.remote-write.headers-file"],
        otlp_endpoint=values["push.otlp.endpoint"],
        otlp_headers_file=values["push.otlp.headers-file"],
        labels=values["push.labels"],
    )


def _from_words(words: Words) -> dict[str, Value]:
    return {flag.name: read_value(spelled, flag.kind, text) for flag, spelled, text in words.given}


def _from_platform(command: str, environment: Mapping[str, str]) -> dict[str, Value]:
    """Cloud Run, and Knative under it, say in PORT where to listen; elsewhere a PORT that is around
    means nothing.
    """
    port, flag = environment.get("PORT", ""), find("listen", command)
    if flag is None or not environment.get("K_SERVICE") or not port:
        return {}
    return {"listen": read_value("PORT", flag.kind, f":{port}")}


def _from_environment(command: str, environment: Mapping[str, str]) -> dict[str, Value]:
    return {
        flag.name: read_value(name, flag.kind, environment[name])
        for flag in of_command(command)
        for name in reversed(flag.variables)
        if environment.get(name)
    }


def _warnings(
    said: Mapping[str, Value], targets: Sequence[TargetSettings], environment: Mapping[str, str]
) -> list[str]:
    """What was said and has no effect: a flag of a cloud that is not explored, a variable that only
    looks like ours.
    """
    explored = {target.provider for target in targets}
    idle = [
        f
        for f in of_command("serve")
        if f.name in said and f.providers and not explored.intersection(f.providers)
    ]
    return [
        *(
            f"-{flag.name} has no effect: no {flag.providers[0]} target is explored"
            for flag in idle
            if said[flag.name]
        ),
        *_unknown_variables(environment),
    ]


def _unknown_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Variables that look like ours and are not; Kubernetes sets CLOUD_CARBON_EXPORTER_* for a
    service of that name.
    """
    known = {name for flag in FLAGS for name in flag.variables}
    return tuple(
        f"{name} is not a variable of ours and has no effect{nearest(name, known)}"
        for name in sorted(environment)
        if name.startswith("CLOUD_CARBON_")
        and not name.startswith("CLOUD_CARBON_EXPORTER_")
        and name not in known
    )


def _read_file(name: str) -> tuple[dict[str, Value], tuple[FiledTarget, ...]]:
    import yaml

    try:
        content = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"-config.file: cannot read {quoted(name)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"-config.file: {quoted(name)} is not UTF-8 text") from None
    except (
        yaml.YAMLError,
        ValueError,
        RecursionError,
    ) as error:  # the latter: no such date, brackets without end
        mark = getattr(
            error, "problem_mark", None
        )  # the error's own text would quote the line, which may hold a token
        where = (
            f": line {mark.line + 1}, column {mark.column + 1}: {getattr(error, 'problem', '')}"
            if mark
            else ""
        )
        raise ConfigError(f"{name}: not YAML{where}") from None
    if not isinstance(content, Mapping | None):
        raise ConfigError(f"{name}: what it holds is not a mapping of keys to values")
    targets = dict(content or {})
    listed = targets.pop("targets", None) or ()
    if not isinstance(listed, list | tuple) or not all(
        isinstance(item, Mapping) for item in listed
    ):
        raise ConfigError(f"{name}: targets: not a list; allowed: a list of mappings with provider")
    return dict(_leaves(name, targets)), tuple(
        (f"{name}: targets[{n}]", item) for n, item in enumerate(listed)
    )


def _leaves(file: str, tree: Mapping[str, object], above: str = "") -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for key, value in tree.items():
        path = f"{above}{key}".replace("_", "-")
        flag = find(path, _FILE_COMMAND)
        below = [
            f
            for f in of_command(_FILE_COMMAND)
            if any(name.startswith(f"{path}.") for name in f.names)
        ]
        inside = [name for each in below for name in each.names if name.startswith(f"{path}.")]
        if flag is None and not inside:
            known = [name for flag in of_command(_FILE_COMMAND) for name in flag.names]
            raise ConfigError(
                f"{file}: unknown key {quoted(above + str(key))}{nearest(path, [*known, 'targets'])}"
            )
        if flag is not None and value is not None:
            found.append((flag.name, read_value(f"{file}: {path}", flag.kind, value, decoded=True)))
        elif isinstance(value, Mapping):
            found += _leaves(file, value, f"{path}.")
        elif value is not None:
            shown = "what is given" if any(each.kind.secret for each in below) else quoted(value)
            raise ConfigError(
                f"{file}: {path}: {shown} is not a mapping; allowed below it: {', '.join(inside)}"
            )
    return found
