"""EBS volumes: they draw power whether attached or not, and whether their instance runs or not."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse_ec2
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ec2/volume"
# EBS user guide: a volume is provisioned, and billed, from its creation on; in error its drives
# have failed, and its data are lost.
STATES = states(running="creating available in-use", gone="deleting deleted error")


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One volume: its provisioned size, of its class."""
    volume_type = raw.get("VolumeType", "")
    instances = {attached.get("InstanceId") for attached in raw.get("Attachments", ())}
    # io2 volumes may be attached to several instances at once.
    attached_to = ",".join(sorted(filter(None, instances)))
    unknown = "" if volume_type else "no volume type given"
    path = f"volume/{raw['VolumeId']}"
    drive = f"aws/{volume_type or 'gp3'}"
    return parse_ec2(raw, scope, path, zone=raw.get("AvailabilityZone")).described(
        kept=(Component("block", drive, float(raw["Size"]), assumed=unknown),),
        state=raw.get("State", ""),
        info={
            "host_type": volume_type,
            "attached": "true" if attached_to else "false",
            "attached_to": attached_to,
        },
        started=raw.get("CreateTime"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ec2",
        operation="DescribeVolumes",
        scope="region",
        items="Volumes[]",
        # Volumes of managed instances, which are hidden by default as these are.
        params={"IncludeManagedResources": True},
        kind_of=lambda raw: KIND,
        permissions=("ec2:DescribeVolumes",),
    ),
    states=STATES,
    describe=describe,
    reason=(
        "Provisioned GiB of its class of drive, with the copies AWS keeps; "
        "attached or not, the drives are held."
    ),
)
