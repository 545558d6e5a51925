"""From a Snapshot to what a scrape writes: text and OpenMetrics, rendered and compressed once per
refresh.

The sample lines of a family are the same in both formats and make up nearly all of the text, so
their blocks are shared; HELP and TYPE differ and are blocks of their own. The whole text never
exists at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from cloud_carbon_exporter.exposition import aggregate, others, resources, upstream
from cloud_carbon_exporter.exposition.families import ACCOUNT, FAMILIES
from cloud_carbon_exporter.exposition.family import Family
from cloud_carbon_exporter.exposition.labels import LabelCache, pairs
from cloud_carbon_exporter.exposition.render_cache import Kept, Rendered, rendered
from cloud_carbon_exporter.exposition.stream import Block, Stream, compress, join, pieces
from cloud_carbon_exporter.exposition.upstream_families import UPSTREAM
from cloud_carbon_exporter.model.types import Snapshot

Format = Literal["text", "openmetrics"]

_BY_NAME = {family.name: family for family in (*FAMILIES, *UPSTREAM)}
_BUILD_INFO = "cloud_carbon_exporter_build_info"
_SKIPPED = "cloud_carbon_exporter_skipped_objects_total"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is exported and how.

    tags: tag keys exported as `tag_*`, in order of precedence. labels: full, or slim (value series
    carry cloud_resource_id alone, the rest is on the info family). families: names to export, None
    for all; the exporter's own are always there. aggregate: of account, region and kind, what the
    sums stand by that go out instead of the resources; empty for resources, and sums by all three.
    model_version: what resource_info says of the model and its facts, if not the version.
    """

    tags: tuple[str, ...] = ()
    labels: Literal["full", "slim"] = "full"
    families: frozenset[str] | None = None
    aggregate: tuple[str, ...] = ()
    upstream_names: bool = False
    version: str = ""
    model_version: str = ""


@dataclass(frozen=True, slots=True)
class Exposition:
    """One refresh, ready to be written. series: how many samples. duplicates: label sets dropped,
    by provider, kind.
    """

    text: Stream
    openmetrics: Stream
    series: int
    duplicates: Mapping[tuple[str, str], int]

    def stream(self, format_: Format) -> Stream:
        """The Stream of one format."""
        return self.text if format_ == "text" else self.openmetrics


def metadata(family: Family, format_: Format) -> str:
    """The HELP and TYPE lines of a family, and UNIT where the format knows it."""
    if format_ == "text":
        return f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.type}\n"
    name = family.name.removesuffix("_total") if family.type == "counter" else family.name
    unit = f"# UNIT {name} {family.unit}\n" if family.unit else ""
    return f"# HELP {name} {family.help}\n# TYPE {name} {family.type}\n{unit}"


@dataclass(slots=True)
class _Bodies:
    """The two bodies as they grow."""

    text: list[Block] = field(default_factory=list)
    openmetrics: list[Block] = field(default_factory=list)
    series: int = 0

    def add_metadata(self, family: Family) -> None:
        self.text.append(compress(metadata(family, "text").encode()))
        self.openmetrics.append(compress(metadata(family, "openmetrics").encode()))

    def add_family(self, family: Family, parts: Iterable[Rendered]) -> None:
        """One family of many lines, in shared blocks. Without any line it is left out altogether."""
        found = [part for part in parts if part.series]
        if found:
            self.series += sum(part.series for part in found)
            shared = list(pieces(part.block for part in found))
            self.add_metadata(family)
            self.text += shared
            self.openmetrics += shared

    def add_small(self, families: Iterable[tuple[Family, list[str]]]) -> None:
        """Families of few lines, all in one block a format."""
        texts: dict[Format, list[str]] = {"text": [], "openmetrics": []}
        for family, lines in families:
            if lines:
                self.series += len(lines)
                for format_, parts in texts.items():
                    parts += [metadata(family, format_), *lines]
        self.text.append(compress("".join(texts["text"]).encode()))
        self.openmetrics.append(compress("".join(texts["openmetrics"]).encode()))


