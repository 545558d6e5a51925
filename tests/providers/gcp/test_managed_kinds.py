"""Services whose machines nobody sees: Kafka, Airflow, Spark without clusters, and editions."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.fakes.gcp import GoogleCloud
from tests.fakes.gcp_estate import recorded
from tests.providers.gcp.conftest import Explore
from tests.providers.gcp.sweeps import Estate, changed, held, swept

from cloud_carbon_exporter.model.types import Resource
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.gcp.describing.hardware import quantity
from cloud_carbon_exporter.providers.gcp.services.dataflow_job import SPEC as DATAFLOW
from cloud_carbon_exporter.providers.gcp.services.dataproc_serverless import SPECS
from cloud_carbon_exporter.providers.spec import Scope

SCOPE = Scope("gcp", "shop-prod")
BATCH, SESSION = SPECS
ENVIRONMENT = "composer.googleapis.com/Environment"


def amount(resource: Resource, kind: str, per: str = "") -> float:
    parts = [part for part in resource.components if (part.kind, part.per) == (kind, per)]
    return sum(part.amount for part in parts)


@pytest.mark.slow
async def test_kafka_is_the_vcpus_and_memory_of_all_its_brokers(estate: Estate) -> None:
    events = estate["managedkafka/cluster", "events"]
    assert (held(events, "vcpu").amount, held(events, "memory").amount) == (6, 24)
    assert held(events, "block").per == "stored_gib"
    # Cloud Monitoring tells vCPU-seconds a second, which are divided by this.
    assert events.monitor == {"cluster_id": "events", "location": "europe-west1", "vcpus": "6"}
    sinks = estate["managedkafka/connect_cluster", "sinks"]
    assert (held(sinks, "vcpu").amount, held(sinks, "memory").amount) == (12, 20)


async def test_composer_3_is_all_of_an_environment(estate: Estate) -> None:
    etl = estate["composer/environment", "etl"]
    database, airflow = 2 * 4, 2 * 0.5 + 1 + 0.5 + 2 * 1
    assert amount(etl, "vcpu") == database + airflow
    assert amount(etl, "vcpu", "capacity_units") == 2, "of one worker"
    workers = [part for part in etl.components if part.per]
    assert {(part.least, part.most) for part in workers} == {(2, 6)}


async def test_what_stands_in_a_cluster_of_the_customers_is_not_counted_again(
    estate: Estate,
) -> None:
    reports = estate["composer/environment", "reports"]
    assert amount(reports, "vcpu") == 2, "its database alone"
    assert not reports.monitor, "its workers are pods"
    old = estate["composer/environment", "old"]
    assert amount(old, "vcpu") == 4 + 4, "its database and its web server"
    assert old.info["host_type"] == "composer-1"


@pytest.mark.parametrize("image", ["", "latest", "composer-4-airflow-3.1.0"])
def test_an_environment_of_no_known_version_is_taken_as_the_newest(image: str) -> None:
    environment = changed(ENVIRONMENT, config={"softwareConfig": {"imageVersion": image}})
    assert environment is not None
    assert environment.monitor
    assert amount(environment, "vcpu", "capacity_units") == 1


def named(name: str) -> dict[str, Any]:
    [asset] = [asset for asset in recorded() if asset["name"].endswith(f"/{name}")]
    return copy.deepcopy(asset)


def test_a_batch_that_runs_is_what_it_uses_now() -> None:
    batch = BATCH.read(named("batches/nightly-live"), SCOPE)
    assert isinstance(batch, Resource)
    # 28 DCUs: as many vCPUs with 4 GB each.
    assert (held(batch, "vcpu").amount, held(batch, "memory").amount) == (28, 112)
    assert (held(batch, "block").amount, held(batch, "gpu").amount) == (1200, 2)
    assert batch.started == 1795485665.5, "not when it was pending"


def test_a_batch_that_has_ended_was_what_it_used_on_average() -> None:
    ended = BATCH.read(named("batches/nightly-done"), SCOPE)
    assert isinstance(ended, Ended)
    assert ended.resource.started is not None
    seconds = ended.at - ended.resource.started
    assert seconds == 30 * 60
    assert held(ended.resource, "vcpu").amount * seconds == 36_000_000 / 1000
    assert held(ended.resource, "block").amount * seconds == 900_000


def test_a_batch_that_never_ran_is_nothing() -> None:
    assert BATCH.read(named("batches/typo"), SCOPE) is None


def test_a_session_that_tells_nothing_is_what_spark_begins_with() -> None:
    session = SESSION.read(named("sessions/notebook"), SCOPE)
    assert isinstance(session, Resource)
    assert held(session, "vcpu").amount == 12
    assert "not told" in held(session, "vcpu").assumed


@pytest.mark.parametrize(
    ("usage", "board", "number"),
    [
        ({"milliAccelerator": "1000", "acceleratorType": "l4"}, "L4", 1),
        ({"milliAccelerator": "8000", "acceleratorType": "a100-80"}, "A100 SXM4 80GB", 8),
        ({"milliAcceleratorA10040": "4000"}, "A100 SXM4 40GB", 4),
        ({"milliAccelerator": "1000", "acceleratorType": "h100"}, "default", 1),
    ],
)
def test_boards_are_read_in_the_older_words_and_the_newer(
    usage: dict[str, str], board: str, number: float
) -> None:
    asset = named("batches/nightly-live")
    asset["resource"]["data"]["runtimeInfo"]["currentUsage"] = {"milliDcu": "4000", **usage}
    batch = BATCH.read(asset, SCOPE)
    assert isinstance(batch, Resource)
    assert (held(batch, "gpu").part, held(batch, "gpu").amount) == (board, number)


@pytest.mark.slow
async def test_a_worker_pool_is_joined_by_its_own_label(estate: Estate) -> None:
    consumer = estate["run/worker_pool", "consumer"]
    assert consumer.monitor == {"worker_pool_name": "consumer", "location": "europe-west1"}
    vcpus, memory = held(consumer, "vcpu"), held(consumer, "memory")
    assert (vcpus.per, vcpus.least, vcpus.most) == ("capacity_units", 4, 4), "two of 2 vCPUs"
    assert (memory.per, memory.least, memory.most) == ("memory_gib", 2, 2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("2", 2), ("1500m", 1.5), ("512Mi", 2**29), ("1Gi", 2**30), ("1G", 1e9), ("0.5", 0.5)],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, amount: float) -> None:
    assert quantity(text) == amount


@pytest.mark.parametrize("text", ["", "lots", "1Pi2", "Mi"])
def test_what_is_no_quantity_is_none(text: str) -> None:
    with pytest.raises((KeyError, ValueError)):
        quantity(text)


@pytest.mark.parametrize("edition", ["DEVELOPER", "BASIC", "ENTERPRISE", "NEW"])
def test_an_edition_is_a_figure_of_its_own(edition: str) -> None:
    instance = changed("datafusion.googleapis.com/Instance", type=edition)
    assert instance is not None
    expected = "BASIC" if edition == "NEW" else edition
    assert held(instance, "fixed").part == f"gcp/datafusion/{expected}"


async def test_apigee_stands_where_its_runtime_does_and_began_when_it_says(estate: Estate) -> None:
    runtime = estate["apigee/instance", "eu"]
    assert (runtime.location.region, runtime.location.account_id) == ("europe-west1", "shop-prod")
    assert runtime.started == 1767603600


@pytest.mark.slow
async def test_regions_that_cannot_be_listed_fail_the_kinds_that_are_listed_by_them(
    explore: Explore, cloud: GoogleCloud
) -> None:
    """Composer, Dataproc, worker pools and reservations list no locations of their own."""
    cloud.break_("cloudasset", "disabled")
    cloud.break_("compute", "permission", method="compute.regions.list")
    failures = (await swept(explore())).failures
    assert failures.keys() == {
        "bigqueryreservation/reservation",
        "composer/environment",
        "dataproc/batch",
        "dataproc/session",
        "run/worker_pool",
    }
    assert "compute.regions.list" in str(failures["dataproc/batch"])


@pytest.mark.slow
async def test_a_streaming_job_is_streaming_engine_by_the_vcpus_of_its_workers(
    estate: Estate,
) -> None:
    clicks = estate["dataflow/job", "clicks"]
    assert held(clicks, "fixed").per == "capacity_units"
    assert clicks.monitor == {
        "job_id": "2026-11-20_03_14_15-926535897932384626",
        "region": "europe-west1",
    }
    assert ("dataflow/job", "wordcount") not in estate, "a batch is its workers alone"


def test_a_streaming_job_that_has_ended_ran_until_its_state_says() -> None:
    ended = DATAFLOW.read(named("2026-11-20_03_14_15-926535897932384627"), SCOPE)
    assert isinstance(ended, Ended)
    assert ended.resource.started is not None
    assert ended.at - ended.resource.started == 3600
