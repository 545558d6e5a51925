"""Life of a described object: what runs, what has ended and when, what is left of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from cloud_carbon_exporter.model.types import Component, Location, Resource
from cloud_carbon_exporter.providers.description import (
    Description,
    Ended,
    life,
    resource,
    states,
    with_shared,
)

TABLE = states(running="running", stopped="stopped", gone="terminated")
CORES = Component("vcpu", "Skylake", 4, load="cpu_ratio")
DISK = Component("ssd", "", 100)
SEEN = Description(
    id="i-1",
    name="i-1",
    location=Location("aws", "1", "eu-west-3"),
    state="running",
    running=(CORES,),
    kept=(DISK,),
    started=1000,
)


def lived(**told: Any) -> Resource | Ended | None:
    return life("ec2/instance", TABLE, replace(SEEN, **told))


def test_what_runs_bears_its_start() -> None:
    running = resource("ec2/instance", TABLE, SEEN)
    assert running is not None
    assert (running.started, running.components) == (1000, (CORES, DISK))
    assert lived() == running


def test_what_is_gone_has_ended_where_its_cloud_says_when() -> None:
    running = resource("ec2/instance", TABLE, SEEN)
    assert running is not None
    assert lived(state="terminated") is None
    assert lived(state="terminated", ended=1600) == Ended(running, 1600)
    gone = replace(SEEN, state="terminated", ended=1600)
    assert resource("ec2/instance", TABLE, gone) is None


def test_what_stopped_ran_until_then_and_keeps_its_disks_since() -> None:
    stopped = lived(state="stopped", ended=1600)
    assert isinstance(stopped, Ended)
    assert (stopped.resource.components, stopped.resource.started) == ((CORES, DISK), 1000)
    assert stopped.left is not None
    assert (stopped.left.components, stopped.left.started) == ((DISK,), 1600)


def test_what_stopped_nobody_knows_when_has_no_start_as_it_is() -> None:
    left = resource("ec2/instance", TABLE, replace(SEEN, state="stopped"))
    assert left is not None
    assert (left.components, left.started) == ((DISK,), None)


@pytest.mark.parametrize(("ended", "told"), [(900, True), (1000, False), (1100, False)])
def test_what_runs_again_tells_of_the_run_before(ended: float, told: bool) -> None:
    again = lived(ended=ended)
    running = resource("ec2/instance", TABLE, SEEN)
    assert running is not None
    assert again == (Ended(replace(running, started=None), ended, running) if told else running)


def test_a_resource_with_shared_parts_keeps_every_other_field() -> None:
    whole = Resource(
        "i-1",
        "ec2/instance",
        "web",
        Location("aws", "1", "eu-west-3"),
        (CORES,),
        {"team": "shop"},
        {"InstanceId": "i-1"},
        {"host_type": "m5.large"},
        1000,
    )
    for field in fields(Resource):
        assert getattr(whole, field.name), f"{field.name} must be told here, so that it can be lost"
    assert (
        with_shared(
            whole,
            location=whole.location,
            components=whole.components,
            tags=whole.tags,
            info=whole.info,
        )
        == whole
    )