@dataclass(slots=True)
class Renderer:
    """Renders one Snapshot after another.

    Remembers label text, what need not be rendered again, and how many duplicates it has dropped so
    far.
    """

    settings: Settings
    _cache: LabelCache = field(init=False)
    _kept: Mapping[tuple[str, str], Rendered] = field(default_factory=dict)
    _dropped: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._cache = LabelCache(self.settings.tags)

    def __call__(self, snapshot: Snapshot) -> Exposition:
        """Render; no I/O, made to be called off the event loop."""
        bodies = _Bodies()
        if not self.settings.aggregate:
            self._add_resources(bodies, snapshot)
        bodies.add_small(self._small(snapshot))
        return Exposition(
            join(bodies.text), join(bodies.openmetrics), bodies.series, dict(self._dropped)
        )

    def _exported(self, name: str) -> bool:
        families = self.settings.families
        return families is None or name in families or name.startswith("cloud_carbon_exporter_")

    def _add_resources(self, bodies: _Bodies, snapshot: Snapshot) -> None:
        slim = self.settings.labels == "slim"
        rows, duplicates = resources.labelled(snapshot, self._cache, slim)
        self._dropped += duplicates
        full = (
            self._cache.texts([row.resource for _, row in rows])
            if slim
            else [labels for labels, _ in rows]
        )
        chunks = list(resources.chunks(rows, full))
        kept = Kept(self._kept)
        for name, column, lines in self._families():
            if self._exported(name):
                parts = (
                    kept.get(name, chunk, column, partial(lines, name, chunk)) for chunk in chunks
                )
                bodies.add_family(_BY_NAME[name], parts)
        if self._exported(name := "cloud_carbon_measurement_age_seconds"):  # never what it was
            ages = (
                rendered(resources.age_lines(name, snapshot.taken_at, chunk.rows))
                for chunk in chunks
            )
            bodies.add_family(_BY_NAME[name], ages)
        self._kept = kept.now
        if self.settings.upstream_names:
            found = upstream.lines((row for _, row in rows), self.settings.tags)
            for name, written in found.items():
                bodies.add_family(_BY_NAME[name], [rendered(written)])

    def _families(
        self,
    ) -> Iterator[tuple[str, resources.Column, Callable[[str, resources.Chunk], list[str]]]]:
        """The families of resources: name, what they are written from, and how."""
        version = self.settings.model_version or self.settings.version
        yield (
            "cloud_carbon_resource_info",
            resources.RESOURCE_AND_FOOTPRINT,
            partial(resources.info_lines, version),
        )
        for name, (column, value) in resources.GAUGES.items():
            yield name, column, partial(resources.gauge_lines, value)
        for name, value in resources.COUNTERS.items():
            yield name, resources.TOTALS, partial(resources.counter_lines, value)

    def _small(self, snapshot: Snapshot) -> Iterator[tuple[Family, list[str]]]:
        wanted = {name: of for name, of in others.OTHERS.items() if self._exported(name)}
        if self.settings.upstream_names:
            wanted |= upstream.OWN
        build = [
            ((self.settings.version, self.settings.model_version or self.settings.version), 1.0)
        ]
        yield _BY_NAME[_BUILD_INFO], self._lines(_BY_NAME[_BUILD_INFO], build)
        for name, value in (
            (f"cloud_carbon_{short}", value) for short, value in snapshot.gauges.items()
        ):
            if name in _BY_NAME and self._exported(name):
                yield _BY_NAME[name], self._lines(_BY_NAME[name], [((), value)])
        for name, samples in wanted.items():
            if name != _SKIPPED:
                yield (
                    _BY_NAME[name],
                    self._lines(_BY_NAME[name], self._summed(name, samples, snapshot)),
                )
        skipped = Counter(dict(snapshot.api.skipped))
        for (provider, kind), count in self._dropped.items():
            skipped[provider, kind, "duplicate"] += count
        yield _BY_NAME[_SKIPPED], self._lines(_BY_NAME[_SKIPPED], skipped.items())

    def _summed(
        self, name: str, samples: others.Samples, snapshot: Snapshot
    ) -> Iterable[others.Sample]:
        """The samples of a small family; of an account family by what the operator wants sums by."""
        by = self.settings.aggregate
        if (
            not by
            or not name.startswith("cloud_carbon_account_")
            or _BY_NAME[name].labels != ACCOUNT
        ):
            return samples(snapshot)
        if name.endswith("_watts"):
            return samples(aggregate.powers(snapshot, by))
        return aggregate.summed(samples(snapshot), by)

    def _lines(self, family: Family, samples: Iterable[others.Sample]) -> list[str]:
        """Lines of a small family; of equal label sets the first stays, the others are counted."""
        found: dict[str, str] = {}
        for values, number in samples:
            labels = pairs(zip(family.labels, values, strict=True))
            if not math.isfinite(number):
                continue
            if labels in found:
                by = dict(zip(family.labels, values, strict=True))
                self._dropped[by.get("cloud_provider", ""), by.get("kind", "")] += 1
                continue
            found[labels] = (
                f"{family.name}{{{labels}}} {number!r}\n"
                if labels
                else f"{family.name} {number!r}\n"
            )
        return list(found.values())


def render(snapshot: Snapshot, settings: Settings) -> Exposition:
    """Render one Snapshot by itself."""
    return Renderer(settings)(snapshot)
