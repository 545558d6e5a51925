"""The targets to explore: those the file lists, and one for each cloud the flags name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from cloud_carbon_exporter.config.command_line import nearest
from cloud_carbon_exporter.config.flags import COLLECTING, REGION, ROLE_ARN, find
from cloud_carbon_exporter.config.values import (
    Kind,
    Value,
    account_ids,
    boolean,
    choice,
    duration,
    identifier,
    quoted,
    read_value,
    secrets_of,
    several,
    shaped,
    text,
)
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from cloud_carbon_exporter.providers.spec import Options, TargetSettings

FiledTarget = tuple[str, Mapping[str, Any]]
"""One entry of the file's `targets`: where it stands, for errors, and its keys."""

ROLE_NAME = shaped("ROLE", "the name of a role, such as carbon, with its path", r"[\w+=,.@/-]+")

PROVIDERS = ("aws", "gcp", "scw", "demo")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a target in the file. becomes: the field of TargetSettings; meaning: for the
    documents.
    """

    name: str
    kind: Kind
    meaning: str
    providers: tuple[str, ...] = PROVIDERS
    becomes: str = ""


def _kind_of(flag: str) -> Kind:
    found = find(flag, COLLECTING[0])
    if found is None:
        raise KeyError(flag)
    return found.kind


KEYS: tuple[Key, ...] = (
    Key("provider", choice(*PROVIDERS), "The cloud."),
    Key("name", text("NAME"), "What the target is called in target_up and in the log."),
    Key("role_arn", ROLE_ARN, "Role to assume.", ("aws",)),
    Key(
        "organization",
        boolean(),
        "Explore every account of the organisation, which lists them.",
        ("aws",),
    ),
    Key(
        "accounts",
        account_ids("ACCOUNTS"),
        "Explore these accounts, of the organisation or without it.",
        ("aws",),
    ),
    Key("exclude_accounts", account_ids("IDS"), "Accounts to leave out.", ("aws",)),
    Key("role_name", ROLE_NAME, "Role to assume in each of the accounts.", ("aws",)),
    Key("default_region", REGION, "As -cloud.aws.defaultregion.", ("aws",)),
    Key("discovery", _kind_of("cloud.aws.discovery"), "As -cloud.aws.discovery.", ("aws",)),
    Key("project_id", identifier("PROJECT"), "Project to explore.", ("gcp",)),
    Key("folder_id", identifier("FOLDER"), "Folder to explore, instead of a project.", ("gcp",)),
    Key("organization_id", identifier("ID"), "Organisation to explore.", ("gcp", "scw")),
    Key(
        "metrics_scope",
        identifier("PROJECT"),
        "Project through whose metrics scope all others are read.",
        ("gcp",),
    ),
    Key(
        "carbon_footprint_table",
        text("TABLE"),
        "BigQuery table, as project.dataset.table, that Carbon Footprint is exported to.",
        ("gcp",),
    ),
    Key("cockpit_token", text("TOKEN", secret=True), "As -cloud.scw.cockpit-token.", ("scw",)),
    Key(
        "cockpit_tokens",
        secrets_of("TOKENS"),
        "A token for each project, or project/region, as a mapping.",
        ("scw",),
    ),
    Key("cockpit_create_tokens", boolean(), "As -cloud.scw.cockpit-create-tokens.", ("scw",)),
    Key("regions", several("REGIONS"), "Explore these regions alone.", ("aws", "scw")),
    Key("exclude", several("KINDS"), "Kinds of resource to leave out, such as ec2/snapshot."),
    Key("interval", duration(), "As -collect.interval.", becomes="interval_seconds"),
    Key(
        "utilisation_interval",
        duration(),
        "As -collect.utilisation-interval.",
        ("aws", "gcp"),
        "utilisation_interval_seconds",
    ),
    Key("budget", _kind_of("api.budget"), "As -api.budget.", becomes="budget_dollars"),
    Key("tags", several("KEYS"), "As -metrics.tags."),
    Key("resources", _kind_of("demo.resources"), "As -demo.resources.", ("demo",)),
    Key("seed", _kind_of("demo.seed"), "As -demo.seed.", ("demo",)),
)


def read_targets(
    values: Mapping[str, Value], filed: Sequence[FiledTarget], environment: Mapping[str, str]
) -> tuple[TargetSettings, ...]:
    """All targets, the file's first. Raises ConfigError when there is none, or one twice."""
    targets = [(where, _filed(where, keys, values, environment)) for where, keys in filed]
    flagged = list(values["cloud.provider"])
    if values["demo.enabled"] and "demo" not in {
        *flagged,
        *(target.provider for _, target in targets),
    }:
        flagged.append("demo")
    targets += [
        (f"-cloud.provider={name}", _flagged(name, values, environment)) for name in flagged
    ]
    if not targets:
        raise ConfigError(
            "-cloud.provider is missing; allowed: aws, gcp, scw or demo, several with commas; "
            "or -demo.enabled, or targets in -config.file"
        )
    _refuse_twins(targets)
    return _sharing([target for _, target in targets], values["api.free-requests"])


