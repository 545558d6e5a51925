"""EC2 instances and volumes as hardware, from recorded answers, odd and hostile ones too."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import ReplayClient, amounts, described, recording

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.describing.names import arn
from cloud_carbon_exporter.providers.aws.services import ec2_instance, ec2_volume
from cloud_carbon_exporter.providers.spec import Scope

PARIS = Scope("aws", ACCOUNT, "eu-west-3")


async def test_ec2_instance() -> None:
    resources = await described("ec2/instance", "ec2_instance")
    web = resources["web-1"]
    assert web.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:instance/i-0aaa0000000000001"
    assert (web.location.region, web.location.zone) == ("eu-west-3", "eu-west-3a")
    assert amounts(web) == {"vcpu": 8, "memory": 32}
    assert web.monitor == {"InstanceId": "i-0aaa0000000000001"}
    assert web.tags == {"Name": "web-1", "team": "shop"}
    assert web.info["host_type"] == "m5.2xlarge"
    assert web.info["architecture"] == "x86_64"
    assert set(resources) == {"web-1", "i-0aaa0000000000002", "training", "i-0aaa0000000000004"}, (
        "terminated is gone"
    )


async def test_a_stopped_instance_is_there_and_draws_nothing() -> None:
    stopped = (await described("ec2/instance", "ec2_instance"))["i-0aaa0000000000002"]
    assert stopped.components == ()
    assert estimate(stopped, {}, place("aws", "eu-west-3"), None).power_watts.value == 0


async def test_defect_09_gpus_and_every_local_disk_of_an_instance_count() -> None:
    training = (await described("ec2/instance", "ec2_instance"))["training"]
    held = {component.kind: component for component in training.components}
    assert (held["gpu"].part, held["gpu"].amount, held["gpu"].load) == (
        "A100 SXM4 40GB",
        8,
        "gpu_ratio",
    )
    assert held["ssd"].amount == pytest.approx(8 * 1000 * 1e9 / 2**30)
    assert (training.info["tenancy"], training.info["lifecycle"]) == ("dedicated", "spot")


async def test_defect_04_a_type_nobody_knows_still_yields_a_number_and_says_why() -> None:
    unknown = (await described("ec2/instance", "ec2_instance"))["i-0aaa0000000000004"]
    assert amounts(unknown)["vcpu"] == 16, "CpuOptions say how many"
    assert amounts(unknown)["memory"] > 0
    assert all("m9q" in component.assumed for component in unknown.components)
    footprint = estimate(unknown, {"cpu_ratio": 0.5}, place("aws", "eu-west-3"), None)
    assert footprint.basis == "assumed"
    assert footprint.power_watts.value > 0


def test_a_new_type_reads_as_what_the_api_says_of_it() -> None:
    raw = {
        "InstanceId": "i-1",
        "InstanceType": "x99z.huge",
        "Architecture": "arm64",
        "State": {"Name": "running"},
        "CpuOptions": {"CoreCount": 2, "ThreadsPerCore": 1},
    }
    api = {
        "VCpuInfo": {"DefaultVCpus": 48, "DefaultCores": 48, "DefaultThreadsPerCore": 1},
        "MemoryInfo": {"SizeInMiB": 96 * 1024},
        "NeuronInfo": {"NeuronDevices": [{"Count": 2, "Name": "Inferentia2"}]},
        "InstanceStorageInfo": {"Disks": [{"SizeInGB": 500, "Count": 2, "Type": "hdd"}]},
    }
    scope = Scope("aws", ACCOUNT, "eu-west-3", catalogue={"x99z.huge": api})
    resource = ec2_instance.SPEC.resource(raw, scope)
    assert resource is not None
    held = {component.kind: component.amount for component in resource.components}
    assert held == {"vcpu": 48, "memory": 96, "gpu": 2, "hdd": pytest.approx(1000 * 1e9 / 2**30)}
    parts = {component.kind: component.part for component in resource.components}
    assert parts["hdd"] == "hdd/0.4tb", "the class next to two disks of 500 GB"


def test_one_thread_a_core_still_holds_both() -> None:
    def threads(options: dict[str, int]) -> float:
        raw = {
            "InstanceId": "i",
            "InstanceType": "m5.2xlarge",
            "State": {"Name": "running"},
            "CpuOptions": options,
        }
        resource = ec2_instance.SPEC.resource(raw, PARIS)
        assert resource is not None
        return resource.components[0].amount

    assert threads({"CoreCount": 4, "ThreadsPerCore": 2}) == 8
    assert threads({"CoreCount": 4, "ThreadsPerCore": 1}) == 8


def test_a_slice_of_an_accelerator_is_a_share_of_a_board() -> None:
    api = {"GpuInfo": {"Gpus": [{"Name": "L4", "Count": 1, "GpuPartitionSize": 0.125}]}}
    raw = {"InstanceId": "i", "InstanceType": "g6f.large", "State": {"Name": "running"}}
    _, held = ec2_instance.hardware(raw, api)
    assert [each.amount for each in held if each.kind == "gpu"] == [0.125]


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-3", "aws")],
)
def test_arns_bear_their_partition(region: str, partition: str) -> None:
    raw = {
        "InstanceId": "i-1",
        "InstanceType": "m5.large",
        "State": {"Name": "running"},
        "OwnerId": "210987654321",
    }
    resource = ec2_instance.SPEC.resource(raw, Scope("aws", ACCOUNT, region))
    assert resource is not None
    assert resource.id == f"arn:{partition}:ec2:{region}:210987654321:instance/i-1"


async def test_ec2_volume() -> None:
    resources = await described("ec2/volume", "ec2_volume")
    root = resources["root"]
    assert root.id == f"arn:aws:ec2:eu-west-3:{ACCOUNT}:volume/vol-0b1"
    assert root.components == (Component("block", "aws/gp3", 100.0),)
    assert root.info["attached_to"] == "i-0aaa0000000000001"
    assert (root.info["attached"], resources["vol-0b2"].info["attached"]) == ("true", "false")
    assert resources["vol-0b2"].components == (Component("block", "aws/st1", 4096.0),), (
        "attached or not, the drives are held"
    )
    assert set(resources) == {"root", "vol-0b2", "vol-0b3", "vol-0b4"}, (
        "one that is being deleted is gone"
    )


async def test_a_volume_class_nobody_knows_is_assumed() -> None:
    unknown = (await described("ec2/volume", "ec2_volume"))["vol-0b4"]
    footprint = estimate(unknown, {}, place("aws", "eu-west-3"), None)
    assert footprint.basis == "assumed"
    assert footprint.power_watts.value > 0


def test_a_volume_without_a_size_is_malformed() -> None:
    with pytest.raises(KeyError):
        ec2_volume.describe({"VolumeId": "vol-1", "VolumeType": "gp3"}, PARIS)


def test_an_arn_names_service_region_and_account() -> None:
    assert arn("rds", "us-east-1", "1", "db:x") == "arn:aws:rds:us-east-1:1:db:x"


async def test_types_are_asked_for_once_a_day_and_unknown_ones_do_not_fail_the_rest() -> None:
    client = ReplayClient(recording("ec2_instance"))
    page = [{"InstanceType": f"t{number}.nano"} for number in range(149)] + [
        {"InstanceType": "m5.2xlarge"}
    ]
    sizes: list[int] = []
    known = await ec2_instance.instance_types(client, PARIS, page)
    assert set(known) == {"m5.2xlarge"}
    for asked in client.asked:
        (wanted,) = asked.params["Filters"]
        assert wanted["Name"] == "instance-type", (
            "a filter forgives unknown names; InstanceTypes does not"
        )
        sizes.append(len(wanted["Values"]))
    assert sizes == [100, 50]
    assert set(await ec2_instance.instance_types(client, PARIS, page)) == {"m5.2xlarge"}
    assert len(client.asked) == 2, "kept, what nobody knows included"
