"""Names of processors as clouds, kernels and tables of others spell them."""

from __future__ import annotations

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.cpu_models import canonical, cpu_model
from cloud_carbon_exporter.model.server import describe

IN_OUR_TABLES = sorted(
    {
        cpu
        for table in ("families", "whole_servers")
        for row in facts.rows(table)
        for cpu in row["cpu"].split(" / ")
        if cpu
    }
)


@over_all("cpu", IN_OUR_TABLES)
def test_every_processor_of_a_cloud_is_known(cpu: str) -> None:
    described = describe(cpu)
    assert described.microarchitecture != "default"
    assert described.assumed == "" or not cpu_model(cpu)


@over_all("name", [row["name"] for row in facts.rows("processors") if row["kind"] == "cpu model"])
def test_every_model_is_found_by_its_name(name: str) -> None:
    assert cpu_model(name)["name"] == name
    assert cpu_model(f"1st Gen {name} of a cloud")["name"] == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Intel(R) Xeon(R) Platinum 8488C", "Xeon 8488C"),
        ("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", "Xeon 8481C"),
        ("Intel(R) Xeon(R) Platinum 8581C CPU @ 2.10GHz", "Xeon 8581C"),
        ("Intel(R) Xeon(R) Platinum 8252C CPU @ 3.80GHz", "Xeon 8252C"),
        ("Intel Xeon Platinum 8252", "Xeon 8252C"),
        ("Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz", "Xeon 8375C"),
        ("Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz", "Xeon 8370C"),
        ("Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz", "Xeon 8259CL"),
        ("Intel Xeon Platinum 8259 (Cascade Lake)", "Xeon 8259CL"),
        ("Intel Cascade Lake P-8259CL", "Xeon 8259CL"),
        ("2nd Gen Intel Xeon Platinum 8275CL", "Xeon 8275CL"),
        ("8275CL", "Xeon 8275CL"),
        ("Intel Skylake P-8175", "Xeon 8175M"),
        ("Intel Xeon Scalable Platinum 8173M", "Xeon 8173M"),
        ("Intel Xeon Platinum 8180M", "Xeon 8180"),
        ("Intel Broadwell E5-2686 v4", "Xeon E5-2686 v4"),
        ("Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", "Xeon E5-2686 v4"),
        ("High Frequency Intel Xeon E7-8880 v3 (Haswell)", "Xeon E7-8880 v3"),
        ("Intel(R) Xeon(R) 6975P-C", "Xeon 6975P-C"),
        ("AMD EPYC 7R13 Processor", "EPYC 7R13"),
        ("2nd Gen AMD EPYC 7R32", "EPYC 7R32"),
        ("AMD EPYC 7R13 48-Core Processor", "EPYC 7R13"),
        ("AMD EPYC 9R14 96-Core Processor", "EPYC 9R14"),
        ("AMD EPYC 9R14", "EPYC 9R14"),
        ("AMD EPYC 7763v 64-Core Processor", "EPYC 7763"),
        ("AMD EPYC 7B12", "EPYC 7B12"),
        ("AWS Graviton4 Processor", "Graviton4"),
        ("Annapurna Labs Graviton3E", "Graviton3E"),
        ("Nvidia Grace CPU", "Grace"),
        ("NVIDIA Grace CPU Superchip", "Grace Superchip"),
        ("AmpereOne A192-32X", "AmpereOne A192-32X"),
        ("Ampere Altra Max M128-30", "Altra M128-30"),
        ("Ampere(R) Altra(R) Processor Q64-30", "Altra Q64-30"),
        ("Google Axion Processor", "Google Axion"),
        ("Microsoft Azure Cobalt 100", "Cobalt 100"),
        ("Apple M1 chip with 8-core CPU, 8-core GPU, and 16-core Neural Engine", "Apple M1"),
        ("Apple M2 Pro with 12-core CPU", "Apple M2 Pro"),
    ],
)
def test_a_name_as_others_write_it_finds_its_model(said: str, name: str) -> None:
    described = describe(said)
    assert described.processor == name
    assert described.tdp_watts == float(cpu_model(name)["tdp_watts"])
    assert described.assumed == ""


@pytest.mark.parametrize(
    ("said", "microarchitecture"),
    [
        ("AmpereOne", "AmpereOne"),
        ("Intel Xeon Scalable (Icelake)", "Ice Lake"),
        ("Intel Xeon Scalable (4th generation)", "Sapphire Rapids"),
        ("5th Gen Intel Xeon Scalable processor", "Emerald Rapids"),
        ("Intel Xeon 6 Granite Rapids-AP (AWS custom)", "Granite Rapids"),
        ("Intel Xeon 6", "Granite Rapids"),
        ("Intel Xeon 6780E", "Sierra Forest"),
        ("EPYC 3rd Gen", "Milan (Zen 3)"),
        ("4th Gen AMD EPYC", "Genoa (Zen 4)"),
        ("AMD EPYC 9V74 80-Core Processor", "Genoa (Zen 4)"),
        ("Neoverse-N2", "Cobalt (Neoverse N2)"),
        ("Arm Neoverse V2", "Axion (Neoverse V2)"),
    ],
)
def test_a_generation_is_known_by_its_name(said: str, microarchitecture: str) -> None:
    assert describe(said).microarchitecture == microarchitecture


@pytest.mark.parametrize(
    "said", ["Xeon E5-2670 v9", "EPYC 7499", "Xeon", "7742", "EPYC 8259CL", ""]
)
def test_a_model_nobody_knows_is_none_of_those_known(said: str) -> None:
    assert not cpu_model(said)


def test_a_count_of_cores_is_no_part_of_a_name() -> None:
    assert canonical("AMD EPYC 9654 96C @ 2.4GHz") == "EPYC 9654"
    assert canonical("Intel Xeon Platinum 8488C") == "Xeon 8488C"
