"""Labels as a hostile cloud sends them: all arrive, none becomes ours, the format holds."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.exposition import estate
from tests.exposition.reading import labels_in, parse, samples, text_of

from cloud_carbon_exporter.exposition import Format, Settings, render
from cloud_carbon_exporter.exposition.labels import tag_label, tag_pairs
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Location

ANYTHING = st.text(st.characters(), max_size=20)  # surrogates, NUL and control characters included
HOSTILE = [
    '"',
    "\\",
    "\n",
    '\\"',
    "\\n",
    "}",
    '"} 1\n# EOF\n',
    "a\x00b",
    "\ud800",
    "é\r\u2028",
    '{x="y"}',
    " ",
    "#",
    "\x85",
]


def told(value: str) -> str:
    """What a reader must get back: the same text, with what no text can hold replaced."""
    return "".join(map(_told, value))


def _told(character: str) -> str:
    no_text = character == "\0" or "\ud800" <= character <= "\udfff"
    return "\ufffd" if no_text else character


def hurt(identity: str, name: str, tag: str) -> Row:
    resource = replace(
        estate.MACHINE.resource,
        id=identity,
        name=name,
        tags={"team": tag, "kind": "x", "location": "y"},
    )
    return replace(estate.MACHINE, resource=resource)


def labels_of_power(text: str, format_: Format) -> list[dict[str, str]]:
    return labels_in(samples(parse(text, format_)), "cloud_carbon_power_watts")


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(75))
@given(
    st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), min_size=1, max_size=4),
    st.sampled_from(["text", "openmetrics"]),
)
def test_any_label_comes_back_as_it_was(
    values: list[tuple[str, str, str]], format_: Format
) -> None:
    rows = []
    for index, (identity, name, tag) in enumerate(values):
        rows.append(hurt(f"{index}{identity}", name, tag))
    text = text_of(render(Snapshot(1.0, tuple(rows)), estate.SETTINGS), format_)
    by_index = {labels["cloud_resource_id"][0]: labels for labels in labels_of_power(text, format_)}
    assert len(by_index) == len(values)
    for index, (identity, name, tag) in enumerate(values):
        labels = by_index[str(index)]
        assert labels["cloud_resource_id"] == told(f"{index}{identity}")
        assert labels.get("cloud_resource_name", "") == told(name)
        assert labels.get("tag_team", "") == told(tag)
        assert labels["kind"] == "ec2/instance"


@pytest.mark.server
def test_promtool_takes_hostile_labels() -> None:
    rows = tuple(hurt(f"{index}{text}", text, text) for index, text in enumerate(HOSTILE))
    text = text_of(render(Snapshot(1.0, rows), estate.SETTINGS), "text")
    promtool = which("promtool")
    assert promtool, "promtool is needed: apt-get install prometheus"
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text.encode(), capture_output=True, check=False
    )
    assert (done.stdout + done.stderr).decode() == ""
    assert done.returncode == 0


@pytest.mark.slow
@given(st.dictionaries(ANYTHING, ANYTHING, max_size=6), st.lists(ANYTHING, max_size=6))
def test_tags_never_take_a_name_of_ours_and_no_name_stands_twice(
    tags: dict[str, str], allowed: list[str]
) -> None:
    names = [name for name, _ in tag_pairs(tags, allowed)]
    assert all(name.startswith("tag_") for name in names)
    assert len(names) == len(set(names))
    assert set(names) <= set(map(tag_label, allowed))


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("team", "tag_team"),
        ("Cost-Center", "tag_Cost_Center"),
        ("aws:x/y.é", "tag_aws_x_y__"),
        ("", "tag_"),
    ],
)
def test_tag_names_are_made_valid(key: str, label: str) -> None:
    assert tag_label(key) == label


def test_the_first_key_wins_where_two_meet_in_one_name() -> None:
    tags = {"a-b": "dash", "a.b": "dot"}
    assert tag_pairs(tags, ("a.b", "a-b")) == [("tag_a_b", "dot")]
    assert tag_pairs(tags, ("a-b", "a.b")) == [("tag_a_b", "dash")]
    assert tag_pairs({"a.b": "dot"}, ("a-b", "a.b")) == [("tag_a_b", "dot")]


def test_a_tag_not_on_the_list_is_not_exported() -> None:
    text = text_of(render(estate.SNAPSHOT, Settings()), "text")
    assert "tag_" not in text
    assert "never a label of ours" not in text


def test_a_tag_of_ten_megabytes_is_cut_short() -> None:
    rows = (hurt("id", "name", "x" * 10_000_000),)
    labels = labels_of_power(text_of(render(Snapshot(1.0, rows), estate.SETTINGS), "text"), "text")
    (only,) = labels
    assert len(only["tag_team"]) == 1024


def test_info_of_a_provider_never_overrides_our_labels() -> None:
    info = {"kind": "stolen", "basis": "stolen", "bad name": "x", "project": "p"}
    row = replace(estate.MACHINE, resource=replace(estate.MACHINE.resource, info=info))
    scrape = samples(parse(text_of(render(Snapshot(1.0, (row,)), estate.SETTINGS), "text"), "text"))
    (told_of,) = labels_in(scrape, "cloud_carbon_resource_info")
    assert (told_of["kind"], told_of["basis"], told_of["project"]) == (
        "ec2/instance",
        "measured",
        "p",
    )
    assert "bad name" not in told_of


def test_upstream_defect_10_a_label_called_location_does_not_move_a_resource() -> None:
    tags = {"location": "us-east-1", "kind": "none"}
    where = Location("gcp", "p", "europe-west9", "europe-west9-a")
    resource = replace(estate.MACHINE.resource, tags=tags, location=where)
    tagged = Settings(tags=("location", "kind"), upstream_names=True)
    text = text_of(
        render(Snapshot(1.0, (replace(estate.MACHINE, resource=resource),)), tagged), "text"
    )
    (labels,) = labels_of_power(text, "text")
    assert (labels["cloud_region"], labels["kind"]) == ("europe-west9", "ec2/instance")
    assert (labels["tag_location"], labels["tag_kind"]) == ("us-east-1", "none")
    (watts,) = labels_in(samples(parse(text, "text")), "estimated_watts")
    assert (watts["location"], watts["tag_location"]) == ("europe-west9", "us-east-1")
