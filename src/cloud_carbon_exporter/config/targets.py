"""Targets to explore: those the file lists, and one for each cloud the flags name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.config import cloud_flags as clouds
from cloud_carbon_exporter.config import flags
from cloud_carbon_exporter.config import target_keys as keys
from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flag import Values, said_or_inherited
from cloud_carbon_exporter.config.target_keys import Entry, Key
from cloud_carbon_exporter.config.target_roles import refuse_mfa, refuse_roles
from cloud_carbon_exporter.config.values import listed, quoted, read_value
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.clouds import CLOUDS
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from cloud_carbon_exporter.providers.partitions import HOME_REGIONS, partition
from cloud_carbon_exporter.providers.settings import Options, TargetSettings

Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FiledTarget:
    """Entry of the file's `targets` as it stands there. where: its place, for errors."""

    where: str
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Placed:
    """Target and the place where it was said, for errors."""

    where: str
    target: TargetSettings


def read_targets(
    values: Values, filed: Sequence[FiledTarget], environment: Environment
) -> tuple[TargetSettings, ...]:
    """All targets, the file's first. Raises ConfigError when there is none, or one twice."""
    placed: list[_Placed] = []
    providers: set[str] = set()
    for target in filed:
        entry = _entry(target)
        placed.append(_Placed(target.where, _target(entry, values, environment)))
        providers.add(entry.provider)
    for name in _flagged(values, providers):
        entry = Entry(name, {})
        placed.append(_Placed(f"-cloud.provider={name}", _target(entry, values, environment)))
    if not placed:
        raise ConfigError(
            f"-cloud.provider is missing; allowed: {listed(tuple(CLOUDS))}, several with commas; "
            "or -demo.enabled, or targets in -config.file"
        )
    _refuse_twins(placed)
    return _sharing([target.target for target in placed], values[flags.FREE_REQUESTS])


def _flagged(values: Values, filed: set[str]) -> tuple[str, ...]:
    """Clouds the flags name; the demo is added where nobody has named it."""
    named = values[clouds.PROVIDERS]
    if values[clouds.DEMO_ENABLED] and "demo" not in {*named, *filed}:
        return (*named, "demo")
    return named


