"""Pages of the types of clouds: which draw power of their own, and what is done with each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.providers.aws.describing import types as aws
from cloud_carbon_exporter.providers.gcp.describing import types as gcp
from cloud_carbon_exporter.providers.types_table import ResourceType
from cloud_carbon_exporter.reporting.tables import markdown_table
from cloud_carbon_exporter.service.loading import provider

DRAWS: Mapping[str, str] = {
    "yes": "yes",
    "part": "as part of another",
    "no": "no",
    "elsewhere": "at the customer's",
    "ended": "no more: the service has ended",
}
"""Words of the column `draws`, and how a reader is told."""

_ESTIMATED = "estimated"
_WORDS = {
    _ESTIMATED: "estimated as a kind of its own",
    "part": "part of another kind, which counts it or is named for it",
    "no": "holds nothing: settings, names, rights, or what others hold",
    "yes": "named in the ledger",
    "elsewhere": "not seen: it draws at the customer's",
    "ended": "not seen: the service has ended",
}


def aws_blocks() -> tuple[str, ...]:
    """Parts of the page of AWS: how many are what, the types, and the APIs without types."""
    return (
        *_blocks("aws", aws.types()),
        "## APIs without types",
        "What such an API makes is named in the ledger, where it draws and an inventory of AWS "
        "shows it.",
        _table_of_apis([(api.name, api.draws, api.why) for api in aws.apis() if not api.types_of]),
    )


def gcp_blocks() -> tuple[str, ...]:
    """Parts of the page of Google: how many are what, the types, and the APIs without types."""
    return (
        *_blocks("gcp", gcp.types()),
        "## APIs without types",
        "What such an API keeps is not seen in Asset Inventory.",
        _table_of_apis([(api.host, api.draws, api.why) for api in gcp.apis()]),
    )


def _blocks(name: str, types: Sequence[ResourceType]) -> tuple[str, ...]:
    kinds = frozenset(service.kind for service in provider(name).services)
    counts = Counter(_fate(known, kinds) for known in types)
    counted = [(words, str(counts[fate])) for fate, words in _WORDS.items() if counts[fate]]
    rows = [_row(known, kinds) for known in types]
    return (
        markdown_table(("what we do with it", "types"), counted, (False, True)),
        "## Types",
        "A kind of ours that the cloud has no type for stands at the end, under its own name.",
        markdown_table(("type", "draws power of its own", "what we do with it"), rows),
    )


def _table_of_apis(apis: Sequence[tuple[str, str, str]]) -> str:
    rows = [(f"`{name}`", draws, why) for name, draws, why in apis]
    return markdown_table(("API", "draws power of its own", "what it keeps"), rows)


def _fate(known: ResourceType, kinds: frozenset[str]) -> str:
    # A kind may be a service only to say that it is part of another.
    estimated = known.kind in kinds and known.draws == "yes"
    return _ESTIMATED if estimated else known.draws


def _row(known: ResourceType, kinds: frozenset[str]) -> tuple[str, ...]:
    fate = _fate(known, kinds)
    words = {
        _ESTIMATED: f"estimated as `{known.kind}`",
        "part": f"part of `{known.counted_as}`",
        "no": "holds nothing",
        "yes": f"named in the ledger as `{known.kind}`",
        "elsewhere": "not seen",
        "ended": "not seen",
    }
    return f"`{known.name}`", DRAWS[known.draws], words[fate]
