"""Rendering of a Snapshot as text and OpenMetrics, written and compressed once per refresh.

The sample lines of a family are the same in both formats and make up nearly all of the text, so
their blocks are shared; HELP and TYPE differ and are blocks of their own. The whole text never
exists at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from cloud_carbon_exporter.exposition.aggregation import samples_of
from cloud_carbon_exporter.exposition.chunks import (
    Chunk,
    chunks,
    unchanged,
    unique_rows,
)
from cloud_carbon_exporter.exposition.families import OF_ESTATE, OF_EXPORTER, UPSTREAM
from cloud_carbon_exporter.exposition.family import (
    Family,
    FamilySample,
    LabelSet,
    PerResource,
    ProviderKind,
    RenderContext,
)
from cloud_carbon_exporter.exposition.gzip_stream import Block, Stream, compress, join, pieces
from cloud_carbon_exporter.exposition.labels import LabelCache, pairs
from cloud_carbon_exporter.exposition.render_cache import (
    CacheKey,
    RenderCache,
    RenderedLines,
    compressed,
)
from cloud_carbon_exporter.exposition.upstream_labels import upstream_label_text
from cloud_carbon_exporter.model.identity import same_objects
from cloud_carbon_exporter.model.snapshot import Row, Snapshot
from cloud_carbon_exporter.model.types import Resource

Format = Literal["text", "openmetrics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of what is exported and how.

    tags: tag keys exported as `tag_*`, in order of precedence. labels: full, or slim (value series
    carry cloud_resource_id alone, the rest is on the info family). families: names to export, None
    for all; the exporter's own are always there. aggregate: of account, region and kind, what the
    sums stand by that go out instead of the resources; empty for resources, and sums by all three.
    model_version: what build_info says of the model and its facts, if not the version.
    interval_seconds: from one refresh to the next; 0 where there is none.
    """

    tags: tuple[str, ...] = ()
    labels: Literal["full", "slim"] = "full"
    families: frozenset[str] | None = None
    aggregate: tuple[str, ...] = ()
    upstream_names: bool = False
    version: str = ""
    model_version: str = ""
    interval_seconds: float = 0


@dataclass(frozen=True, slots=True)
class LargeFamily:
    """Family of many lines: its sample lines, in the blocks that both formats share."""

    family: Family
    blocks: tuple[Block, ...]
    series: int


@dataclass(frozen=True, slots=True)
class Exposition:
    """One refresh, ready to be written. series: how many samples.

    duplicates: label sets dropped since the start, by provider and kind. large, small: what the
    streams are made of, in order: the families of many lines, then all others in one block.
    """

    text: Stream
    openmetrics: Stream
    series: int
    duplicates: Mapping[ProviderKind, int]
    large: tuple[LargeFamily, ...]
    small: Mapping[Format, Block]

    def stream(self, format_: Format) -> Stream:
        """The Stream of one format."""
        return self.text if format_ == "text" else self.openmetrics


def metadata(family: Family, format_: Format) -> str:
    """HELP and TYPE lines of a family, and UNIT where the format knows it."""
    if format_ == "text":
        return f"# HELP {family.name} {family.help}\n# TYPE {family.name} {family.type}\n"
    # OpenMetrics names a counter without the suffix its samples carry
    name = family.name.removesuffix("_total") if family.type == "counter" else family.name
    unit = f"# UNIT {name} {family.unit}\n" if family.unit else ""
    return f"# HELP {name} {family.help}\n# TYPE {name} {family.type}\n{unit}"


@dataclass(slots=True)
class _Bodies:
    """The two bodies as they grow."""

    large: list[LargeFamily] = field(default_factory=list)
    small: dict[Format, Block] = field(default_factory=dict)
    series: int = 0

    def add_large(self, family: Family, rendered: Iterable[RenderedLines]) -> None:
        """One family of many lines, in blocks both formats share; left out without any line."""
        parts = [part for part in rendered if part.series]
        if not parts:
            return
        series = sum(part.series for part in parts)
        self.series += series
        # both formats write a sample in the same way, bar the timestamps and exemplars we have none
        # of
        shared = tuple(pieces(part.block for part in parts))
        self.large.append(LargeFamily(family, shared, series))

    def add_small(self, families: Iterable[tuple[Family, list[str]]]) -> None:
        """Families of few lines, all in one block a format."""
        text: list[str] = []
        openmetrics: list[str] = []
        for family, lines in families:
            if lines:
                self.series += len(lines)
                text += [metadata(family, "text"), *lines]
                openmetrics += [metadata(family, "openmetrics"), *lines]
        self.small["text"] = compress("".join(text).encode())
        self.small["openmetrics"] = compress("".join(openmetrics).encode())

    def stream(self, format_: Format) -> Stream:
        """All of it in one format."""
        blocks: list[Block] = []
        for part in self.large:
            blocks += [compress(metadata(part.family, format_).encode()), *part.blocks]
        return join([*blocks, self.small[format_]])


@dataclass(frozen=True, slots=True)
class _Chunked:
    """Chunks of one Snapshot's rows. dropped: rows left out, as their label text stood there."""

    rows: Sequence[Row] = ()
    chunks: Sequence[Chunk] = ()
    dropped: Counter[ProviderKind] = field(default_factory=Counter)