def _sharing(targets: Sequence[TargetSettings], free_requests: int) -> tuple[TargetSettings, ...]:
    """The free requests are a payer's, whatever accounts it pays for: the targets of AWS divide
    them.
    """
    payers = sum(target.provider == "aws" for target in targets)
    return tuple(
        replace(target, free_requests=free_requests // payers)
        if target.provider == "aws"
        else target
        for target in targets
    )


def _flagged(
    provider: str, values: Mapping[str, Value], environment: Mapping[str, str]
) -> TargetSettings:
    """The target the flags describe; of the values, those of its own provider."""
    return TargetSettings(
        provider=provider,
        options=_flagged_options(provider, values, environment),
        interval_seconds=values["collect.interval"],
        utilisation_interval_seconds=values["collect.utilisation-interval"],
        budget_dollars=values["api.budget"],
        tags=values["metrics.tags"],
    )


def _flagged_options(
    provider: str, values: Mapping[str, Value], environment: Mapping[str, str]
) -> Options:
    """Options of one cloud as the flags say them."""
    if provider == "aws":
        return AwsOptions(
            role_arn=values["cloud.aws.rolearn"],
            default_region=values["cloud.aws.defaultregion"],
            discovery=values["cloud.aws.discovery"],
        )
    if provider == "gcp":
        return GcpOptions(project_id=values["cloud.gcp.projectid"])
    if provider == "scw":
        token = values["cloud.scw.cockpit-token"] or environment.get("SCW_COCKPIT_TOKEN", "")
        return ScalewayOptions(
            organization_id=values["cloud.scw.organizationid"],
            cockpit_token=token,
            cockpit_create_tokens=values["cloud.scw.cockpit-create-tokens"],
        )
    return DemoOptions(resources=values["demo.resources"], seed=values["demo.seed"])


def _filed(
    where: str, keys: Mapping[str, Any], values: Mapping[str, Value], environment: Mapping[str, str]
) -> TargetSettings:
    """One target of the file, on top of what the flags say of its provider."""
    provider = read_value(
        f"{where}: provider", KEYS[0].kind, keys.get("provider", ""), decoded=True
    )
    allowed = {key.name: key for key in KEYS if provider in key.providers}
    said: dict[str, Value] = {}
    for name, value in keys.items():
        key = allowed.get(str(name).replace("-", "_"))
        if key is None:
            near = nearest(str(name), allowed)
            raise ConfigError(
                f"{where}: unknown key {quoted(name)}{near}; of {provider}: {', '.join(allowed)}"
            )
        if value is not None:
            said[key.becomes or key.name] = read_value(
                f"{where}: {key.name}", key.kind, value, decoded=True
            )
    owners = [name for name in ("project_id", "folder_id", "organization_id") if said.get(name)]
    if len(owners) > 1:
        raise ConfigError(
            f"{where}: {' and '.join(owners)} exclude each other; allowed: one of them"
        )
    several_accounts = bool(said.get("organization") or said.get("accounts"))
    if several_accounts != bool(said.get("role_name")):
        need = (
            "role_name is missing"
            if several_accounts
            else "role_name needs organization: true, or accounts"
        )
        raise ConfigError(
            f"{where}: {need}; allowed: the name of one role, to be assumed in each account"
        )
    base = _flagged(provider, values, environment)
    options: Any = base.options
    own = {field.name for field in fields(options)}
    if owners and "project_id" in own:
        options = replace(options, project_id="")
    options = replace(options, **{name: value for name, value in said.items() if name in own})
    shared = {name: value for name, value in said.items() if name not in own}
    return replace(base, options=options, **shared)


def _refuse_twins(targets: Sequence[tuple[str, TargetSettings]]) -> None:
    """A target that stood twice would count everything twice."""
    for number, (where, target) in enumerate(targets):
        for earlier, other in targets[:number]:
            if target.name and target.name == other.name:
                raise ConfigError(
                    f"{where}: name: {quoted(target.name)} is the name of {earlier} already"
                )
            if _explored(target) == _explored(other):
                raise ConfigError(f"{where}: the same target as {earlier}")


def _explored(target: TargetSettings) -> TargetSettings:
    """What the target explores, whatever it is called and however often it is read."""
    return TargetSettings(
        provider=target.provider,
        options=target.options.explored() if target.options else None,
        regions=target.regions,
        exclude=target.exclude,
    )
