"""AWS object as `describe` reads it: its ARN, how people call it, where it stands, its tags.

Each API of AWS spells these in its own way, so `describe` names them once, and gets one form:
`cluster = parse(raw, scope, raw["ClusterArn"], raw["ClusterName"])`, then `cluster.described(...)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component, Location
from cloud_carbon_exporter.providers.aws.describing.moments import moment
from cloud_carbon_exporter.providers.aws.describing.names import arn as arn_of
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Raw, Scope


class AwsObject(NamedTuple):
    """AWS object, parsed once. id: its ARN. name: as people call it.

    A tuple, as one is made of every instance and volume of an account.
    """

    id: str
    name: str
    location: Location
    tags: Mapping[str, str]

    def described(
        self,
        *,
        running: tuple[Component, ...] = (),
        kept: tuple[Component, ...] = (),
        state: str = "",
        monitor: Mapping[str, str] | None = None,
        info: Mapping[str, str | None] | None = None,
        started: Any = None,
        ended: Any = None,
    ) -> Description:
        """Description of the object. The state stands in its info, unless info names another.

        running: held only while it runs. kept: held as long as it exists. info: what is empty is
        left out. started, ended: as the answer writes them.
        """
        told = {key: value for key, value in (info or {}).items() if value}
        if state:
            told.setdefault("state", state)
        return Description(
            id=self.id,
            name=self.name,
            location=self.location,
            state=state,
            running=running,
            kept=kept,
            tags=self.tags,
            monitor=monitor or {},
            info=told,
            started=moment(started),
            ended=moment(ended),
        )


def parse(
    raw: Raw,
    scope: Scope,
    arn: str,
    name: str,
    *,
    region: str = "",
    zone: str | None = "",
    outpost: str | None = "",
) -> AwsObject:
    """AWS object of an answer. region, zone: where the answer tells them.

    outpost: ARN or id of the Outpost it stands on, in the customer's building; empty in AWS' own.
    """
    where = scope.location(region, zone or "", on_premises=bool(outpost))
    return AwsObject(arn, name, where, tags_of(raw))


def parse_ec2(
    raw: Raw, scope: Scope, path: str, *, owner: str | None = "", zone: str | None = ""
) -> AwsObject:
    """EC2 object: its answers hold no ARN, and people name it by its tag Name.

    path: the end of its ARN ("instance/i-1"). owner: the account it belongs to, where it may be
    another than the one asked. Whatever may stand on an Outpost tells so by its OutpostArn.
    """
    labels = tags_of(raw)
    name = labels.get("Name") or path.rpartition("/")[2]
    arn = arn_of("ec2", scope.region, owner or scope.account_id, path)
    where = scope.location(zone=zone or "", on_premises=bool(raw.get("OutpostArn")))
    return AwsObject(arn, name, where, labels)


def tags_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """Tags of an answer, which some services write as a mapping, and most as a list of pairs."""
    tagged = raw.get("Tags") or raw.get("tags") or raw.get("TagList")
    return dict(tagged) if isinstance(tagged, dict) else tags(tagged)
