"""Label text of a resource: escaped, safe, and made once while the resource does not change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from cloud_carbon_exporter.exposition.label_names import RESOURCE_LABELS
from cloud_carbon_exporter.model.types import Resource

# characters; clouds allow 256, and a label is kept in memory by all who read it
_LONGEST_TAG = 1024
_LONGEST_WORD = 64
_NOT_IN_WORD = re.compile(r"[^a-z0-9._]+")
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\0": "\N{REPLACEMENT CHARACTER}"})
_NOT_PLAIN = re.compile(r'[\\"\n\0\ud800-\udfff]')
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Prometheus 3 takes any name in UTF-8, older ones and most tools these letters alone.
_NOT_IN_LABEL_NAME = re.compile(r"[^a-zA-Z0-9_]")


def escape(value: str) -> str:
    """Label value as it is written. What is not text in UTF-8, and NUL, become U+FFFD."""
    # nearly all values: one search is cheaper than a translation
    if not _NOT_PLAIN.search(value):
        return value
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ESCAPES)


def pairs(labels: Iterable[tuple[str, str]]) -> str:
    """Label pairs as they stand between the braces; empty values are left out."""
    return ",".join([f'{name}="{escape(value)}"' for name, value in labels if value])


@lru_cache(maxsize=4096)
def word(text: str) -> str:
    """Words as one, for a label that is chosen by: letters, digits and dots, the rest a dash."""
    return _NOT_IN_WORD.sub("-", text.lower()).strip("-")[:_LONGEST_WORD]


def tag_label(key: str) -> str:
    """Label name a tag key is exported as."""
    return f"tag_{_NOT_IN_LABEL_NAME.sub('_', key)}"


def tag_pairs(tags: Mapping[str, str], allowed: Iterable[str]) -> list[tuple[str, str]]:
    """Allow-listed tags as labels; of keys that meet in one name the first with a value wins."""
    labels: dict[str, str] = {}
    for key in allowed:
        value, name = tags.get(key), tag_label(key)
        if value and name not in labels:
            labels[name] = value[:_LONGEST_TAG]
    return list(labels.items())


def resource_text(resource: Resource, tags: tuple[str, ...]) -> str:
    """Label pairs of every series of one resource."""
    return pairs(resource_pairs(resource, tags))


def resource_pairs(resource: Resource, tags: tuple[str, ...]) -> list[tuple[str, str]]:
    """Labels of a resource with their values, empty ones too."""
    location = resource.location
    values = (
        location.provider,
        location.account_id,
        location.region,
        location.zone,
        resource.kind,
        resource.id,
        resource.name,
    )
    labels: list[tuple[str, str]] = list(zip(RESOURCE_LABELS, values, strict=True))
    if tags and resource.tags:
        labels += tag_pairs(resource.tags, tags)
    return labels


def _same_labels(a: Resource, b: Resource) -> bool:
    # Resources are described anew at each listing: equal ones are seldom the same object.
    return a is b or (
        a.name == b.name and a.kind == b.kind and a.location == b.location and a.tags == b.tags
    )


class _LabelledResource(NamedTuple):
    resource: Resource
    text: str


@dataclass(slots=True)
class LabelCache:
    """Label cache: text by resource, kept from one refresh to the next where nothing changed."""

    tags: tuple[str, ...] = ()
    _known: dict[str, _LabelledResource] = field(default_factory=dict)

    def texts(self, resources: Iterable[Resource]) -> list[str]:
        """The label text of each resource, in order; forgets all others."""
        known, still_there, texts = self._known, {}, []
        for resource in resources:
            entry = known.get(resource.id)
            if entry is None or not _same_labels(entry.resource, resource):
                entry = _LabelledResource(resource, resource_text(resource, self.tags))
            still_there[resource.id] = entry
            texts.append(entry.text)
        self._known = still_there
        return texts
