"""Dataflow jobs: what Streaming Engine does for those that stream; workers are instances.

Streaming Engine keeps the state of a job and shuffles its data away from its workers. It is what
new streaming jobs use unless they say otherwise, and the list of jobs does not tell.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.times import created, moment
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

# STOPPED is one that has not begun; a job that was UPDATED goes on as another.
STATES = states(
    running=(
        "JOB_STATE_RUNNING JOB_STATE_DRAINING JOB_STATE_CANCELLING JOB_STATE_PAUSING "
        "JOB_STATE_RESOURCE_CLEANING_UP"
    ),
    stopped="JOB_STATE_PAUSED",
    gone=(
        "JOB_STATE_STOPPED JOB_STATE_PENDING JOB_STATE_QUEUED JOB_STATE_DONE JOB_STATE_FAILED "
        "JOB_STATE_CANCELLED JOB_STATE_UPDATED JOB_STATE_DRAINED"
    ),
)

_ENDED = frozenset(
    f"JOB_STATE_{word}" for word in ("DONE", "FAILED", "CANCELLED", "UPDATED", "DRAINED")
)


def describe(raw: Raw, scope: Scope) -> Description | None:
    """Streaming job as a part of Streaming Engine for each vCPU of its workers; no other job."""
    asset = parse(raw, scope)
    data = asset.data
    if data.get("type") != "JOB_TYPE_STREAMING":
        return None
    state = data.get("currentState", "")
    started = moment(data.get("startTime")) or created(data)
    ended = moment(data.get("currentStateTime")) if state in _ENDED else None
    why = "what Streaming Engine does for a job is not told"
    return asset.described(
        running=(Component("fixed", "gcp/streaming-engine", 1, per="capacity_units", assumed=why),),
        name=data.get("name", ""),
        state=state,
        monitor={
            "job_id": str(data.get("id") or asset.name),
            "region": asset.location.region,
        },
        life=Life(started, ended),
    )


SPEC = ServiceSpec(
    kind="dataflow/job",
    listing=LISTING,
    accepts=of_type("dataflow.googleapis.com/Job"),
    describe=describe,
    states=STATES,
    reason=(
        "Of one that streams, its part of Streaming Engine by the vCPUs of its workers, which are "
        "instances; nothing of a batch."
    ),
    metrics=(
        Metric(
            into="capacity_units",
            name="dataflow.googleapis.com/job/current_num_vcpus",
            namespace="dataflow_job",
            statistic="ALIGN_MEAN/REDUCE_SUM",
            dimensions={"metric.label.job_id": "job_id", "resource.label.region": "region"},
        ),
    ),
)
