"""Channels of MediaLive: encoders nobody sees, for each pipeline that runs."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "medialive/channel"
STATES = states(
    running="STARTING RUNNING RECOVERING STOPPING UPDATE_FAILED",
    stopped="CREATING IDLE UPDATING",
    gone="CREATE_FAILED DELETING DELETED",
)
ENCODERS = {"SD": "aws/encoder-sd", "HD": "aws/encoder-hd", "UHD": "aws/encoder-uhd"}
WHY = "AWS does not show what encodes a channel"


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One channel, by its input; one of a cluster of MediaLive Anywhere runs at the customer's."""
    if (raw.get("AnywhereSettings") or {}).get("ClusterId"):
        return None
    resolution = (raw.get("InputSpecification") or {}).get("Resolution", "")
    pipelines = raw.get("PipelinesRunningCount") or 0
    encoder = ENCODERS.get(resolution, ENCODERS["HD"])
    return parse(raw, scope, raw["Arn"], raw.get("Name") or raw["Id"]).described(
        running=(Component("fixed", encoder, pipelines, assumed=WHY),) if pipelines else (),
        state=raw.get("State", ""),
        info={"host_type": raw.get("ChannelClass"), "engine": resolution},
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="medialive",
        operation="ListChannels",
        scope="region",
        items="Channels[]",
        kind_of=lambda raw: KIND,
        permissions=("medialive:ListChannels",),
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each pipeline that runs, by the resolution of its input.",
)
