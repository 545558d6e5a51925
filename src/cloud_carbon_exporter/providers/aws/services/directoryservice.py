"""Directories: domain controllers of Managed Microsoft AD, servers of Simple AD, AD Connector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

# What is impaired, or was not restored, still has its controllers; nothing stops them.
STATES = states(
    running=(
        "Requested Creating Created Active Updating Impaired Inoperable Restoring RestoreFailed"
    ),
    gone="Deleting Deleted Failed",
)
FEWEST_CONTROLLERS = 2
"""Directory Service administration guide: a directory has two servers or more, each in a zone."""
WHY = "AWS does not show the servers of a directory"
SHARED = "SharedMicrosoftAD"


class _Type(NamedTuple):
    """Type of a directory, and what it is to us."""

    name: str
    kind: str
    server: str
    reason: str


_TYPES = (
    _Type(
        "MicrosoftAD",
        "directoryservice/microsoft_ad",
        "aws/domain-controller",
        "A fixed draw for each domain controller, none of which is shown.",
    ),
    _Type(
        "SimpleAD",
        "directoryservice/simple_ad",
        "aws/directory-server",
        "A fixed draw for each of its two servers, none of which is shown.",
    ),
    _Type(
        "ADConnector",
        "directoryservice/ad_connector",
        "aws/directory-server",
        "A fixed draw for each of its two proxies; the directory itself stands elsewhere.",
    ),
)
_KINDS = {of.name: of.kind for of in _TYPES}
_SERVERS = {of.name: of.server for of in _TYPES}


def _type(raw: Raw) -> str:
    """Type of a directory; one that others share is a Microsoft AD, and counts with its owner."""
    told = str(raw.get("Type", ""))
    return "MicrosoftAD" if told == SHARED else told


def _arn(raw: Raw, scope: Scope) -> str:
    return arn("ds", scope.region, scope.account_id, f"directory/{raw['DirectoryId']}")


async def directories(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The directories with their tags."""
    return await tagged(client, scope, page, "ds:directory", lambda raw: _arn(raw, scope))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Directory as all its servers; none of one that another account shares with this one."""
    if raw.get("Type") == SHARED:
        return None
    directory = parse(raw, scope, _arn(raw, scope), raw.get("Name") or raw["DirectoryId"])
    servers = raw.get("DesiredNumberOfDomainControllers") or FEWEST_CONTROLLERS
    return directory.described(
        running=(Component("fixed", _SERVERS[_type(raw)], servers, assumed=WHY),),
        state=raw.get("Stage", ""),
        info={"host_type": raw.get("Edition") or raw.get("Size"), "engine": raw.get("Type")},
        started=raw.get("LaunchTime"),
    )


DIRECTORIES = Listing(
    api="ds",
    operation="DescribeDirectories",
    scope="region",
    items="DirectoryDescriptions[]",
    kind_of=lambda raw: _KINDS.get(_type(raw), "directoryservice/directory"),
    permissions=("ds:DescribeDirectories",),
    expand=directories,
)


def _spec(of: _Type) -> ServiceSpec:
    return ServiceSpec(
        kind=of.kind,
        listing=DIRECTORIES,
        accepts=lambda raw: _type(raw) == of.name,
        describe=describe,
        states=STATES,
        reason=of.reason,
    )


SPECS = tuple(map(_spec, _TYPES))
