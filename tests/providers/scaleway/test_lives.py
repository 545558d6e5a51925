"""Starts and ends as Scaleway tells them, held to the dates of the SDK's dataclasses.

The SDK is generated from Scaleway's API definition: a date it has that we do not read has a reason.
"""

from __future__ import annotations

import time
import typing
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.fakes.scaleway import ORGANIZATION, FakeScaleway, routes
from tests.fakes.scaleway_schema import response_type
from tests.providers.scaleway.support import connected, listing_of, path_of, recorded, swept

from cloud_carbon_exporter.collect.sweep import Swept
from cloud_carbon_exporter.providers.description import Ended
from cloud_carbon_exporter.providers.scaleway import PROVIDER
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.scaleway.services.jobs import MOST_ENDED
from cloud_carbon_exporter.providers.spec import Scope, ServiceSpec

PARIS = Scope("scaleway", ORGANIZATION, "fr-par", "fr-par-1")
SPECS = {spec.kind: spec for spec in PROVIDER.services}
RUNS = "serverless-jobs/v1alpha2/regions/{region}/job-runs"

OLDER_API = {"instance/server", "instance/volume", "instance/snapshot"}
ORDERED = ("baremetal/server", "dedibox/server")
"""Created when they are ordered, delivered hours or days later: nothing tells the day."""

STARTS = dict.fromkeys(SPECS, "created_at")
STARTS |= dict.fromkeys(OLDER_API, "creation_date")
STARTS |= {"jobs/run": "started_at", "dedibox/rpn_san": "delivered_at"}
for kind_ordered in ORDERED:
    del STARTS[kind_ordered]

ENDS = {"jobs/run": "terminated_at", "dedibox/rpn_san": "terminated_at"}
"""All else goes with its deletion, of which no list tells."""

NOT_READ = {
    "updated_at": "moves with every change",
    "modification_date": "moves with every change",
    "created_at": "of an order, or of a run that waits in a queue",
    "last_detached_at": "a volume holds its bytes, attached or not",
    "ready_at": "when a version was deployed; monitoring counts the copies that run",
    "deletable_at": "until when a Mac must be kept",
    "commitment_ends_at": "of a contract",
    "expires_at": "when it is to be deleted, which its absence shows",
    "expired_at": "of a contract",
    "download_url_expires_at": "of a link",
}


def dates_of(spec: ServiceSpec) -> set[str]:
    """Dates in the dataclass of the objects that a kind's list call brings."""
    route = next(route for route in routes() if route.path == path_of(spec))
    [listed] = typing.get_args(typing.get_type_hints(response_type(route.response))[route.items])
    dates: set[str] = set()
    for name, hint in typing.get_type_hints(listed).items():
        if datetime in typing.get_args(hint):
            dates.add(name)
    return dates


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(SPECS.keys() - {"object/bucket"}))
def test_every_date_of_the_sdk_is_read_or_has_a_reason(kind: str) -> None:
    dates = dates_of(SPECS[kind])
    told = {STARTS.get(kind), ENDS.get(kind)} - {None}
    assert told <= dates
    assert dates - told <= NOT_READ.keys()


@pytest.mark.parametrize("kind", STARTS)
def test_a_start_is_read(kind: str) -> None:
    spec = SPECS[kind]
    raw = {**recorded(spec), STARTS[kind]: "2026-11-30T07:18:03.250Z"}
    described = spec.describe(raw, PARIS)
    assert described is not None
    assert described.started == datetime(2026, 11, 30, 7, 18, 3, 250_000, UTC).timestamp()
    for word in (None, "", "yesterday", 7, ["2026"]):
        undated = spec.describe({**raw, STARTS[kind]: word}, PARIS)
        assert undated is not None
        assert undated.started is None
        assert replace(undated, started=described.started) == described


@pytest.mark.parametrize("kind", ORDERED)
def test_an_order_is_no_start(kind: str) -> None:
    described = SPECS[kind].describe(recorded(SPECS[kind]), PARIS)
    assert described is not None
    assert described.started is None


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert moment("2026-11-30T07:18:03") == moment("2026-11-30T07:18:03Z")


@pytest.fixture
async def fake() -> AsyncIterator[FakeScaleway]:
    async with FakeScaleway() as fake:
        yield fake


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def run_of(number: int, state: str, started: float | None, ended: float | None) -> dict[str, Any]:
    """A run as ListJobRuns tells it, created a minute before its start."""
    spec = SPECS["jobs/run"]
    raw = {key: value for key, value in recorded(spec).items() if key != "definition"}
    return {
        **raw,
        "id": f"run-{number}",
        "state": state,
        "created_at": stamp((started or time.time()) - 60),
        "started_at": None if started is None else stamp(started),
        "terminated_at": None if ended is None else stamp(ended),
    }


async def swept_runs(fake: FakeScaleway, runs: list[dict[str, Any]]) -> Swept:
    fake.route(RUNS).places["fr-par"] = runs
    async with connected(fake) as client:
        result = await swept(client, listing_of("jobs/run"), Scope("scaleway", "o", "fr-par"))
    assert not result.skipped
    return result


async def test_a_run_that_nobody_saw_is_told_whole(fake: FakeScaleway) -> None:
    now = float(int(time.time()))
    runs = [
        run_of(1, "succeeded", now - 200, now - 80),
        run_of(2, "running", now - 500, None),
        run_of(3, "failed", None, now - 90),
        run_of(4, "queued", None, None),
        run_of(5, "interrupted", now - 900, now - 300),
    ]
    result = await swept_runs(fake, runs)
    running = [resource for resource in result.resources if resource.kind == "jobs/run"]
    assert [(run.id, run.started) for run in running] == [("run-2", now - 500)]
    ended = {ending.resource.id: ending for ending in result.endings}
    assert ended.keys() == {"run-1", "run-5"}
    first: Ended = ended["run-1"]
    assert (first.resource.started, first.at, first.left) == (now - 200, now - 80, None)
    assert first.resource.components == running[0].components != ()
    assert first.resource.name == "report"


async def test_what_ended_long_ago_is_not_asked_for_page_by_page(fake: FakeScaleway) -> None:
    now = time.time()
    runs = [run_of(0, "succeeded", now - 600, now - 500)]
    runs += (run_of(number, "succeeded", now - 1e6, now - 9e5) for number in range(1, 1500))
    result = await swept_runs(fake, runs)
    assert len(result.endings) == 1
    assert fake.calls[RUNS.format(region="fr-par")] == 2, "running, and one page of what ended"


async def test_of_a_job_that_runs_all_the_time_the_newest_are_told(fake: FakeScaleway) -> None:
    now = time.time()
    runs = [run_of(number, "succeeded", now - 100, now - 90) for number in range(MOST_ENDED + 300)]
    assert len((await swept_runs(fake, runs)).endings) == MOST_ENDED
