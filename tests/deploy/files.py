"""Where the deployment's files are, and how their queries are read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from cloud_carbon_exporter.exposition import FAMILIES

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
KUBERNETES_RULES = DEPLOY / "prometheus" / "kubernetes" / "recording.yml"
"""Rules for those who have a cluster: a demo would record nothing by them."""
RULES = sorted((DEPLOY / "prometheus" / "rules").glob("*.yml"))

_NAME = re.compile(
    r"(?<![\w:])(?:cloud_\w+|tag_\w+):cloud_carbon\w*:?\w*|(?<![\w:])cloud_carbon_\w+(?::\w+)?|"
    r"\bcloud_carbon:\w+"
)


def load(path: Path) -> Any:
    """One YAML document."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    """All recording rules and alerts."""
    return [rule for path in RULES for group in load(path)["groups"] for rule in group["rules"]]


def names_in(expression: str) -> set[str]:
    """The families of ours, and the recorded series, that a query names."""
    return set(_NAME.findall(expression))


def known_names() -> set[str]:
    """All names a query may ask for."""
    of_clusters = load(KUBERNETES_RULES)["groups"]
    recorded = [rule for group in of_clusters for rule in group["rules"]]
    from cloud_carbon_exporter.bills.openmetrics import FAMILIES as BILL_FAMILIES  # brings DuckDB

    of_bills = {family.sample_name for family in BILL_FAMILIES}
    return (
        of_bills
        | {family.name for family in FAMILIES}
        | {rule["record"] for rule in (*rules(), *recorded) if "record" in rule}
    )


class _Template(yaml.SafeLoader):
    """CloudFormation's short functions, such as !GetAtt, are read as what they are given."""


_Template.add_multi_constructor("!", lambda loader, suffix, node: getattr(node, "value", None))


def load_all(path: Path) -> list[Any]:
    """The documents of one file, with CloudFormation's tags."""
    return list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=_Template))