def _sharing(targets: Sequence[TargetSettings], free_requests: int) -> tuple[TargetSettings, ...]:
    """Targets with their share of the free requests, which are a payer's, whatever it pays for."""
    # CloudWatch's free tier is granted once to the payer of consolidated bills, not to an account.
    payers = sum(target.provider == "aws" for target in targets)
    shared: list[TargetSettings] = []
    for target in targets:
        pays = target.provider == "aws"
        shared.append(replace(target, free_requests=free_requests // payers) if pays else target)
    return tuple(shared)


def _target(entry: Entry, values: Values, environment: Environment) -> TargetSettings:
    """Target of one entry, on top of what the flags say."""
    return TargetSettings(
        provider=entry.provider,
        name=entry.get(keys.NAME, ""),
        options=_OPTIONS[entry.provider](entry, values, environment),
        regions=entry.get(keys.REGIONS, ()),
        exclude=entry.get(keys.EXCLUDE, ()),
        interval_seconds=entry.get(keys.TARGET_INTERVAL, values[flags.INTERVAL]),
        utilisation_interval_seconds=entry.get(
            keys.TARGET_UTILISATION_INTERVAL, values[flags.UTILISATION_INTERVAL]
        ),
        budget_dollars=entry.get(keys.TARGET_BUDGET, values[flags.BUDGET]),
        tags=entry.get(keys.TARGET_TAGS, values[flags.TAGS]),
    )


def _aws(entry: Entry, values: Values, _: Environment) -> AwsOptions:
    flagged = values[clouds.AWS_ROLE_ARN]
    roles = entry.get(keys.ROLE_ARN, (flagged,) if flagged else ())
    return AwsOptions(
        profile=entry.get(keys.PROFILE, ""),
        role_arn=roles[-1] if roles else "",
        role_chain=roles[:-1],
        external_id=entry.get(keys.EXTERNAL_ID, ""),
        role_session_name=entry.get(keys.ROLE_SESSION_NAME, ""),
        session_seconds=entry.get(keys.SESSION_DURATION, 0.0),
        organization=entry.get(keys.ORGANIZATION, False),
        accounts=entry.get(keys.ACCOUNTS, ()),
        exclude_accounts=entry.get(keys.EXCLUDE_ACCOUNTS, ()),
        role_name=entry.get(keys.ROLE_NAME, ""),
        default_region=entry.get(keys.DEFAULT_REGION, "") or _home_region(entry, values, roles),
        discovery=entry.get(keys.DISCOVERY, values[clouds.AWS_DISCOVERY]),
        events_queue_url=entry.get(keys.EVENTS_QUEUE_URL, ""),
    )


def _home_region(entry: Entry, values: Values, roles: Sequence[str]) -> str:
    """Region of the calls that belong to none, in the partition of the target's roles or regions.

    A target lies in one partition, and each has its own; the flag is for all targets.
    """
    flagged = values[clouds.AWS_DEFAULT_REGION]
    meant = [role.split(":")[1] for role in roles]
    meant += map(partition, entry.get(keys.REGIONS, ()))
    if not meant or partition(flagged) in meant:
        return flagged
    return HOME_REGIONS.get(meant[-1], flagged)


def _gcp(entry: Entry, values: Values, _: Environment) -> GcpOptions:
    folder_id, organization_id = entry.get(keys.FOLDER_ID, ""), entry.get(keys.ORGANIZATION_ID, "")
    # A project of the flags must not narrow the folder or organisation an entry names.
    project_id = "" if folder_id or organization_id else values[clouds.GCP_PROJECT_ID]
    return GcpOptions(
        project_id=entry.get(keys.PROJECT_ID, project_id),
        folder_id=folder_id,
        organization_id=organization_id,
        metrics_scope=entry.get(keys.METRICS_SCOPE, ""),
        carbon_footprint_table=entry.get(keys.CARBON_FOOTPRINT_TABLE, ""),
        asset_feed_subscription=entry.get(keys.ASSET_FEED_SUBSCRIPTION, ""),
    )


def _scaleway(entry: Entry, values: Values, environment: Environment) -> ScalewayOptions:
    token = said_or_inherited(values, clouds.COCKPIT_TOKEN, environment)
    create = values[clouds.COCKPIT_CREATE_TOKENS]
    return ScalewayOptions(
        organization_id=entry.get(keys.ORGANIZATION_ID, values[clouds.SCW_ORGANIZATION_ID]),
        cockpit_token=entry.get(keys.COCKPIT_TOKEN, token),
        cockpit_tokens=entry.get(keys.COCKPIT_TOKENS, ()),
        cockpit_create_tokens=entry.get(keys.COCKPIT_CREATE_TOKENS, create),
    )


def _demo(entry: Entry, values: Values, _: Environment) -> DemoOptions:
    return DemoOptions(
        resources=entry.get(keys.RESOURCES, values[clouds.DEMO_RESOURCES]),
        seed=entry.get(keys.SEED, values[clouds.DEMO_SEED]),
    )


_OPTIONS: Mapping[str, Callable[[Entry, Values, Environment], Options]] = {
    "aws": _aws,
    "gcp": _gcp,
    "scw": _scaleway,
    "demo": _demo,
}


def _entry(filed: FiledTarget) -> Entry:
    """Entry of the file, read. Raises ConfigError for a key or value that cannot be followed."""
    where = filed.where
    said_provider = filed.keys.get("provider", "")
    provider = read_value(f"{where}: provider", keys.PROVIDER.kind, said_provider, decoded=True)
    allowed = {key.name: key for key in keys.KEYS if provider in key.providers}
    said: dict[Key[object], object] = {}
    for name, value in filed.keys.items():
        key = allowed.get(str(name).replace("-", "_"))
        refuse_mfa(where, str(name))
        if key is None:
            near = nearest(str(name), allowed)
            raise ConfigError(
                f"{where}: unknown key {quoted(name)}{near}; of {provider}: {', '.join(allowed)}"
            )
        if value is not None:
            said[key] = read_value(f"{where}: {key.name}", key.kind, value, decoded=True)
    entry = Entry(provider, said)
    _refuse_two_owners(where, entry)
    _refuse_half_an_organization(where, entry)
    refuse_roles(where, entry)
    return entry


def _refuse_two_owners(where: str, entry: Entry) -> None:
    # In Google's hierarchy a project lies in one folder, and that in one organisation: to name two
    # would count the smaller one twice, or leave out the rest of the larger one.
    possible = (keys.PROJECT_ID, keys.FOLDER_ID, keys.ORGANIZATION_ID)
    owners = [key.name for key in possible if entry.get(key, "")]
    if len(owners) > 1:
        raise ConfigError(
            f"{where}: {' and '.join(owners)} exclude each other; allowed: one of them"
        )


def _refuse_half_an_organization(where: str, entry: Entry) -> None:
    # Organizations lists accounts, but opens none of them: each is entered by a role of its own.
    several_accounts = entry.get(keys.ORGANIZATION, False) or bool(entry.get(keys.ACCOUNTS, ()))
    if several_accounts == bool(entry.get(keys.ROLE_NAME, "")):
        return
    need = "role_name needs organization: true, or accounts"
    if several_accounts:
        need = "role_name is missing"
    raise ConfigError(
        f"{where}: {need}; allowed: the name of one role, to be assumed in each account"
    )


def _refuse_twins(placed: Sequence[_Placed]) -> None:
    """Raises ConfigError for a target that stands twice: it would count everything twice."""
    for number, later in enumerate(placed):
        for earlier in placed[:number]:
            name = later.target.name
            if name and name == earlier.target.name:
                raise ConfigError(
                    f"{later.where}: name: {quoted(name)} is the name of {earlier.where} already"
                )
            if _explored(later.target) == _explored(earlier.target):
                raise ConfigError(f"{later.where}: the same target as {earlier.where}")


def _explored(target: TargetSettings) -> TargetSettings:
    """What the target explores, whatever it is called and however often it is read."""
    return TargetSettings(
        provider=target.provider,
        options=target.options.explored() if target.options else None,
        regions=target.regions,
        exclude=target.exclude,
    )
