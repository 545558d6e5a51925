"""Label text: escaped, safe, and made once per resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cloud_carbon_exporter.exposition.families import RESOURCE
from cloud_carbon_exporter.model.types import Resource

_LONGEST_TAG = (
    1024  # characters; clouds allow 256, and a label is kept in memory by all who read it
)
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\0": "\N{REPLACEMENT CHARACTER}"})
_NOT_PLAIN = re.compile(r'[\\"\n\0\ud800-\udfff]')
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_IN_LABEL_NAME = re.compile(r"[^a-zA-Z0-9_]")


def escape(value: str) -> str:
    """A label value as it is written. What is not text in UTF-8, and NUL, become U+FFFD."""
    if not _NOT_PLAIN.search(value):
        return value
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value).translate(_ESCAPES)


def pairs(labels: Iterable[tuple[str, str]]) -> str:
    """Label pairs as they stand between the braces; empty values are left out."""
    return ",".join([f'{name}="{escape(value)}"' for name, value in labels if value])


def tag_label(key: str) -> str:
    """The label name a tag key is exported as."""
    return f"tag_{_NOT_IN_LABEL_NAME.sub('_', key)}"


def tag_pairs(tags: Mapping[str, str], allowed: Iterable[str]) -> list[tuple[str, str]]:
    """The allow-listed tags as labels; of keys that meet in one name, the first in the list that
    has a value wins.
    """
    found: dict[str, str] = {}
    for key in allowed:
        if (value := tags.get(key)) and (name := tag_label(key)) not in found:
            found[name] = value[:_LONGEST_TAG]
    return list(found.items())


def resource_text(resource: Resource, tags: tuple[str, ...]) -> str:
    """The label pairs of every series of one resource."""
    at = resource.location
    values = (
        at.provider,
        at.account_id,
        at.region,
        at.zone,
        resource.kind,
        resource.id,
        resource.name,
    )
    labels: list[tuple[str, str]] = list(zip(RESOURCE, values, strict=True))
    if tags and resource.tags:
        labels += tag_pairs(resource.tags, tags)
    return pairs(labels)


def _same_labels(a: Resource, b: Resource) -> bool:
    return a is b or (
        a.name == b.name and a.kind == b.kind and a.location == b.location and a.tags == b.tags
    )


@dataclass(slots=True)
class LabelCache:
    """Label text by resource, kept from one refresh to the next for what is still there and has not
    changed.
    """

    tags: tuple[str, ...] = ()
    _known: dict[str, tuple[Resource, str]] = field(default_factory=dict)

    def texts(self, resources: Iterable[Resource]) -> list[str]:
        """The label text of each resource, in order; forgets all others."""
        known, kept, texts = self._known, {}, []
        for resource in resources:
            entry = known.get(resource.id)
            if entry is None or not _same_labels(entry[0], resource):
                entry = (resource, resource_text(resource, self.tags))
            kept[resource.id] = entry
            texts.append(entry[1])
        self._known = kept
        return texts
