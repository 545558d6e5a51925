"""EBS volumes: they draw power whether attached or not, and whether their instance runs or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.describing.names import arn, tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One volume: its provisioned size, of its class."""
    if raw.get("State") in ("deleting", "deleted"):
        return None
    name, labels = raw["VolumeId"], tags(raw.get("Tags"))
    volume_type = raw.get("VolumeType", "")
    attached = ",".join(
        sorted(one["InstanceId"] for one in raw.get("Attachments", ()) if one.get("InstanceId"))
    )
    unknown = "" if volume_type else "no volume type given"
    info = {
        "host_type": volume_type,
        "state": raw.get("State", ""),
        "attached": "true" if attached else "false",
        "attached_to": attached,
    }
    return Resource(
        id=arn("ec2", scope.region, scope.account_id, f"volume/{name}"),
        kind="ec2/volume",
        name=labels.get("Name") or name,
        location=scope.location(zone=raw.get("AvailabilityZone", "")),
        components=(
            Component("block", f"aws/{volume_type or 'gp3'}", float(raw["Size"]), assumed=unknown),
        ),
        tags=labels,
        info={key: value for key, value in info.items() if value},
    )


SPEC = ServiceSpec(
    kind="ec2/volume",
    listing=Listing(
        api="ec2",
        operation="DescribeVolumes",
        scope="region",
        items="Volumes[]",
        kind_of=lambda raw: "ec2/volume",
        permissions=("ec2:DescribeVolumes",),
    ),
    describe=describe,
    reason="Provisioned GiB of its class of drive, with the copies AWS keeps; attached or not, the drives are held.",
)
