"""How AWS names things: partitions, ARNs, tags. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.providers.partitions import partition


def arn(service: str, region: str, account_id: str, resource: str) -> str:
    """ARN of a resource in a region, in the partition that region belongs to.

    Raises ValueError where the resource is of no name: an answer that tells none is nonsense.
    """
    if resource.endswith(("/", ":")):
        raise ValueError(f"an ARN of nothing: {resource!r}")
    return f"arn:{partition(region)}:{service}:{region}:{account_id}:{resource}"


def role_arn(region: str, account_id: str, name: str) -> str:
    """ARN of a role, with its path where the name holds one, in the partition of a region."""
    return f"arn:{partition(region)}:iam::{account_id}:role/{name.strip('/')}"


def tags(pairs: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    """Tags from AWS' list of {Key, Value}, which some services write in lower case."""
    labels: dict[str, str] = {}
    for pair in pairs or ():
        key = pair["Key"] if "Key" in pair else pair.get("key")
        value = pair.get("Value") if "Key" in pair else pair.get("value")
        if isinstance(key, str):
            labels[key] = value if isinstance(value, str) else ""
    return labels
