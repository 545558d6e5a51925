"""Page of what Scaleway's APIs list: which things draw power, and what is done with each."""

from __future__ import annotations

from collections import Counter

from cloud_carbon_exporter.providers.scaleway.describing.lists import (
    DRAWS,
    ListCall,
    list_calls,
)
from cloud_carbon_exporter.reporting.tables import markdown_table

_WORDS = {
    "estimated": "estimated as a kind of its own",
    "part": "part of another kind, which counts it or is named for it",
    "no": "holds nothing: settings, names, rights, or what others hold",
    "yes": "not estimated; named in the ledger where Scaleway's search shows it",
    "elsewhere": "not seen: it draws at the customer's",
}


def blocks() -> tuple[str, ...]:
    """Parts of the page: how many are what, and the lists."""
    counts = Counter(map(_fate, list_calls()))
    counted = [(words, str(counts[fate])) for fate, words in _WORDS.items()]
    rows = [_row(call) for call in list_calls()]
    return (
        markdown_table(("what we do with it", "lists"), counted, (False, True)),
        markdown_table(
            ("product", "things", "draws power of their own", "what we do with them"), rows
        ),
    )


def _fate(call: ListCall) -> str:
    return "estimated" if call.draws == "yes" and call.counted_as else call.draws


def _row(call: ListCall) -> tuple[str, ...]:
    words = {
        "estimated": f"estimated as `{call.counted_as}`",
        "part": f"part of `{call.counted_as}`",
        "no": "hold nothing",
        "yes": "not estimated",
        "elsewhere": "not seen",
    }
    return f"`{call.product}`", f"`{call.things}`", DRAWS[call.draws], words[_fate(call)]
