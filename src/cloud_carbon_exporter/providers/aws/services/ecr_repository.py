"""ECR repositories: the bytes of their images. Layers that images share are counted for each: an
upper bound.
"""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component, Resource
from cloud_carbon_exporter.providers.aws.client.client import AwsClient
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.names import tags
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

_SIZE_SECONDS = 6 * 3600.0
_BYTES_PER_GIB = 1024**3
_IMAGES = "ecr:DescribeImages"


async def repositories(client: AwsClient, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The repositories with the bytes of their images, added up a few times a day."""

    async def size(name: str) -> int:
        sizes: dict[str, int] = {}
        wanted = {"repositoryName": name, "maxResults": 1000}
        async for answer in client.answers(
            scope, "ecr", "DescribeImages", wanted, permissions=_IMAGES
        ):
            sizes |= {
                one["imageDigest"]: one.get("imageSizeInBytes", 0)
                for one in answer.get("imageDetails", ())
            }
        return sum(sizes.values())

    what = ("ecr", "DescribeImages", scope.account_id, scope.region)
    sizes = await by_name(
        client, what, [str(raw["repositoryName"]) for raw in page], _SIZE_SECONDS, size
    )
    found = [
        {**raw, "SizeInBytes": sizes[raw["repositoryName"]]}
        for raw in page
        if raw["repositoryName"] in sizes
    ]
    return await tagged(
        client, scope, found, "ecr:repository", lambda raw: str(raw["repositoryArn"])
    )


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
