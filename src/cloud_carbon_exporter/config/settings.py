"""Configuration, read once into one frozen Settings.

Flags win over the environment, the environment over the file, the file over the defaults. `load` is
pure but for the one file it is told to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cloud_carbon_exporter.config import (
    advice_flags,
    flags,
    grid_flags,
    period_flags,
    push_flags,
    web_flags,
)
from cloud_carbon_exporter.config.budgets import read_budgets
from cloud_carbon_exporter.config.cloud_flags import DEMO_ENABLED, PROVIDERS
from cloud_carbon_exporter.config.clusters import read_clusters
from cloud_carbon_exporter.config.command_line import Wish, Words, nearest, read_words
from cloud_carbon_exporter.config.file import Filed, read_file
from cloud_carbon_exporter.config.flag import COLLECTING, Flag, Values, said_or_inherited
from cloud_carbon_exporter.config.flags import FLAGS, LabelSet, Mode, of_command
from cloud_carbon_exporter.config.targets import FiledTarget, read_targets
from cloud_carbon_exporter.config.values import Address, read_value
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from cloud_carbon_exporter.model.budgets import CarbonBudget
from cloud_carbon_exporter.model.grid import Method
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.push.settings import PushSettings

Said = dict[Flag[object], object]
"""Values by the flag that says them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of the commands that collect. Durations are in seconds.

    options: values of every flag the command takes, for those that it alone takes.
    tags: the keys of -metrics.tags, then those targets have of their own; each target keeps the
        tags it names alone.
    warnings: what was said and has no effect, for the log.
    """

    targets: tuple[TargetSettings, ...] = ()
    clusters: tuple[ClusterSettings, ...] = ()
    listen: Address = flags.LISTEN.value_by_default
    log_level: str = flags.LOG_LEVEL.value_by_default
    log_format: str = flags.LOG_FORMAT.value_by_default
    interval_seconds: float = flags.INTERVAL.value_by_default
    utilisation_interval_seconds: float = flags.UTILISATION_INTERVAL.value_by_default
    mode: Mode = flags.MODE.value_by_default
    stale_after_seconds: float = flags.STALE_AFTER.value_by_default
    shard: tuple[int, int] = flags.SHARD.value_by_default
    state_file: str = ""
    history_file: str = ""
    web_config_file: str = ""
    allowed_hosts: tuple[str, ...] = ()
    route_prefix: str = ""
    external_url: str = ""
    cluster_links: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    labels: LabelSet = flags.LABEL_SET.value_by_default
    families: tuple[str, ...] = ()
    aggregate: tuple[str, ...] = ()
    upstream_names: bool = False
    grid_sources: tuple[str, ...] = ()
    grid_method: Method = grid_flags.GRID_METHOD.value_by_default
    grid_compare: bool = False
    grid_options: Mapping[str, str] = field(default_factory=dict)
    grid_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    push: PushSettings = field(default_factory=PushSettings)
    budgets: tuple[CarbonBudget, ...] = ()
    dismissed: tuple[str, ...] = ()
    advice_bill: str = ""
    options: Values = field(default_factory=Values)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the person asked for: a command and its Settings, or the help or version.

    reread: the Settings once more, from the file as it is then. Raises ConfigError.
    """

    command: str
    settings: Settings
    wants: Wish = ""
    operands: tuple[str, ...] = ()
    reread: Callable[[], Settings] = field(default=Settings, compare=False, repr=False)


def load(arguments: Sequence[str], environment: Mapping[str, str]) -> Invocation:
    """Invocation that command line, environment and file ask for.

    Raises ConfigError, on one line, for whatever cannot be followed.
    """
    words = read_words(arguments)
    if words.wants:
        return Invocation(words.command, Settings(), words.wants)
    said = _from_environment(words.command, environment) | _from_words(words)
    file = said.get(flags.CONFIG_FILE)
    filed = read_file(str(file)) if file else Filed({})
    values = Values(
        {
            **_defaults(words.command),
            **_from_platform(words.command, environment),
            **filed.values,
            **said,
        }
    )
    settings = Settings(options=values)
    if words.command in COLLECTING:
        settings = _settings(values, filed, environment)
        idle = _without_effect(filed.values | said, settings.targets)
        settings = replace(
            settings,
            budgets=read_budgets(filed.budgets, settings.tags),
            warnings=(*idle, *_unknown_variables(environment)),
        )
    return Invocation(
        words.command, settings, "", words.operands, lambda: load(arguments, environment).settings
    )


def _defaults(command: str) -> Said:
    """What holds where nobody says anything; to collect once takes the same as to serve."""
    serve = of_command("serve") if command in COLLECTING else ()
    return {flag: flag.value_by_default for flag in (*serve, *of_command(command))}


