"""What is held and not used: reservations of machines, plans, warm pools."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import described, spec
from tests.providers.aws.parts import PARIS, footprint, parts, watts

from cloud_carbon_exporter.model.types import Resource


async def reservations() -> dict[str, Resource]:
    return await described("ec2/capacity_reservation", "ec2_capacity_reservation")


async def test_a_reservation_is_what_no_instance_uses_at_rest() -> None:
    held = await reservations()
    season = held["season"]
    assert season.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:capacity-reservation/cr-0a1b2c3d4e5f60001"
    assert parts(season) == {"vcpu": pytest.approx(4 * 8), "memory": pytest.approx(4 * 32)}
    assert {(part.load, part.per, part.share) for part in season.components} == {("", "", 1)}
    assert (season.info["reserved"], season.info["unused"]) == ("10", "4")
    assert season.info["lifecycle"] == "default"
    assert season.location.zone == "eu-west-3a"
    assert footprint(season).basis == "measured"
    assert footprint(season).embodied_grams_per_second.value > 0
    assert watts(held["full"]) == 0, "all of it is instances, which are listed"


async def test_a_capacity_block_holds_its_boards() -> None:
    block = (await reservations())["block"]
    assert block.info["lifecycle"] == "capacity-block"
    assert parts(block)["gpu H100 SXM5 80GB"] == 16
    # two nodes at rest, of 2.1 to 2.9 kW as MLPerf's power logs have them, at PUE 1.35 at most
    assert 1500 < watts(block) < 2 * 2900 * 1.35


async def test_only_its_owner_counts_a_reservation_and_only_while_it_holds_machines() -> None:
    assert set(await reservations()) == {"season", "block", "untold", "full"}


async def test_what_is_not_told_is_what_the_allocations_leave_and_says_so() -> None:
    untold = (await reservations())["untold"]
    assert parts(untold)["vcpu"] == pytest.approx(3 * 2)
    assert footprint(untold).basis == "assumed"
    assert "what is unused of the reservation is not told" in footprint(untold).reason


def test_of_a_burstable_type_its_own_share_is_held() -> None:
    raw = {
        "CapacityReservationId": "cr-1",
        "InstanceType": "t3.micro",
        "AvailableInstanceCount": 10,
        "State": "active",
    }
    burstable = spec("ec2/capacity_reservation").resource(raw, PARIS)
    assert burstable
    assert 0 < parts(burstable)["vcpu"] < 10 * 2


async def test_a_reservation_of_rds_is_unused_zone_by_zone() -> None:
    held = await described("rds/db_capacity_reservation", "rds_db_capacity_reservation")
    assert list(held) == ["month-end"]
    assert parts(held["month-end"])["vcpu"] == pytest.approx(3 * 8)
    assert held["month-end"].tags == {"team": "books"}


async def test_a_training_plan_is_what_no_job_or_cluster_uses() -> None:
    plans = await described("sagemaker/training_plan", "sagemaker_training_plan")
    assert list(plans) == ["big"], "one that is scheduled holds nothing yet"
    big = plans["big"]
    assert parts(big)["gpu H100 SXM5 80GB"] == pytest.approx(4 * 8)
    assert (big.info["reserved"], big.info["unused"]) == ("16", "4")
    assert big.location.zone == "eu-west-3a", "where the capacity stands that is active"


async def test_a_warm_pool_is_the_machines_a_job_has_left() -> None:
    pools = await described("sagemaker/warm_pool", "sagemaker_warm_pool")
    pool = pools["fit-9"]
    assert pool.id.endswith(":warm-pool/fit-9"), "the job itself has ended"
    assert parts(pool)["gpu A10G"] == 2 * 4
    assert parts(pool)["block aws/gp2"] == 200
    assert pool.started == 1767603600
    job = spec("sagemaker/training_job").resource(
        {
            "TrainingJobArn": "arn:aws:sagemaker:eu-west-3:1:training-job/fit-9",
            "TrainingJobName": "fit-9",
            "SecondaryStatus": "Training",
            "ResourceConfig": {
                "InstanceType": "ml.g5.12xlarge",
                "InstanceCount": 2,
                "VolumeSizeInGB": 100,
            },
        },
        PARIS,
    )
    assert job
    assert watts(pool) < watts(job), "at rest"
