"""Tables of facts: what is read from them, and that their checking command sees what is wrong."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.model import facts
from cloud_carbon_exporter.model.facts import (
    figure,
    grid_zones,
    microarchitecture,
    place,
    regions,
    zones,
)
from cloud_carbon_exporter.model.figure import parse_figure

ROOT = Path(__file__).parent.parent.parent
FACTS = ROOT / "src" / "cloud_carbon_exporter" / "facts"
PROVIDERS = ("aws", "gcp", "scaleway")


def grams(provider: str, region: str) -> tuple[float, float, float]:
    intensity = place(provider, region).intensities[0].grams_per_kilowatt_hour
    return intensity.value, intensity.lower, intensity.upper


def check(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / "facts", *arguments], capture_output=True, text=True, check=False
    )


def test_the_tables_are_sound() -> None:
    checked = check()
    assert checked.returncode == 0, checked.stdout
    assert f"{len(facts.tables())} tables" in checked.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "old", "new", "finding"),
    [
        (
            "disclosures",
            "pue.aws/us-east-1,1.15,",
            "pue.aws/us-east-1,1.95,",
            "not low <= value <= high",
        ),
        (
            "disclosures",
            "pue.aws/us-east-1,1.15,1.12,1.18,",
            "pue.aws/us-east-1,9,9,9,",
            "outside 1 to 3",
        ),
        (
            "disclosures",
            "pue.aws/us-east-1,1.15,",
            "pue.aws/us-east-1,many,",
            "not low <= value <= high",
        ),
        (
            "disclosures",
            "pue.aws/us-east-1,",
            "pue.aws/us-west-1,",
            "stands in disclosures.csv too",
        ),
        ("disclosures", "id,value,low,high,unit,", "id,value,low,high,units,", "columns are not"),
        ("grid_ember", ",published,", ",guessed,", "basis 'guessed'"),
        ("grid_ember", ",gCO2eq/kWh,", ",,", "has no unit"),
        (
            "machine_types",
            ",AWS EC2 instance types (DescribeInstanceTypes),2026",
            ",,2026",
            "has no source",
        ),
        ("machine_types", "aws,m5.large,2,8", "aws,q5.large,2,8", "q5.large: no family"),
        ("machine_types", "aws,m5.large,2,8", "aws,m5.large,two,8", "vcpus two is outside"),
        ("machine_types", ",L40S,", ",L400S,", "no accelerator 'L400S'"),
        ("families", ",Skylake,", ",Skylark,", "no microarchitecture 'Skylark'"),
        ("families", r"^(?:p|g|dl)\d", r"^(?:p|g|dl\d", "missing ), unterminated subpattern"),
        ("regions", ",FRA,FR,", ",FRA,XX,", "no figure of grid zone XX"),
        ("regions", ",FRA,FR,", ",FRA,FR:0.5,", "do not sum to 1"),
        ("regions", ",grid.ember.FRA", ",grid.ember.GAUL", "no figure grid.ember.GAUL"),
        (
            "regions",
            "europe-north1 europe-west4",
            "europe-north1 europe-west99",
            "no member europe-west99",
        ),
        ("regions", "aws,us-west-2,", "aws,us-west-1,", "a region stands twice"),
        ("regions", ",Paris,FRA,,,", ",Paris,FRA,,,,", "not as many cells"),
        (
            "storage_factors",
            "drive.ssd.embodied",
            "drive.ssx.embodied",
            "drive.ssd.embodied_grams_per_gigabyte is",
        ),
        ("storage_classes", "aws/gp3,ssd", "aws/gp3,tape", "aws/gp3: no figure drive.tape"),
        ("storage_classes", ",aws_block", ",aws_blocks", "no figure copies.aws_blocks"),
        ("local_drives", "hdd/2tb,hdd", "hdd/2tb,tape", "hdd/2tb: no figure drive.tape.watts"),
        ("local_drives", ",ssd_2019,", ",ssd_1919,", "ssd/2019: no figure drive.ssd_1919."),
        ("local_drives", "Haswell;", "Haswill;", "ssd/2019: no microarchitecture 'Haswill'"),
        ("local_drives", "hdd/2tb,hdd,,2,", "hdd/2tb,hdd,,two,", "terabytes two is outside"),
        (
            "storage_factors",
            "drive.hdd.drives_per",
            "drive.hdx.drives_per",
            "drive.hdd.drives_per_terabyte is",
        ),
        (
            "storage_classes",
            "aws/gp3,",
            "aws/gp2,",
            "aws/gp2 stands twice",
        ),
        (
            "accelerators",
            "gpu.T4.idle_watts,9,8,31",
            "gpu.T4.idle_watts,88,8,99",
            "idles above its maximum",
        ),
        ("accelerator_nodes", "\nT4,pcie,", "\nT4,riser,", "T4: no figures of node 'riser'"),
        ("accelerator_nodes", "\nT4G,", "\nT4,", "T4G stands 0 times"),
        ("nodes", "node.tpu.full_ratio", "node.tpv.full_ratio", "node.tpu.full_ratio is missing"),
    ],
)
def test_the_check_sees_a_spoiled_row(
    tmp_path: Path, table: str, old: str, new: str, finding: str
) -> None:
    shutil.copytree(FACTS, tmp_path / "facts")
    file = tmp_path / "facts" / f"{table}.csv"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace(old, new), encoding="utf-8")
    assert old in before
    checked = check("--folder", str(tmp_path / "facts"))
    assert checked.returncode == 1
    assert finding in checked.stdout


def test_the_check_misses_a_table(tmp_path: Path) -> None:
    shutil.copytree(FACTS, tmp_path / "facts")
    (tmp_path / "facts" / "regions.csv").unlink()
    assert "regions.csv is missing" in check("--folder", str(tmp_path / "facts")).stdout


@pytest.mark.slow
def test_the_check_prints_what_is_old() -> None:
    assert "OLD   2021 accelerators.csv: gpu.TPU v3.max_watts" in check("--years", "4").stdout
    assert "gpu.TPU v3.max_watts" not in check("--years", "10").stdout


def test_no_figure_has_changed_unseen(tmp_path: Path) -> None:
    """Every figure, frozen. Meant to change? `scripts/facts --freeze`, and look at the diff."""
    copy = tmp_path / "facts.txt"
    assert check("--freeze", "--frozen", str(copy)).returncode == 0
    assert copy.read_text(encoding="utf-8") == (ROOT / "tests/golden/facts.txt").read_text(
        encoding="utf-8"
    )


def test_a_figure_is_its_row() -> None:
    pue = figure("pue.aws/us-east-1")
    assert (pue.value, pue.unit, pue.basis, pue.year) == (1.15, "ratio", "published", 2025)
    assert pue.low <= pue.value <= pue.high
    assert "AWS" in pue.source


def test_an_unknown_figure_is_an_error() -> None:
    with pytest.raises(KeyError):
        figure("pue.nowhere")


def test_a_number_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="could not convert"):
        parse_figure({**facts.rows("network")[0], "value": "much"})


def test_an_unknown_table_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        facts.rows("nothing")


def test_rival_figures_make_the_interval() -> None:
    """us-west-2: Electricity Maps lists PACW (204), Google says 79, Bonneville's zone is 129."""
    value, lower, upper = grams("aws", "us-west-2")
    assert value == 204
    assert lower < 79.23
    assert upper > 217
    assert place("aws", "us-west-2").intensities[0].facts[0] == "grid.electricitymaps.US-NW-PACW"