def _settings(values: Values, filed: Filed, environment: Mapping[str, str]) -> Settings:
    counted = _reads_what_was_counted(values, filed.targets)
    targets = () if counted else read_targets(values, filed.targets, environment)
    return Settings(
        targets=targets,
        clusters=read_clusters(filed.clusters),
        listen=values[flags.LISTEN],
        log_level=values[flags.LOG_LEVEL],
        log_format=values[flags.LOG_FORMAT],
        interval_seconds=values[flags.INTERVAL],
        utilisation_interval_seconds=values[flags.UTILISATION_INTERVAL],
        mode=values[flags.MODE],
        stale_after_seconds=values[flags.STALE_AFTER],
        shard=values[flags.SHARD],
        state_file=values[flags.STATE_FILE],
        history_file=values[flags.HISTORY_FILE],
        web_config_file=values[flags.WEB_CONFIG_FILE],
        allowed_hosts=values[flags.ALLOWED_HOSTS],
        route_prefix=values[web_flags.ROUTE_PREFIX],
        external_url=values[web_flags.EXTERNAL_URL],
        cluster_links=values[web_flags.CLUSTER_LINKS],
        tags=_tags(values[flags.TAGS], targets),
        labels=values[flags.LABEL_SET],
        families=values[flags.FAMILIES],
        aggregate=values[flags.AGGREGATE],
        upstream_names=values[flags.UPSTREAM_NAMES],
        grid_sources=values[grid_flags.GRID_SOURCE],
        grid_method=values[grid_flags.GRID_METHOD],
        grid_compare=values[grid_flags.GRID_COMPARE],
        grid_options={"prometheus-query": values[grid_flags.GRID_QUERY]},
        grid_secrets={
            name: said_or_inherited(values, flag, environment)
            for name, flag in grid_flags.TOKENS.items()
        },
        push=_push(values),
        dismissed=values[advice_flags.DISMISS],
        advice_bill=values[advice_flags.ADVICE_BILL],
        options=values,
    )


def _reads_what_was_counted(values: Values, filed: Sequence[FiledTarget]) -> bool:
    """Whether a report of the past explores nothing: then no cloud need be named."""
    if period_flags.SINCE not in values or not values.holds(period_flags.SINCE):
        return False
    return not filed and not values[PROVIDERS] and not values[DEMO_ENABLED]


def _tags(everywhere: Sequence[str], targets: Sequence[TargetSettings]) -> tuple[str, ...]:
    """Keys of tags to export: those for all, then those of single targets, each once."""
    keys = dict.fromkeys(everywhere)
    for target in targets:
        keys |= dict.fromkeys(target.tags)
    return tuple(keys)


def _push(values: Values) -> PushSettings:
    return PushSettings(
        interval_seconds=values[push_flags.PUSH_INTERVAL],
        remote_write_url=values[push_flags.REMOTE_WRITE_URL],
        remote_write_headers_file=values[push_flags.REMOTE_WRITE_HEADERS_FILE],
        remote_write_version=values[push_flags.REMOTE_WRITE_VERSION],
        otlp_endpoint=values[push_flags.OTLP_ENDPOINT],
        otlp_headers_file=values[push_flags.OTLP_HEADERS_FILE],
        otlp_resource_of=values[push_flags.OTLP_RESOURCE],
        otlp_hardware_names=values[push_flags.OTLP_HARDWARE_NAMES],
        labels=values[push_flags.PUSH_LABELS],
    )


def _from_words(words: Words) -> Said:
    said: Said = {}
    for given in words.given:
        said[given.flag] = read_value(given.spelled, given.flag.kind, given.text)
    return said


def _from_platform(command: str, environment: Mapping[str, str]) -> Said:
    """Address a platform says: Cloud Run, and Knative under it, tell it in PORT.

    K_SERVICE is set by both; elsewhere a PORT that is around means nothing. What stands before the
    program there lets no name through but the service's own.
    """
    port = environment.get("PORT", "")
    if command not in flags.LISTEN.commands or not environment.get("K_SERVICE") or not port:
        return {}
    return {
        flags.LISTEN: read_value("PORT", flags.LISTEN.kind, f":{port}"),
        flags.ALLOWED_HOSTS: ("*",),
    }


def _from_environment(command: str, environment: Mapping[str, str]) -> Said:
    said: Said = {}
    for flag in of_command(command):
        for name in reversed(flag.variables):  # the flag's own name is the last, and wins
            if environment.get(name):
                said[flag] = read_value(name, flag.kind, environment[name])
    return said


def _without_effect(said: Said, targets: Sequence[TargetSettings]) -> list[str]:
    """Warnings of flags that were said for a cloud that is not explored."""
    explored = {target.provider for target in targets}
    warnings: list[str] = []
    for flag in of_command("serve"):
        idle = bool(flag.providers) and explored.isdisjoint(flag.providers)
        if idle and said.get(flag):
            provider = flag.providers[0]
            warnings.append(f"-{flag.name} has no effect: no {provider} target is explored")
    return warnings


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Warnings of variables that look like ours and are not.

    Kubernetes sets CLOUD_CARBON_EXPORTER_* for a service of that name.
    """
    known: set[str] = set()
    for flag in FLAGS:
        known.update(flag.variables)
    warnings: list[str] = []
    for name in sorted(environment):
        ours = name.startswith("CLOUD_CARBON_")
        if ours and not name.startswith("CLOUD_CARBON_EXPORTER_") and name not in known:
            near = nearest(name, known)
            warnings.append(f"{name} is not a variable of ours and has no effect{near}")
    return warnings