@dataclass(slots=True)
class Renderer:
    """Renders one Snapshot after another.

    Remembers label text, what need not be rendered again, and how many duplicates it has dropped so
    far.
    """

    settings: Settings
    _families: Sequence[Family] = field(init=False)
    _labels: LabelCache = field(init=False)
    _rendered: Mapping[CacheKey, RenderedLines] = field(default_factory=dict)
    _chunked: _Chunked = field(default_factory=_Chunked)
    _duplicates: Counter[ProviderKind] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._families = tuple(_chosen(self.settings))
        self._labels = LabelCache(self.settings.tags)

    def __call__(self, snapshot: Snapshot) -> Exposition:
        """Render; no I/O, made to be called off the event loop."""
        context = RenderContext(
            snapshot,
            self.settings.version,
            self.settings.model_version or self.settings.version,
            self.settings.interval_seconds,
            self._duplicates,
        )
        bodies = _Bodies()
        if not self.settings.aggregate:
            self._add_per_resource(bodies, context)
        bodies.add_small(self._small(context))
        return Exposition(
            bodies.stream("text"),
            bodies.stream("openmetrics"),
            bodies.series,
            dict(self._duplicates),
            tuple(bodies.large),
            bodies.small,
        )

    def _add_per_resource(self, bodies: _Bodies, context: RenderContext) -> None:
        if not same_objects(self._chunked.rows, context.snapshot.rows):
            self._chunked = self._cut(context.snapshot.rows)
        self._duplicates += self._chunked.dropped
        parts = self._chunked.chunks
        cache = RenderCache(self._rendered)
        for family in self._families:
            if isinstance(family.source, PerResource):
                source, name = family.source, family.name
                bodies.add_large(family, _rendered(name, source, parts, cache, context))
        self._rendered = cache.now

    def _cut(self, rows: Sequence[Row]) -> _Chunked:
        """The rows in Chunks: those of the refresh before where nothing in them has changed."""
        resources = [row.resource for row in rows]
        slim = self.settings.labels == "slim"
        texts = _id_labels(resources) if slim else self._labels.texts(resources)
        unique = unique_rows(rows, texts)
        full = unique.labels
        if slim:
            full = self._labels.texts([row.resource for row in unique.rows])
        labels: dict[LabelSet, Sequence[str]] = {"series": unique.labels, "full": full}
        if self.settings.upstream_names:
            tags = self.settings.tags
            labels["upstream"] = [upstream_label_text(row.resource, tags) for row in unique.rows]
        before = {chunk.name: chunk for chunk in self._chunked.chunks}
        parts: list[Chunk] = []
        for chunk in chunks(unique.rows, labels):
            known = before.get(chunk.name)
            parts.append(known if known is not None and unchanged(known, chunk) else chunk)
        return _Chunked(rows, parts, unique.dropped)

    def _small(self, context: RenderContext) -> Iterator[tuple[Family, list[str]]]:
        for family in self._families:
            if not isinstance(family.source, PerResource):
                samples = samples_of(family, context, self.settings.aggregate)
                yield family, self._lines(family, samples)

    def _lines(self, family: Family, samples: Iterable[FamilySample]) -> list[str]:
        """Lines of a small family; of equal label sets the first stays, the others are counted."""
        lines: dict[str, str] = {}
        for values, number in samples:
            labels = pairs(zip(family.labels, values, strict=True))
            # NaN and infinity are valid in both formats, and poison every sum they enter
            if not math.isfinite(number):
                continue
            if labels in lines:
                named = dict(zip(family.labels, values, strict=True))
                provider, kind = named.get("cloud_provider", ""), named.get("kind", "")
                self._duplicates[ProviderKind(provider, kind)] += 1
                continue
            series = f"{family.name}{{{labels}}}" if labels else family.name
            lines[labels] = f"{series} {number!r}\n"
        return list(lines.values())


def _chosen(settings: Settings) -> Iterator[Family]:
    """The families to be rendered: those the operator chose, and always the exporter's own."""
    for family in OF_ESTATE:
        if settings.families is None or family.name in settings.families:
            yield family
    if settings.upstream_names:
        # asked for by their own flag, so -metrics.families does not choose among them
        yield from UPSTREAM
    yield from OF_EXPORTER


def _id_labels(resources: Iterable[Resource]) -> list[str]:
    return [pairs([("cloud_resource_id", resource.id)]) for resource in resources]


def _rendered(
    name: str,
    source: PerResource,
    parts: Iterable[Chunk],
    cache: RenderCache,
    context: RenderContext,
) -> Iterator[RenderedLines]:
    """The lines of a family, chunk by chunk."""
    for chunk in parts:
        lines = partial(source.lines, name, chunk.labels[source.labels], chunk.rows, context)
        if source.written_from is None:
            yield compressed(lines())
        else:
            yield cache.get(name, chunk, source.labels, source.written_from, lines)


def render(snapshot: Snapshot, settings: Settings) -> Exposition:
    """Render one Snapshot by itself."""
    return Renderer(settings)(snapshot)
