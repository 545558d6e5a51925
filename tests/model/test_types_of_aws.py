"""Machine types of AWS against what AWS says: botocore's lists of names, DescribeInstanceTypes."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import moto
import pytest

from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import rows
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Location, Resource
from cloud_carbon_exporter.providers.aws.services.ec2_instance import hardware

# Every list of names of machines that botocore has, but the words of Lightsail's containers, which
# are no types.
NAMES = (
    ("ec2", "InstanceType"),
    ("es", "ESPartitionInstanceType"),
    ("gamelift", "EC2InstanceType"),
    ("gamelift", "GameServerGroupInstanceType"),
    ("opensearch", "OpenSearchPartitionInstanceType"),
    ("opensearch", "OpenSearchWarmPartitionInstanceType"),
    ("sagemaker", "AIRecommendationInstanceType"),
    ("sagemaker", "AppInstanceType"),
    ("sagemaker", "ClusterInstanceType"),
    ("sagemaker", "InstanceType"),
    ("sagemaker", "OptimizationJobDeploymentInstanceType"),
    ("sagemaker", "ProcessingInstanceType"),
    ("sagemaker", "ProductionVariantInstanceType"),
    ("sagemaker", "ReservedCapacityInstanceType"),
    ("sagemaker", "TrainingInstanceType"),
    ("sagemaker", "TransformInstanceType"),
    ("timestream-influxdb", "DbInstanceType"),
)
# Why a type is not known for sure: each of them is told with every estimate of it.
DOUBTS = {
    r"[cmr]9gd?": "no power figure of Graviton5 known: taken as Graviton4",
    r"g7": "processor of g7 not published: taken as Granite Rapids",
    r"t8i": "baseline of t8i not published: taken as that of t3",
    r"or1": "processor of or1 not read, taken as Graviton3",
    r"ultrawarm1": "processor of ultrawarm1 not published, taken as i3",
    r"influx": "processor of influx not published",
}
# What SageMaker lists among its types and is none.
NO_TYPES = {"system", "ml.geospatial.interactive"}


@cache
def named() -> frozenset[str]:
    """Every machine type and class that an API of AWS names."""
    session = botocore.session.get_session()
    names: set[str] = set()
    for api, shape in NAMES:
        names |= set(session.get_service_model(api).shape_for(shape).enum)
    return frozenset(names - NO_TYPES)


@cache
def told() -> dict[str, dict[str, Any]]:
    """DescribeInstanceTypes as moto has recorded it, by type."""
    path = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    types: dict[str, dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return types


def family(name: str) -> str:
    """Family of an instance type, or of the one a class is named after."""
    bare = re.sub(r"^(?:ml|db)\.|\.(?:search|elasticsearch)$", "", name)
    return bare.rpartition(".")[0]


def held(known: Machine) -> tuple[object, ...]:
    """What a machine holds."""
    return known.threads, known.memory_gib, known.gpu, known.gpus, known.ssd_gib, known.hdd_gib


@pytest.mark.slow
def test_every_name_is_known_or_says_what_is_not() -> None:
    doubted: set[str] = set()
    for name in named():
        reason = machine("aws", name).assumed
        of_family = [why for pattern, why in DOUBTS.items() if re.fullmatch(pattern, family(name))]
        assert [reason] == (of_family or [""]), name
        doubted |= {pattern for pattern in DOUBTS if re.fullmatch(pattern, family(name))}
    assert len(named()) > 1_800
    assert doubted == set(DOUBTS)


@pytest.mark.slow
def test_a_new_list_of_machine_names_is_noticed() -> None:
    """A service of which botocore lists machine types is in NAMES, or is none of ours."""
    session = botocore.session.get_session()
    others = {
        ("lightsail", "ContainerServicePowerName"),
        ("sagemaker", "NotebookInstanceAcceleratorType"),  # ended: slices of accelerators
        ("sagemaker", "ProductionVariantAcceleratorType"),
    }
    found: set[tuple[str, str]] = set()
    for api in {api for api, _ in NAMES} | {"dms", "kafka", "mq", "elasticache", "redshift", "rds"}:
        model = session.get_service_model(api)
        for shape in model.shape_names:
            words = getattr(model.shape_for(shape), "enum", ())
            if sum(word.split(".")[-1].endswith("large") for word in words) > 1 or (
                sum(bool(re.fullmatch(r"\w+\.\w+\.\w*(?:large|medium)", word)) for word in words)
                > 1
            ):
                found.add((api, shape))
    assert found - others <= set(NAMES)


def test_two_sizes_of_a_family_are_alike_only_where_aws_says_so() -> None:
    """Of hpc7g every size holds the whole host: the guest is given fewer of its cores.

    A metal size is the largest one, without a hypervisor.
    """
    by_family: dict[str, set[str]] = defaultdict(set)
    for name in told():
        if "metal" not in name:
            by_family[family(name)].add(name)
    for names in by_family.values():
        ours = {(machine("aws", name).vcpus, *held(machine("aws", name))) for name in names}
        assert len(ours) == len({_size(told()[name]) for name in names}), names


def _size(said: dict[str, Any]) -> str:
    """What of an answer tells the size of a machine."""
    members = ("VCpuInfo", "MemoryInfo", "InstanceStorageInfo", "GpuInfo", "NeuronInfo")
    return json.dumps([said.get(member) for member in members])


def test_a_type_is_the_same_by_the_tables_as_by_the_answer_of_ec2() -> None:
    """So it is with and without ec2:DescribeInstanceTypes, which leaves out boards of trn2u."""
    for name, said in told().items():
        architecture = said["ProcessorInfo"]["SupportedArchitectures"][0]
        by_answer = hardware({"InstanceType": name, "Architecture": architecture}, said).machine
        by_table = machine("aws", name)
        assert held(by_answer) == pytest.approx(held(by_table), abs=0.01), name
        assert (by_answer.vcpus, by_answer.share) == (by_table.vcpus, by_table.share), name


def test_terabytes_in_a_name_are_those_of_the_machine() -> None:
    large = {name: re.match(r"u(?:-|7\w*-)(\d+)tb", name) for name in named()}
    sized = {name: float(match[1]) for name, match in large.items() if match}
    assert len(sized) > 15
    for name, terabytes in sized.items():
        assert machine("aws", name).memory_gib == terabytes * 1024, name


@pytest.mark.parametrize(
    ("name", "vcpus", "memory_gib", "ssd_gb"),
    [
        ("dms.r6i.large", 2, 16, 0),
        ("i3.metal", 72, 512, 15_200),
        ("oi2.large.search", 2, 16, 468),
        ("oi2.24xlarge.search", 96, 768, 22_500),
        ("or2.medium.search", 1, 8, 0),
        ("om2.16xlarge.search", 64, 256, 0),
        ("db.influxIOIncluded.24xlarge", 96, 768, 0),
        ("hi1.4xlarge", 16, 60.5, 2_048),
    ],
)
def test_sizes_no_answer_of_ec2_has(
    name: str, vcpus: int, memory_gib: float, ssd_gb: float
) -> None:
    known = machine("aws", name)
    assert (known.vcpus, known.memory_gib) == (vcpus, memory_gib)
    assert known.ssd_gib * 2**30 / 1e9 == pytest.approx(ssd_gb, rel=0.005)


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("db.r5.large.tpc1.mem2x", "r5.xlarge"),
        ("db.r5.12xlarge.tpc2.mem2x", "r5.24xlarge"),
        ("db.r6i.4xlarge.tpc2.mem8x", "r6i.32xlarge"),
        ("db.r5b.xlarge.tpc1", "r5b.xlarge"),
    ],
)
def test_more_memory_of_a_class_is_that_of_a_larger_machine(name: str, same: str) -> None:
    """RDS user guide: db.r5.large.tpc1.mem2x has 2 vCPUs and 32 GiB, as r5.xlarge of 2 cores."""
    assert held(machine("aws", name)) == pytest.approx(held(machine("aws", same)))


# Apple: power consumption of Mac mini and Mac Studio at the wall, idle and at most.
MACS = {
    "mac1.metal": (19.9, 122),
    "mac2.metal": (6.8, 39),
    "mac2-m1ultra.metal": (13, 215),
    "mac2-m2.metal": (7, 50),
    "mac2-m2pro.metal": (7, 100),
    "mac-m3ultra.metal": (9, 270),
    "mac-m4.metal": (4, 65),
    "mac-m4max.metal": (6, 145),
    "mac-m4pro.metal": (5, 140),
}


def test_every_mac_is_in_the_list() -> None:
    assert set(MACS) == {name for name in named() if name.startswith("mac")}


@pytest.mark.parametrize(("name", "idle", "full"), [(name, *watts) for name, watts in MACS.items()])
def test_a_mac_draws_what_apple_measured(name: str, idle: float, full: float) -> None:
    held_by = components(machine("aws", name))
    mac = Resource("mac", "ec2/instance", name, Location("aws", "", ""), held_by)
    for load, watts in ((0, idle), (1, full)):
        priced = estimate(mac, {"cpu_ratio": load}, NOWHERE, None)
        power = priced.power_watts
        assert power.lower <= watts <= power.upper
        assert power.value == pytest.approx(watts, abs=0.5)
        # Apple's report of the Mac Studio was not read: what it cost to make is a guess
        assert priced.reason in ("", f"assumed manufacture of {held_by[0].part}")


def test_every_mac_is_made_as_a_mac() -> None:
    macs = {row["microarchitecture"] for row in rows("families") if row["family"][:3] == "mac"}
    assert len(macs) == len(MACS)
    for name in MACS:
        memory = [part.part for part in components(machine("aws", name)) if part.kind == "memory"]
        assert memory == ["unified"]
