"""Roles of a target of AWS: what an entry says of them that cannot be followed."""

from __future__ import annotations

from cloud_carbon_exporter.config import target_keys as keys
from cloud_carbon_exporter.config.target_keys import Entry
from cloud_carbon_exporter.config.values import quoted
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.partitions import partition

# IAM user guide: a session of a role that another role has assumed lasts an hour at most.
_LONGEST_CHAINED_SECONDS = 3600


def refuse_mfa(where: str, name: str) -> None:
    """Raises ConfigError for a device whose codes a person would have to type."""
    if name.replace("-", "_") in ("mfa_serial", "mfa_token", "token_code"):
        raise ConfigError(
            f"{where}: {quoted(name)}: nobody is there to type the code of an MFA device; let the "
            "trust policy name a role or user without that condition, or use IAM Identity Center"
        )


def refuse_roles(where: str, entry: Entry) -> None:
    """Raises ConfigError for roles that no credentials could assume as the entry says."""
    roles, member = entry.get(keys.ROLE_ARN, ()), entry.get(keys.ROLE_NAME, "")
    duration = entry.get(keys.SESSION_DURATION, 0.0)
    if duration > _LONGEST_CHAINED_SECONDS and len(roles) + bool(member) > 1:
        raise ConfigError(
            f"{where}: session_duration: a role that another role assumes lasts an hour at most; "
            "allowed: a duration of up to 1h"
        )
    _refuse_two_partitions(where, entry, roles)


def _refuse_two_partitions(where: str, entry: Entry, roles: tuple[str, ...]) -> None:
    # No credentials of one partition open another.
    said: dict[str, str] = {}
    for role in roles:
        said.setdefault(role.split(":")[1], f"role_arn {role}")
    for region in entry.get(keys.REGIONS, ()):
        said.setdefault(partition(region), f"regions {region}")
    default_region = entry.get(keys.DEFAULT_REGION, "")
    if default_region:
        said.setdefault(partition(default_region), f"default_region {default_region}")
    if len(said) > 1:
        places = " and ".join(f"{what} in {name}" for name, what in said.items())
        raise ConfigError(f"{where}: a target lies in one partition, not {places}")
