"""Services as the bill names them: which are read as kinds of ours, and which nothing here sees.

The table is `bill.csv`: names that are not those of CloudFormation's services, and what draws
nothing. A name that neither has is unknown, and named as the bill has it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

from cloud_carbon_exporter.providers.aws.describing.types import types

BILL = Path(__file__).parent.parent / "bill.csv"
UNKNOWN = "bill"
_LETTERS = re.compile(r"[^a-z0-9]+")
_OWNERS = re.compile(r"^(amazon|aws)\s*", re.IGNORECASE)


def kind_unseen(service: str, estimated: Collection[str]) -> str:
    """Kind under which a service of the bill enters the ledger; empty where there is no need.

    estimated: kinds that have a listing of their own. A service that keeps nothing but settings
        works by use, where it costs anything.
    """
    if service in _settled():
        return ""
    named = _aliases().get(service) or _services().get(_bare(service))
    if named is None:
        return f"{UNKNOWN}/{_LETTERS.sub('_', service.lower()).strip('_')}"
    of_it = [known for known in types() if known.service == named]
    kinds = [known.kind for known in of_it if known.draws == "yes"]
    if not set(kinds).isdisjoint(estimated):
        return ""
    if not kinds and any(known.draws != "no" for known in of_it):
        return ""  # part of what is counted elsewhere
    return kinds[0] if len(kinds) == 1 else f"{of_it[0].kind.partition('/')[0]}/any"


def _bare(service: str) -> str:
    """Name without its owner, marks and blanks: "AWS Direct Connect" is directconnect."""
    return _LETTERS.sub("", _OWNERS.sub("", service).lower())


@cache
def _services() -> dict[str, str]:
    return {known.service.lower(): known.service for known in types() if known.service}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(BILL.read_text(encoding="utf-8").splitlines()))


@cache
def _aliases() -> dict[str, str]:
    return {row["service"]: row["types_of"] for row in _rows() if row["types_of"]}


@cache
def _settled() -> frozenset[str]:
    """Lines of a bill that are no hardware."""
    return frozenset(row["service"] for row in _rows() if not row["types_of"])
