"""Glacier vaults: the bytes of their archives, as of the last inventory."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "glacier/vault"


async def vaults(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The vaults with their tags."""
    return await tagged(client, scope, page, "glacier:vaults", lambda raw: str(raw["VaultARN"]))


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One vault. Before the first inventory, a day after its making, no size is told."""
    # DescribeVault: as of the last inventory, and null before the first.
    size_gib = (raw.get("SizeInBytes") or 0) / BYTES_PER_GIB
    return parse(raw, scope, raw["VaultARN"], raw["VaultName"]).described(
        kept=(Component("object", "aws/s3/GlacierStorage", size_gib),) if size_gib else (),
        started=raw.get("CreationDate"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="glacier",
        operation="ListVaults",
        scope="region",
        items="VaultList[]",
        kind_of=lambda raw: KIND,
        # The account of the credentials.
        params={"accountId": "-"},
        permissions=("glacier:ListVaults",),
        expand=vaults,
    ),
    describe=describe,
    lasting=True,
    reason="Bytes of its archives, as S3's Glacier class keeps them.",
)
