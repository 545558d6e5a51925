"""Clouds by name: the one table of what each is called, wherever a name of it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cloud_carbon_exporter.providers.options import (
    AwsOptions,
    DemoOptions,
    GcpOptions,
    ScalewayOptions,
)
from cloud_carbon_exporter.providers.settings import Options

CloudName = Literal["aws", "gcp", "scw", "demo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Names of one cloud.

    name: as in -cloud.provider. package: below `providers`. options: the class of its options.
    label: as in cloud_provider; empty for the made-up estate, which imitates the others and rents
        no machine of its own.
    title: as a heading says it; brief: as a cell of a table does.
    policy: form in which `permissions` writes what it must grant.
    """

    name: CloudName
    package: str
    options: type[Options]
    label: str = ""
    title: str = ""
    brief: str = ""
    policy: str = ""


CLOUDS: Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="aws",
            package="aws",
            options=AwsOptions,
            label="aws",
            title="Amazon Web Services",
            brief="AWS",
            policy="iam",
        ),
        Cloud(
            name="gcp",
            package="gcp",
            options=GcpOptions,
            label="gcp",
            title="Google Cloud",
            brief="Google Cloud",
            policy="gcp",
        ),
        Cloud(
            name="scw",
            package="scaleway",
            options=ScalewayOptions,
            label="scaleway",
            title="Scaleway",
            brief="Scaleway",
            policy="scw",
        ),
        Cloud(name="demo", package="demo", options=DemoOptions),
    )
}

REAL_CLOUDS: Mapping[str, Cloud] = {name: cloud for name, cloud in CLOUDS.items() if cloud.label}
"""Clouds that have machines, prices and permissions of their own."""

LABELS: Mapping[str, str] = {name: cloud.label for name, cloud in REAL_CLOUDS.items()} | {
    cloud.label: cloud.label for cloud in REAL_CLOUDS.values()
}
"""cloud_provider by either name of a cloud: a person who has read a label types that."""

BRIEF: Mapping[str, str] = {cloud.label: cloud.brief for cloud in REAL_CLOUDS.values()}
"""Short names by cloud_provider, as the prices have it."""
