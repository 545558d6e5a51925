"""ECR repositories: the bytes of their images. Layers that images share are counted for each: an upper bound."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws._client import AwsClient
from cloud_carbon_exporter.providers.aws._expand import tagged
from cloud_carbon_exporter.providers.aws._names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_SIZE_SECONDS = 6 * 3600.0
_BYTES_PER_GIB = 1024**3
_IMAGES = "ecr:DescribeImages"


async def repositories(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The repositories with the bytes of their images, added up a few times a day."""

    async def size(name: str) -> int | None:
        sizes: dict[str, int] = {}
        try:
            wanted = {"repositoryName": name, "maxResults": 1000}
            async for answer in client.answers(scope, "ecr", "DescribeImages", wanted, permissions=_IMAGES):
                sizes |= {one["imageDigest"]: one.get("imageSizeInBytes", 0) for one in answer.get("imageDetails", ())}
        except CollectError as error:
            if type(error) is not CollectError:
                raise
            return None  # deleted since it was listed
        return sum(sizes.values())

    async def fetch(names: list[str]) -> dict[str, Any]:
        return dict(zip(names, await asyncio.gather(*map(size, names)), strict=True))

    kind = f"image sizes of {scope.account_id} in {scope.region}"
    sizes = await client.cache.get_many(kind, {str(raw["repositoryName"]) for raw in page}, _SIZE_SECONDS, fetch)
    found = [
        {**raw, "SizeInBytes": sizes[raw["repositoryName"]]} for raw in page if sizes[raw["repositoryName"]] is not None
    ]
    return await tagged(client, scope, found, "ecr:repository", lambda raw: str(raw["repositoryArn"]))


def describe(raw: Raw, scope: Scope) -> Resource | None:
    """One repository."""
    return Resource(
        id=raw["repositoryArn"],
        kind="ecr/repository",
        name=raw["repositoryName"],
        location=scope.location(),
        components=(Component("object", "aws/ecr", raw["SizeInBytes"] / _BYTES_PER_GIB),),
        tags=tags(raw.get("Tags")),
    )


SPEC = ServiceSpec(
    kind="ecr/repository",
    listing=Listing(
        api="ecr",
        operation="DescribeRepositories",
        scope="region",
        items="repositories[]",
        kind_of=lambda raw: "ecr/repository",
        permissions=("ecr:DescribeRepositories", _IMAGES),
        expand=repositories,
    ),
    describe=describe,
    reason="Bytes of its images; layers they share are counted for each, so it is an upper bound.",
)
