"""Queues of MediaConvert: the jobs under way, or the slots that are reserved for them."""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "mediaconvert/queue"
# Of a queue that is paused the jobs under way go on, and its reservation too.
STATES = states(running="ACTIVE PAUSED")
WHY = "AWS does not show what encodes a job"


def _encoders(raw: Raw) -> int:
    """Encoders held: the slots of a reservation that lasts, else one for each job under way."""
    plan = raw.get("ReservationPlan") or {}
    jobs = int(raw.get("ProgressingJobsCount") or 0)
    return max(jobs, plan.get("ReservedSlots") or 0) if plan.get("Status") == "ACTIVE" else jobs


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One queue; none of the one each region has by itself, while nothing is in it."""
    encoders = _encoders(raw)
    if not encoders and raw.get("Type") == "SYSTEM":
        return None
    return parse(raw, scope, raw["Arn"], raw["Name"]).described(
        running=(Component("fixed", "aws/encoder-hd", encoders, assumed=WHY),) if encoders else (),
        state=raw.get("Status", ""),
        info={"lifecycle": raw.get("PricingPlan")},
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="mediaconvert",
        operation="ListQueues",
        scope="region",
        items="Queues[]",
        kind_of=lambda raw: KIND,
        permissions=("mediaconvert:ListQueues",),
    ),
    states=STATES,
    describe=describe,
    reason="A fixed draw for each job under way, or each slot reserved, as an encoder of HD.",
)
