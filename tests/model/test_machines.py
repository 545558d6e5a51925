"""Hardware from a machine's name: golden machines, every name of AWS, and unknown names."""

from __future__ import annotations

import gzip
import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import moto
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model.facts import rows
from cloud_carbon_exporter.model.machines import Machine, components, machine
from cloud_carbon_exporter.model.types import Component

PROVIDERS = ("aws", "gcp", "scaleway")


@cache
def instance_types() -> dict[str, dict[str, Any]]:
    """DescribeInstanceTypes as moto has recorded it: a witness nobody here wrote."""
    path = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    types: dict[str, dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return types


def size(hardware: Machine) -> tuple[float, float, float, str]:
    return hardware.threads, hardware.vcpus, hardware.memory_gib, hardware.microarchitecture


@pytest.mark.parametrize(
    ("provider", "name", "threads", "vcpus", "memory_gib", "microarchitecture", "share"),
    [
        ("aws", "m5.large", 2, 2, 8, "Skylake", 1),
        ("aws", "m7g.4xlarge", 16, 16, 64, "Graviton3", 1),
        (
            "aws",
            "c7a.48xlarge",
            384,
            192,
            384,
            "Genoa (Zen 4)",
            1,
        ),  # a vCPU is a whole core of two threads
        ("aws", "p4d.24xlarge", 96, 96, 1152, "Cascade Lake", 1),
        (
            "aws",
            "hpc7a.12xlarge",
            384,
            24,
            768,
            "Genoa (Zen 4)",
            1,
        ),  # the whole host, with most cores off
        ("aws", "t3.micro", 2, 2, 1, "Skylake", 0.1),
        ("aws", "t2.large", 2, 2, 8, "Haswell", 0.3),
        ("aws", "m7i-flex.large", 2, 2, 8, "Sapphire Rapids", 0.4),
        ("gcp", "n2-standard-4", 4, 4, 16, "Cascade Lake", 1),
        ("gcp", "t2a-standard-8", 8, 8, 32, "Ampere Altra (Neoverse N1)", 1),
        ("gcp", "t2d-standard-4", 8, 4, 16, "Milan (Zen 3)", 1),
        ("gcp", "e2-micro", 2, 2, 1, "Skylake", 0.125),
        ("gcp", "a2-highgpu-1g", 12, 12, 85, "Cascade Lake", 1),
        ("scaleway", "PRO2-M", 16, 16, 64, "Milan (Zen 3)", 0.5),
        ("scaleway", "H100-1-80G", 24, 24, 240, "Genoa (Zen 4)", 1),
    ],
)
def test_golden_machines(
    provider: str,
    name: str,
    threads: int,
    vcpus: int,
    memory_gib: int,
    microarchitecture: str,
    share: float,
) -> None:
    hardware = machine(provider, name)
    assert size(hardware) == (threads, vcpus, memory_gib, microarchitecture)
    assert hardware.share == share
    assert hardware.assumed == ""
    assert (hardware.provider, hardware.name) == (provider, name)


@pytest.mark.parametrize(
    ("provider", "name", "gpu", "gpus", "ssd_gib"),
    [
        ("aws", "p4d.24xlarge", "A100 SXM4 40GB", 8, 8000e9 / 2**30),
        ("aws", "p4de.24xlarge", "A100 SXM4 80GB", 8, 8000e9 / 2**30),
        ("aws", "g6f.large", "L4", 0.125, 100e9 / 2**30),
        ("aws", "p2.xlarge", "K80 die", 1, 0),
        ("aws", "trn1.32xlarge", "Trainium1", 16, 7600e9 / 2**30),
        ("gcp", "a2-highgpu-1g", "A100 SXM4 40GB", 1, 0),
        ("gcp", "a3-highgpu-8g", "H100 SXM5 80GB", 8, 6000),
        ("gcp", "g2-standard-96", "L4", 8, 0),
        ("scaleway", "H100-1-80G", "H100 PCIe 80GB", 1, 3000e9 / 2**30),
        ("scaleway", "L40S-2-48G", "L40S", 2, 3200e9 / 2**30),
        ("scaleway", "H100-SXM-8-80G", "H100 SXM5 80GB", 8, 12800e9 / 2**30),
    ],
)
def test_accelerators_and_local_disks(
    provider: str, name: str, gpu: str, gpus: float, ssd_gib: float
) -> None:
    hardware = machine(provider, name)
    assert (hardware.gpu, hardware.gpus) == (gpu, gpus)
    assert hardware.ssd_gib == pytest.approx(ssd_gib, abs=0.001)


def test_every_instance_type_of_aws_is_known_as_the_api_says_it_is() -> None:
    assert len(instance_types()) > 1000
    for name, said in instance_types().items():
        hardware = machine("aws", name)
        assert hardware.vcpus == said["VCpuInfo"]["DefaultVCpus"], name
        assert hardware.memory_gib == pytest.approx(
            said["MemoryInfo"]["SizeInMiB"] / 1024, abs=0.001
        ), name
        assert hardware.architecture in " ".join(said["ProcessorInfo"]["SupportedArchitectures"]), (
            name
        )
        disks = said.get("InstanceStorageInfo", {}).get("Disks", ())
        gigabytes = sum(disk["SizeInGB"] * disk["Count"] for disk in disks)
        assert hardware.ssd_gib + hardware.hdd_gib == pytest.approx(
            gigabytes * 1e9 / 2**30, abs=0.01
        ), name
        accelerated = {
            "GpuInfo",
            "NeuronInfo",
            "FpgaInfo",
            "InferenceAcceleratorInfo",
            "MediaAcceleratorInfo",
        }
        assert bool(hardware.gpus) == bool(accelerated & set(said)) or name == "trn2u.48xlarge", (
            name
        )  # left out by AWS
        assert not hardware.assumed or "taken as" in hardware.assumed, name


def test_what_is_burstable_at_aws_has_a_share_and_nothing_else_but_flex() -> None:
    for name, said in instance_types().items():
        shared = said["BurstablePerformanceSupported"] or "-flex." in name
        assert (machine("aws", name).share < 1) == shared or name.startswith(("t1.", "t8i.")), name


def test_sizes_follow_from_names_as_the_table_has_them() -> None:
    """The rule for NxLarge, which stands in for a new size, against every type of the table.

    Sizes with a row of their own among the families stand on another host than the rest.
    """
    apart = {row["family"] for row in rows("families") if row["provider"] == "aws"}
    for row in rows("machine_types"):
        family, _, word = row["type"].partition(".")
        if row["provider"] == "aws" and word.endswith("xlarge") and word != "xlarge":
            by_rule = machine("aws", f"db.{family}.{int(word.removesuffix('xlarge')) * 1000}xlarge")
            assert by_rule.vcpus == int(word.removesuffix("xlarge")) * 4000
            of_table = machine("aws", row["type"]).microarchitecture
            assert by_rule.microarchitecture == of_table or row["type"] in apart


@pytest.mark.parametrize(
    ("provider", "name", "same"),
    [
        ("aws", "db.m5.large", "m5.large"),
        ("aws", "cache.t3.micro", "t3.micro"),
        ("aws", "ml.p4d.24xlarge", "p4d.24xlarge"),
        ("aws", "r6g.large.search", "r6g.large"),
        ("aws", "M5.LARGE", "m5.large"),
        ("aws", "db.r5.large.tpc1.mem2x", "r5.xlarge"),
        ("aws", "dms.c7i.large", "c7i.large"),
        ("aws", "express.m7g.large", "m7g.large"),
        ("gcp", "db-n1-standard-2", "n1-standard-2"),
        ("gcp", "db-f1-micro", "f1-micro"),
        ("scaleway", "DB-DEV-S", "DEV1-S"),
        ("scaleway", "DB-PRO2-XXS", "PRO2-XXS"),
        ("scaleway", "db-gp-xs", "GP1-XS"),
        ("scaleway", "MGDB-PLAY2-NANO", "PLAY2-NANO"),
        ("scaleway", "POP2-2C-8G-WIN", "POP2-2C-8G"),
        ("scaleway", "H100-SXM-4", "H100-SXM-4-80G"),
    ],
)
def test_classes_of_managed_services_are_machines(provider: str, name: str, same: str) -> None:
    hardware, expected = machine(provider, name), machine(provider, same)
    assert size(hardware) == size(expected)
    assert (hardware.share, hardware.gpu, hardware.gpus) == (
        expected.share,
        expected.gpu,
        expected.gpus,
    )
    assert hardware.name == name
    assert hardware.assumed == ""


@pytest.mark.parametrize(
    ("provider", "name", "vcpus", "memory_gib", "share"),
    [
        ("aws", "m5.7xlarge", 28, 112, 1),
        ("aws", "m7i.metal-24xl", 96, 384, 1),
        ("aws", "m5.metal", 96, 384, 1),
        ("aws", "c5a.metal", 96, 192, 1),  # no such type: the whole host
        ("gcp", "custom-4-8192", 4, 8, 1),
        ("gcp", "n2-custom-4-8192-ext", 4, 8, 1),
        ("gcp", "e2-custom-small-2048", 2, 2, 0.25),
        ("gcp", "db-custom-4-15360", 4, 15, 1),
        ("gcp", "db-perf-optimized-N-8", 8, 64, 1),
        ("gcp", "n1-highmem-8", 8, 52, 1),
        ("gcp", "n1-highcpu-16", 16, 14.4, 1),
        ("gcp", "c4-standard-8-lssd", 8, 30, 1),
        ("gcp", "e2-standard-2", 2, 8, 1),
        ("scaleway", "POP2-HC-4C-8G", 4, 8, 1),
        ("scaleway", "POP2-HM-2C-16G", 2, 16, 1),
        ("scaleway", "STANDARD3-X2C-8G", 2, 8, 1),
        ("scaleway", "COPARM1-8C-32G", 8, 32, 0.5),
        ("scaleway", "BASIC2-A4C-16G", 4, 16, 0.5),
    ],
)
def test_names_say_sizes(
    provider: str, name: str, vcpus: int, memory_gib: float, share: float
) -> None:
    hardware = machine(provider, name)
    assert (hardware.vcpus, hardware.share) == (vcpus, share)
    assert hardware.memory_gib == pytest.approx(memory_gib)
    assert hardware.assumed == ""


def test_local_disks_follow_the_rule_of_the_name() -> None:
    assert machine("gcp", "z3-highmem-60").ssd_gib == pytest.approx(60 * 204.5)
    assert machine("aws", "i3en.7xlarge").ssd_gib > 0


@pytest.mark.parametrize(
    ("provider", "name", "microarchitecture", "reason"),
    [
        ("aws", "m99.large", "Cascade Lake", "unknown machine m99.large"),
        ("aws", "m99g.large", "Graviton4", "unknown machine m99g.large"),
        ("aws", "m99a.large", "Turin (Zen 5/5c)", "unknown machine m99a.large"),
        ("aws", "m5.enormous", "Skylake", "unknown size of m5"),
        ("aws", "", "Cascade Lake", "unknown machine"),
        ("aws", "m9g.large", "Graviton4", "no power figure of Graviton5"),
        ("aws", "ra3.4xlarge", "Skylake", "processor of ra3 not published"),
        ("aws", "or1.large.search", "Graviton3", "processor of or1 not read"),
        ("gcp", "n99-standard-4", "Emerald Rapids", "unknown machine n99-standard-4"),
        ("gcp", "n2-strange-4", "Cascade Lake", "unknown size of n2"),
        ("gcp", "nonsense", "Emerald Rapids", "unknown machine nonsense"),
        ("scaleway", "PRO2-XXXXL", "Milan (Zen 3)", "unknown size of pro2"),
        ("scaleway", "NEWARM-4C-8G", "Ampere Altra (Neoverse N1)", "unknown machine NEWARM-4C-8G"),
        ("scaleway", "NETWORK4-X8C-16G", "Turin (Zen 5/5c)", "unknown family"),
        ("scaleway", "PRO9-XL", "Milan (Zen 3)", "unknown machine PRO9-XL"),
        ("scaleway", "XS", "Milan (Zen 3)", "unknown size of managed"),
        ("elsewhere", "b2-7", "Cascade Lake", "unknown machine b2-7"),
    ],
)
def test_what_is_not_known_is_guessed_and_says_so(
    provider: str, name: str, microarchitecture: str, reason: str
) -> None:
    hardware = machine(provider, name)
    assert hardware.microarchitecture == microarchitecture
    assert reason in hardware.assumed
    assert hardware.vcpus > 0
    assert all(component.assumed == hardware.assumed for component in components(hardware))


def test_an_unknown_size_word_still_counts() -> None:
    assert machine("aws", "m99.large").vcpus == 2
    assert machine("aws", "m99.24xlarge").vcpus == 96
    assert machine("gcp", "n99-standard-48").vcpus == 48


def test_an_unknown_server_of_accelerators_is_not_taken_for_a_plain_one() -> None:
    hardware = machine("aws", "p9.48xlarge")
    assert hardware.gpu == "default"
    assert hardware.gpus == pytest.approx(8, abs=0.001)
    assert "accelerat" in hardware.assumed
    assert machine("aws", "trn9.48xlarge").gpu == "Trainium2"


@pytest.mark.parametrize(
    ("provider", "name", "gpu", "gpus", "doubted"),
    [
        ("gcp", "a5-gpu-8g", "default", 8, True),
        ("gcp", "a9-highgpu-2g-metal", "default", 2, True),
        ("gcp", "a2-megagpu-3g", "A100 SXM4 40GB", 3, False),
        ("gcp", "a4x-maxgpu-4g", "GB200", 4, False),
        ("gcp", "tpu9x-standard-4t", "TPU v7x", 4, True),
        ("gcp", "ct5p-lowtpu-1t", "TPU v5p", 1, False),
        ("scaleway", "B300-SXM-4-288G", "B300", 4, False),
        ("scaleway", "H200-SXM-8-141G", "default", 8, True),
        ("scaleway", "H300-1-100G", "default", 1, True),
        ("gcp", "n2-strangegpu-3g", "", 0, True),
    ],
)
def test_a_name_that_counts_accelerators_sizes_a_machine_no_table_has(
    provider: str, name: str, gpu: str, gpus: float, doubted: bool
) -> None:
    hardware = machine(provider, name)
    assert hardware.gpu == gpu
    assert hardware.gpus == pytest.approx(gpus, rel=0.001)
    assert bool(hardware.assumed) == doubted
    assert hardware.vcpus > 0


def test_scaleways_ranges_without_accelerators_are_not_guessed_to_have_some() -> None:
    names = (
        "PRO3-M",
        "POP9-8C-32G",
        "BASIC7-X2C-4G",
        "COPARM2-2C-8G",
        "X64-120GB",
        "ARM64-2GB",
        "C2L",
        "VC1S",
        "ENT2-L",
    )
    assert [machine("scaleway", name).gpus for name in names] == [0] * len(names)


def test_the_ultra_servers_of_trainium_hold_trainium() -> None:
    assert (
        machine("aws", "trn2u.48xlarge").gpu == machine("aws", "trn2.48xlarge").gpu == "Trainium2"
    )
    assert machine("aws", "trn2u.48xlarge").gpus == 16


def test_a_stated_architecture_steers_the_guess() -> None:
    assert machine("aws", "q77.large", architecture="arm64").microarchitecture == "Graviton4"
    assert machine("gcp", "q77-standard-4", architecture="ARM64").architecture == "arm64"
    assert (
        machine("elsewhere", "x", architecture="aarch64").microarchitecture
        == "Ampere Altra (Neoverse N1)"
    )
    assert machine("elsewhere", "x", architecture="riscv64").architecture == "x86_64"


def test_what_the_api_says_wins() -> None:
    hardware = machine(
        "aws",
        "m5.large",
        vcpus=4,
        memory_gib=9,
        architecture="x86_64",
        gpu="T4",
        gpus=2,
        ssd_gib=10,
        hdd_gib=20,
    )
    assert size(hardware) == (4, 4, 9, "Skylake")
    assert (hardware.gpu, hardware.gpus, hardware.ssd_gib, hardware.hdd_gib) == ("T4", 2, 10, 20)
    assert machine("aws", "m5.large", gpu="T4").gpus == 1
    assert machine("aws", "m5d.large", ssd_gib=0).ssd_gib == 0


def test_sizes_the_api_says_take_the_doubt_off_the_size_but_not_off_the_hardware() -> None:
    told = machine("aws", "m99.large", vcpus=2, memory_gib=8)
    assert "unknown family" in told.assumed
    assert "m99.large" not in told.assumed
    assert machine("aws", "m5.enormous", vcpus=8, memory_gib=32).assumed == ""
    assert "unknown size" in machine("aws", "m5.enormous", vcpus=8).assumed
    assert machine("aws", "m5.enormous", vcpus=8).memory_gib == 32


def test_a_processor_the_api_names_takes_the_doubt_off_the_hardware() -> None:
    server = machine("scaleway", "EM-B999X", cpu="AMD EPYC 7543", vcpus=64, memory_gib=256)
    assert size(server) == (64, 64, 256, "Milan (Zen 3)")
    assert server.assumed == ""
    assert "unknown machine" in machine("scaleway", "EM-B999X", cpu="AMD EPYC 7543").assumed


def test_the_platform_of_a_running_instance_settles_the_pool() -> None:
    pooled = machine("gcp", "n2-standard-4")
    assert pooled.pool == ("Cascade Lake", "Ice Lake")
    settled = machine("gcp", "n2-standard-4", cpu="Intel Ice Lake")
    assert (settled.microarchitecture, settled.pool, settled.cpu) == (
        "Ice Lake",
        (),
        "Intel Ice Lake",
    )
    stopped = machine("gcp", "n2-standard-4", cpu="Unknown CPU Platform")
    assert (stopped.microarchitecture, stopped.pool) == (pooled.microarchitecture, pooled.pool)


def test_an_instance_told_to_use_fewer_threads_still_holds_its_type() -> None:
    assert machine("aws", "m5.large", vcpus=1, threads_per_core=1).threads == 2
    assert machine("aws", "m5.large", vcpus=1, threads_per_core=1).vcpus == 1
    assert machine("aws", "c7a.large", vcpus=2, threads_per_core=1).threads == 4
    assert machine("aws", "m7g.large", vcpus=2, threads_per_core=1).threads == 2


def test_threads_a_core_tell_what_a_vcpu_of_an_unknown_family_is() -> None:
    assert machine("aws", "q77.large", vcpus=2, threads_per_core=2).threads == 2
    assert machine("aws", "q77.large", vcpus=2, threads_per_core=1).threads == 4
    assert machine("aws", "q77g.large", vcpus=2, threads_per_core=1).threads == 2


@pytest.mark.parametrize(
    ("provider", "name", "said", "meant"),
    [
        ("aws", "p4d.24xlarge", "A100", "A100 SXM4 40GB"),
        ("aws", "p4de.24xlarge", "A100", "A100 SXM4 80GB"),
        ("aws", "p5.48xlarge", "H100", "H100 SXM5 80GB"),
        ("gcp", "n1-standard-4", "nvidia-tesla-t4", "T4"),
        ("gcp", "a3-ultragpu-8g", "nvidia-h200-141gb", "H200 SXM5 141GB"),
        ("gcp", "unknown", "ct5lp", "TPU v5e"),
        ("scaleway", "H100-1-80G", "NVIDIA H100", "H100 PCIe 80GB"),
        ("aws", "z1.large", "MI300X", "MI300X"),
        ("aws", "z1.large", "Never Heard 9000", "Never Heard 9000"),
    ],
)
def test_an_accelerator_is_known_by_the_name_an_api_gives_it(
    provider: str, name: str, said: str, meant: str
) -> None:
    assert machine(provider, name, gpu=said).gpu == meant


def test_components_are_what_the_machine_holds() -> None:
    assert components(machine("aws", "m5.large")) == (
        Component("vcpu", machine("aws", "m5.large").host, 2, "cpu_ratio"),
        Component("memory", "dram/192", 8, "cpu_ratio"),
    )
    held = {component.kind: component for component in components(machine("aws", "p4d.24xlarge"))}
    assert held["gpu"] == Component("gpu", "A100 SXM4 40GB", 8, "gpu_ratio")
    assert held["ssd"].amount == pytest.approx(7450.58, abs=0.01)
    assert {component.kind for component in components(machine("aws", "d3.xlarge"))} == {
        "vcpu",
        "memory",
        "hdd",
    }
    assert components(machine("aws", "t3.micro"))[0].share == 0.1
    assert components(machine("aws", "m5.large", gpus=2))[2].part == "default"


@pytest.mark.slow
@given(
    st.sampled_from((*PROVIDERS, "", "elsewhere")),
    st.one_of(
        st.text(max_size=25),
        st.from_regex(r"[a-z]{1,3}\d{0,2}[a-z]{0,2}[.-][a-z0-9-]{1,12}", fullmatch=True),
    ),
    st.one_of(st.none(), st.floats(0.1, 1000)),
    st.one_of(st.none(), st.sampled_from(("arm64", "x86_64", "i386", ""))),
)
def test_any_name_is_a_machine(
    provider: str, name: str, vcpus: float | None, architecture: str | None
) -> None:
    hardware = machine(provider, name, vcpus=vcpus, architecture=architecture)
    for amount in (hardware.threads, hardware.vcpus, hardware.memory_gib):
        assert 0 < amount < math.inf
    assert 0 < hardware.share <= 1
    assert min(hardware.gpus, hardware.ssd_gib, hardware.hdd_gib) >= 0
    assert hardware.microarchitecture in {row["name"] for row in rows("processors")}
    assert hardware.architecture in ("arm64", "x86_64")
    assert hardware.name == name


@pytest.mark.slow
@given(
    st.integers(1, 200),
    st.sampled_from(("n2-custom-{}-8192", "custom-{}-8192", "n2d-standard-{}", "t2d-standard-{}")),
)
def test_twice_the_vcpus_are_twice_the_threads(vcpus: int, name: str) -> None:
    once, twice = machine("gcp", name.format(vcpus)), machine("gcp", name.format(2 * vcpus))
    assert twice.threads == 2 * once.threads
    assert twice.microarchitecture == once.microarchitecture


def test_a_bare_metal_offer_nobody_described_is_a_whole_server_not_a_vm() -> None:
    hardware = machine("scaleway", "EM-Z999-HDD")
    assert (hardware.threads, hardware.memory_gib) == (16, 64)
    assert "EM-Z999-HDD" in hardware.assumed
    told = machine("scaleway", "EM-Z999-HDD", cpu="AMD EPYC 7543", vcpus=64, memory_gib=256)
    assert (told.threads, told.memory_gib, told.assumed) == (64, 256, "")
