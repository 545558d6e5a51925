"""Page of CloudFormation's types: which draw power of their own, and what is done with each."""

from __future__ import annotations

from collections import Counter

from cloud_carbon_exporter.providers.aws.describing.types import (
    DRAWS,
    ResourceType,
    apis,
    types,
)
from cloud_carbon_exporter.reporting.tables import markdown_table
from cloud_carbon_exporter.service.loading import provider

_ESTIMATED = "estimated"
_WORDS = {
    _ESTIMATED: "estimated as a kind of its own",
    "part": "part of another kind, which counts it or is named for it",
    "no": "holds nothing: settings, names, rights, or what others hold",
    "yes": "named in the ledger",
    "elsewhere": "not seen: it draws at the customer's",
    "ended": "not seen: AWS has ended the service",
}


def blocks() -> tuple[str, ...]:
    """Parts of the page: how many are what, the types, and the APIs without types."""
    kinds = frozenset(service.kind for service in provider("aws").services)
    counts = Counter(_fate(known, kinds) for known in types())
    counted = [(words, str(counts[fate])) for fate, words in _WORDS.items()]
    rows = [_row(known, kinds) for known in types()]
    untyped = [(f"`{api.name}`", api.draws, api.why) for api in apis() if not api.types_of]
    return (
        markdown_table(("what we do with it", "types"), counted, (False, True)),
        "## Types",
        "A kind of ours that no template makes stands at the end, under its own name.",
        markdown_table(("type", "draws power of its own", "what we do with it"), rows),
        "## APIs without types",
        "What such an API makes is named in the ledger, where it draws and an inventory of AWS "
        "shows it.",
        markdown_table(("API", "draws power of its own", "what it keeps"), untyped),
    )


def _fate(known: ResourceType, kinds: frozenset[str]) -> str:
    return _ESTIMATED if known.kind in kinds else known.draws


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
