"""Law of label values: a name that a cloud or the operator gave, or one word of a closed set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

import pytest
from tests.exposition import estate
from tests.exposition.reading import Series, read
from tests.providers import demo_support
from tests.providers.test_ownership import aws_estate, gcp_estate, scaleway_estate

from cloud_carbon_exporter.exposition import FAMILIES, render
from cloud_carbon_exporter.exposition.label_names import INFO_LABELS, TOLD_LABELS
from cloud_carbon_exporter.exposition.labels import word
from cloud_carbon_exporter.grid.sources import SOURCES
from cloud_carbon_exporter.model import facts, weaknesses
from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.facts import place
from cloud_carbon_exporter.model.power import draw
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.source_names import OTHER, SEVERAL, source_name, texts
from cloud_carbon_exporter.model.types import ComponentKind, Resource
from cloud_carbon_exporter.providers.aws.client import inventory, sustainability
from cloud_carbon_exporter.providers.gcp.client import footprint as of_google
from cloud_carbon_exporter.providers.scaleway.client import footprint as of_scaleway

WORD = re.compile(r"[a-z0-9_./:-]{1,64}")
UNTAGGED = replace(estate.SETTINGS, tags=())
KINDS: tuple[ComponentKind, ...] = get_args(ComponentKind)


def rows_of(resources: Iterable[Resource]) -> tuple[Row, ...]:
    """Resources as they are shown while nothing is measured of them."""
    rows = []
    for resource in resources:
        at = place(resource.location.provider, resource.location.region)
        rows.append(Row(resource, estimate(resource, {}, at, at.intensities[0]), {}, None))
    return tuple(rows)


def no_words(scrape: Iterable[Series]) -> set[tuple[str, str, str]]:
    """Family, label and value of what is neither."""
    found = set()
    for name, labels in scrape:
        for label, value in labels:
            given = label in TOLD_LABELS
            # what else a provider tells of a resource: as the cloud spells it, but without spaces
            told_besides = name == "cloud_carbon_resource_info" and label not in INFO_LABELS
            if told_besides or label == "host_type":
                given = " " not in value
            if not given and not WORD.fullmatch(value):
                found.add((name, label, value))
    return found


def test_every_label_of_a_snapshot_with_one_of_each() -> None:
    scrape = read(render(estate.SNAPSHOT, UNTAGGED))
    assert no_words(scrape) == set()
    silent = {family.name for family in FAMILIES if "config_last_reload" in family.name}
    assert {family.name for family in FAMILIES} - {name for name, _ in scrape} == silent


def holds(resources: Iterable[Resource]) -> None:
    rows = rows_of(resources)
    assert len(rows) > 30
    assert no_words(read(render(Snapshot(1.0, rows), UNTAGGED))) == set()
    for row in rows:
        footprint = row.footprint
        assert bool(footprint.weakness) == bool(footprint.reason), row.resource.id
        assert footprint.weakness in ("", *weaknesses.WEAKNESSES)
        only_unread = footprint.basis == "default"
        assert footprint.weakness.startswith("no_") == only_unread, footprint.reason


@pytest.mark.slow
async def test_every_label_of_the_recorded_estates() -> None:
    holds(await aws_estate())
    holds(gcp_estate())
    holds(scaleway_estate())


def test_every_label_of_what_the_demo_describes() -> None:
    holds(demo_support.described(demo_support.client()))


@pytest.mark.parametrize("kind", KINDS)
def test_hardware_that_nobody_knows_says_which_it_is(kind: ComponentKind) -> None:
    said = weaknesses.of_words(draw(kind, "a thing of tomorrow").assumed, kind)
    assert said.startswith("unknown_")
    assert weaknesses.of_words("AWS does not say what it holds", kind).startswith("assumed_")


def test_the_gravest_of_several_reasons_is_told() -> None:
    words = "AWS does not tell; unknown machine no cpu_ratio; x; unknown region y"
    assert weaknesses.of_words(words) == "unknown_machine_type"
    assert weaknesses.of_words("no stored_gib:Glacier; no machine is told") == "assumed_figure"
    assert weaknesses.of_words("no stored_gib:Glacier") == "no_stored_gib"
    assert weaknesses.gravest(("no_cpu_ratio", "", "unknown_region")) == "unknown_region"
    assert weaknesses.of_words("") == weaknesses.gravest(()) == ""


def test_every_reason_of_the_tables_of_machines_is_of_the_machine() -> None:
    said = {row["assumed"] for table in ("families", "machine_rules") for row in facts.rows(table)}
    ids = {words: weaknesses.of_words(words, "vcpu") for words in said if words}
    assert {"unknown_machine_type", "unknown_processor"} < set(ids.values())
    guessed = {words for words in ids if words.startswith("unknown")}
    assert {ids[words] for words in guessed} == {"unknown_machine_type"}


def test_every_source_has_a_short_name_and_one_text() -> None:
    assert all(WORD.fullmatch(name) for name in texts())
    assert len(set(texts().values())) == len(texts())
    for row in facts.rows("regions"):
        for intensity in place(row["provider"], row["region"]).intensities:
            assert source_name(intensity.source) in texts().keys() - {OTHER}, intensity.source
            assert source_name(intensity.source) != OTHER, intensity.source
    told = (sustainability.SOURCE, of_google.SOURCE, of_scaleway.SOURCE)
    google, scaleway = ("asset_inventory", "product_lists"), ("search",)
    inventories = (inventory.EXPLORER, inventory.TAGGING, *google, *scaleway, "demo")
    for source in (*SOURCES, *told, *inventories):
        assert source_name(source) != OTHER, source


def test_a_source_of_two_is_several_and_one_without_a_name_is_other() -> None:
    assert source_name("entsoe + gb") == SEVERAL
    assert source_name("somebody's own words") == OTHER
    assert texts()[OTHER] and texts()[SEVERAL]


def test_words_become_one_word() -> None:
    assert word("Xeon Platinum 8175M / 8259CL") == "xeon-platinum-8175m-8259cl"
    assert word("2 vCPU, 4 GiB") == "2-vcpu-4-gib"
    assert len(word("x y" * 100)) == 64
