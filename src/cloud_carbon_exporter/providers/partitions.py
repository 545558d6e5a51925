"""Partitions of AWS: which regions lie in which, and where the calls of each go by default."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

COMMERCIAL = "aws"
_PREFIXES = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)
HOME_REGIONS: Mapping[str, str] = {
    COMMERCIAL: "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""Partition -> a region of it that is never to be enabled first."""


@cache
def partition(region: str) -> str:
    """Partition a region lies in; the first word of its ARNs after `arn:`."""
    return next((name for prefix, name in _PREFIXES if region.startswith(prefix)), COMMERCIAL)
