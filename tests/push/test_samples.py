"""What is pushed is what a scrape reads: held against prometheus_client's parser."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from cloud_carbon_exporter.exposition import Renderer
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.push.samples import samples
from tests.exposition import estate


def judged(snapshot: Snapshot) -> None:
    rendered = Renderer(estate.SETTINGS)(snapshot)
    ours = [(s.family.name, dict(s.labels), s.value) for s in samples(rendered.text.plain())]
    text = b"".join(rendered.text.plain()).decode()
    theirs = []
    for family in text_string_to_metric_families(text):
        theirs += [(sample.name, sample.labels, sample.value) for sample in family.samples]
    assert ours == theirs
    assert len(ours) == rendered.series > 0


def test_every_sample_of_the_text_is_read() -> None:
    judged(estate.SNAPSHOT)


def test_hostile_names_are_read_as_they_are_meant() -> None:
    taken = estate.SNAPSHOT
    names = [
        'a"b',
        "back\\slash",
        "two\nlines",
        "brace} 1",
        "tab\t",
        "\\n",
        "\u2028 line",
        "é\x85x",
        ' "',
        "a,b=c",
    ]
    row = taken.rows[0]
    rows = tuple(
        replace(row, resource=replace(row.resource, id=f"{index}{name}", name=name))
        for index, name in enumerate(names)
    )
    judged(replace(taken, rows=rows))
