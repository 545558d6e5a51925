"""MWAA (Airflow): schedulers, web servers and workers of a class, and the database behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import one_by_one
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.metrics import percent
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

KIND = "mwaa/environment"
# PENDING waits for an endpoint that the customer makes; what is being made has its database.
STATES = states(
    running=(
        "CREATING CREATING_SNAPSHOT PENDING AVAILABLE UPDATING UPDATE_FAILED ROLLING_BACK"
        " MAINTENANCE UNAVAILABLE"
    ),
    gone="CREATE_FAILED DELETING DELETED",
)
# How many workers an environment may have changes by hand alone.
_SECONDS = 900.0
_DETAILS = "airflow:GetEnvironment"


class Size(NamedTuple):
    """vCPUs and GB of memory of one container."""

    vcpus: float
    gib: float


class Class(NamedTuple):
    """Containers and database of an environment class."""

    worker: Size  # and scheduler, of which each is as large
    web_server: Size
    database: Size


CLASSES = {
    "mw1.micro": Class(Size(1, 3), Size(1, 3), Size(2, 4)),
    "mw1.small": Class(Size(1, 2), Size(1, 2), Size(2, 4)),
    "mw1.medium": Class(Size(2, 4), Size(1, 2), Size(2, 8)),
    "mw1.large": Class(Size(4, 8), Size(2, 4), Size(2, 8)),
    "mw1.xlarge": Class(Size(8, 24), Size(4, 12), Size(4, 32)),
    "mw1.2xlarge": Class(Size(16, 48), Size(8, 24), Size(8, 64)),
}
"""MWAA user guide, "Configuring the Amazon MWAA environment class"."""
MICRO = "mw1.micro"
DEFAULT_SERVERS = 2
"""The same: schedulers and web servers, where none are told; of micro it is one of each."""


async def environments(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The environments described: the list has their names alone."""
    params = {str(raw["Name"]): {"Name": raw["Name"]} for raw in page}
    answers = await one_by_one(
        client, scope, "mwaa", "GetEnvironment", params, seconds=_SECONDS, permission=_DETAILS
    )
    return [answer["Environment"] for answer in answers.values()]


def _containers(raw: Raw, size: Class) -> tuple[Component, ...]:
    """Containers that are always there, and the database."""
    micro = raw.get("EnvironmentClass") == MICRO
    # In micro one container is scheduler and worker.
    of_worker = 1 if micro else (raw.get("Schedulers") or DEFAULT_SERVERS) + _workers(raw)
    # API reference, Environment: more come, up to MaxWebservers, as calls of its REST API ask.
    of_web = 1 if micro else raw.get("MinWebservers") or DEFAULT_SERVERS
    return hidden(
        size.worker.vcpus * of_worker + size.web_server.vcpus * of_web + size.database.vcpus,
        size.worker.gib * of_worker + size.web_server.gib * of_web + size.database.gib,
    )


def _workers(raw: Raw) -> int:
    workers: int = raw.get("MinWorkers") or 1
    return workers


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One environment. A class added since is taken as small, which MWAA makes by default."""
    environment = parse(raw, scope, raw["Arn"], raw["Name"])
    size = CLASSES.get(raw.get("EnvironmentClass") or "", CLASSES["mw1.small"])
    monitor = {"Environment": environment.name}
    running = _containers(raw, size)
    more = (raw.get("MaxWorkers") or 1) - _workers(raw)
    if more > 0:
        monitor["ScaledEnvironment"] = environment.name
        running += per(hidden(*size.worker), "capacity_units", 0, more)
    return environment.described(
        running=running,
        state=raw.get("Status", ""),
        monitor=monitor,
        info={"host_type": raw.get("EnvironmentClass"), "engine": raw.get("AirflowVersion")},
        started=raw.get("CreatedAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="mwaa",
        operation="ListEnvironments",
        scope="region",
        items="Environments[]",
        kind_of=lambda raw: KIND,
        permissions=("airflow:ListEnvironments", _DETAILS),
        expand=environments,
    ),
    states=STATES,
    describe=describe,
    metrics=(
        # A series for each sort of container: scheduler, web server, base and additional worker.
        percent(
            "cpu_ratio",
            "AWS/MWAA",
            "CPUUtilization",
            {"Environment": "Environment"},
            spread="Cluster",
        ),
        # MWAA user guide, "Evaluating the number of additional worker and webserver containers":
        # each container gives one sample a minute.
        Metric(
            into="capacity_units",
            namespace="AWS/MWAA",
            name="MemoryUtilization",
            statistic="SampleCount",
            dimensions={"Environment": "ScaledEnvironment"},
            fixed={"Cluster": "AdditionalWorker"},
            scale=1 / 5,
            absent=0,
        ),
    ),
    permissions=("cloudwatch:ListMetrics",),
    lasting=True,
    reason=(
        "The vCPUs and memory of its schedulers, web servers, workers and database by class, and "
        "of each additional worker while it runs; the hosts are not published."
    ),
)