def test_location_comes_first_then_direct_then_market() -> None:
    virginia = place("aws", "us-east-1")
    assert [(intensity.method, intensity.year) for intensity in virginia.intensities] == [
        ("location", 2025),
        ("direct", 2025),
        ("market", 2025),
    ]
    assert virginia.intensities[2].grams_per_kilowatt_hour.value == 0
    assert virginia.carbon_free_ratio == 1
    methods = [intensity.method for intensity in place("scaleway", "nl-ams-1").intensities]
    assert methods == ["location", "direct"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_region_has_its_figures(provider: str) -> None:
    assert len(regions(provider)) >= 4
    for region in (*regions(provider), *zones(provider), "global"):
        known = place(provider, region)
        value, lower, upper = grams(provider, region)
        assert 0 < lower < value < upper < 1500
        assert 1 <= known.pue_ratio.lower <= known.pue_ratio.value <= 1.6
        assert known.pue_ratio.basis == "measured"
        assert known.intensities[0].grams_per_kilowatt_hour.basis == "measured"
        assert known.intensities[0].source


@pytest.mark.slow
def test_every_region_the_sdk_of_aws_knows_is_there() -> None:
    session = botocore.session.get_session()
    partitions = ("aws", "aws-cn", "aws-us-gov")
    known = {region for name in partitions for region in session.get_available_regions("ec2", name)}
    assert known
    assert known <= set(regions("aws"))


def test_pue_and_water_only_where_published() -> None:
    assert place("aws", "eu-central-1").pue_ratio.value == 1.24
    water = place("aws", "ap-southeast-3").wue_liters_per_kilowatt_hour
    assert water is not None
    assert water.value == 2.85
    assert (
        place("aws", "me-south-1").wue_liters_per_kilowatt_hour is None
    )  # 0.18 there is the mean of the fleet
    assert place("gcp", "us-east1").wue_liters_per_kilowatt_hour is None
    own, fleet = place("aws", "eu-north-1").pue_ratio, place("aws", "us-gov-east-1").pue_ratio
    assert fleet.upper - fleet.lower > own.upper - own.lower


def test_zones_of_scaleway_and_their_region() -> None:
    assert {"fr-par-1", "fr-par-2", "fr-par-3", "nl-ams-1", "pl-waw-3", "it-mil-1"} <= set(
        zones("scaleway")
    )
    parts = [place("scaleway", f"fr-par-{number}").pue_ratio for number in (1, 2, 3)]
    whole = place("scaleway", "fr-par")
    assert [part.value for part in parts] == [1.45, 1.16, 1.44]
    assert whole.pue_ratio.value == pytest.approx(sum(part.value for part in parts) / 3)
    assert whole.pue_ratio.lower == min(part.lower for part in parts)
    assert whole.pue_ratio.upper == max(part.upper for part in parts)
    assert whole.wue_liters_per_kilowatt_hour is not None
    assert (
        place("scaleway", "nl-ams").wue_liters_per_kilowatt_hour is None
    )  # published for one zone of three


@pytest.mark.parametrize(
    ("region", "members"),
    [
        ("nam4", ("us-central1", "us-east1")),
        ("EUR4", ("europe-north1", "europe-west4")),
        ("us-east1+us-west1", ("us-east1", "us-west1")),
        ("US-EAST1+US-WEST1", ("us-east1", "us-west1")),
    ],
)
def test_a_multi_region_is_the_mean_of_its_members(region: str, members: tuple[str, ...]) -> None:
    mean = place("gcp", region)
    values = [grams("gcp", member) for member in members]
    assert grams("gcp", region) == pytest.approx(
        (
            sum(value for value, _, _ in values) / 2,
            min(low for _, low, _ in values),
            max(high for _, _, high in values),
        )
    )
    assert mean.region == region
    assert [intensity.method for intensity in mean.intensities] == ["location", "direct", "market"]
    assert set(place("gcp", members[1]).intensities[0].facts) < set(mean.intensities[0].facts)
    ratios = [place("gcp", member).carbon_free_ratio or 0 for member in members]
    assert mean.carbon_free_ratio == pytest.approx(sum(ratios) / 2)


@pytest.mark.parametrize(
    "region",
    ["eu", "us", "asia", "asia1", "eur5", "eur7", "eur8", "nam3", "nam-eur-asia1", "global"],
)
def test_multi_regions_of_gcp_are_known(region: str) -> None:
    intensity = place("gcp", region).intensities[0].grams_per_kilowatt_hour
    assert intensity.basis == "measured"
    assert intensity.value != figure("grid.ember.WORLD").value


def test_market_of_a_mean_only_where_all_members_have_it() -> None:
    methods = [each.method for each in place("gcp", "europe-north1+me-central1").intensities]
    assert methods == ["location", "direct"]


def test_an_availability_zone_is_its_region() -> None:
    assert grams("aws", "us-east-1a") == grams("aws", "us-east-1")
    assert grams("gcp", "europe-west1-b") == grams("gcp", "europe-west1")
    assert place("aws", "us-east-1a").pue_ratio == place("aws", "us-east-1").pue_ratio


def test_an_unknown_region_is_the_world_and_says_so() -> None:
    somewhere = place("aws", "xx-new-1")
    world = somewhere.intensities[0].grams_per_kilowatt_hour
    assert (world.value, world.basis) == (472.94, "assumed")
    assert (world.lower, world.upper) == (15, 950)
    assert somewhere.pue_ratio.basis == "assumed"
    assert somewhere.pue_ratio.value == figure("pue.aws").value
    assert place("elsewhere", "xx").pue_ratio.value == figure("pue.default").value
    assert place("gcp", "us-east1+nowhere").pue_ratio.basis == "assumed"


def test_regions_name_the_grid_zones_they_hang_on() -> None:
    assert grid_zones("aws", "eu-west-3") == {"FR": 1}
    assert grid_zones("aws", "US-WEST-2") == {"US-NW-PACW": 1}
    assert grid_zones("aws", "nowhere") == {}
    assert grid_zones("gcp", "eur5") == {"BE": 0.5, "GB": 0.5}
    assert grid_zones("scaleway", "fr-par") == pytest.approx({"FR": 1})
    assert grid_zones("gcp", "global") == {}


@pytest.mark.slow
@given(st.sampled_from((*PROVIDERS, "", "x")), st.text(max_size=30))
def test_a_place_is_found_for_any_region(provider: str, region: str) -> None:
    known = place(provider, region)
    assert (known.provider, known.region) == (provider, region)
    assert known.intensities[0].method == "location"
    assert known.intensities[0].grams_per_kilowatt_hour.lower > 0
    assert known.pue_ratio.lower >= 1


@pytest.mark.parametrize(
    ("cpu", "expected"),
    [
        ("Intel(R) Xeon(R) Gold 6148 CPU @ 2.40GHz", "Skylake"),
        ("Intel Xeon E5-1650 v4", "Broadwell"),
        ("Intel Xeon E3 1220", "Sandy Bridge"),
        ("2x Intel Xeon E5 2620", "Sandy Bridge"),
        ("Intel Xeon E5 1410 v2", "Ivy Bridge"),
        ("Intel Xeon E 2236", "Coffee Lake"),
        ("Intel Cascade Lake", "Cascade Lake"),
        ("Intel Ice Lake", "Ice Lake"),
        ("Intel Emerald Rapids", "Emerald Rapids"),
        ("AMD Rome", "Rome (Zen 2)"),
        ("AMD Milan", "Milan (Zen 3)"),
        ("AMD EPYC 7543", "Milan (Zen 3)"),
        ("AMD EPYC 7282 16-Core Processor", "Rome (Zen 2)"),
        ("AMD EPYC™ 9334", "Genoa (Zen 4)"),
        ("Ampere Altra", "Ampere Altra (Neoverse N1)"),
        ("Google Axion", "Axion (Neoverse V2)"),
        ("Cascade Lake", "Cascade Lake"),
        ("Intel Xeon Platinum 8259CL", "Cascade Lake"),
        ("Xeon Platinum 8452Y", "Sapphire Rapids"),
        ("Apple M1", "Apple M1"),
        ("Apple M9", "Apple silicon"),
        ("Graviton3", "Graviton3"),
        ("Intel", None),
        ("Unknown CPU Platform", None),
        ("", None),
    ],
)
def test_a_processor_is_known_by_its_name(cpu: str, expected: str | None) -> None:
    assert microarchitecture(cpu) == expected


@given(st.text(max_size=40))
def test_any_processor_name_is_one_we_have_figures_for_or_none(cpu: str) -> None:
    names = {row["name"] for row in facts.rows("processors") if row["kind"] == "microarchitecture"}
    assert microarchitecture(cpu) in {*names, None}


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("families", ("provider", "family")),
        ("machine_types", ("provider", "type")),
        ("whole_servers", ("provider", "type")),
        ("accelerator_names", ("name", "accelerator")),
    ],
)
def test_no_two_rows_are_of_one_thing(table: str, key: tuple[str, str]) -> None:
    first, second = key
    counted = Counter((row[first], row[second]) for row in facts.rows(table))
    assert [name for name, count in counted.items() if count > 1] == []
