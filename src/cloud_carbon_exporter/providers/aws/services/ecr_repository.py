"""ECR repositories: the bytes of their images; layers they share are counted for each."""

from __future__ import annotations

from collections.abc import Sequence

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.expand import by_name, tagged
from cloud_carbon_exporter.providers.aws.describing.hardware import BYTES_PER_GIB
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.spec import Listing, Raw, Scope, ServiceSpec

KIND = "ecr/repository"
# DescribeImages is one call for each thousand images of each repository.
_SIZE_SECONDS = 6 * 3600.0
_IMAGES = "ecr:DescribeImages"
# A list of images for several platforms, by Docker and by OCI. The images stand beside it; its own
# size is that of the largest of them once more (API reference, ImageDetail).
_LISTS = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)


async def repositories(client: AwsApi, scope: Scope, page: Sequence[Raw]) -> Sequence[Raw]:
    """The repositories with the bytes of their images, added up a few times a day."""

    async def size(name: str) -> int:
        sizes: dict[str, int] = {}
        wanted = {"repositoryName": name, "maxResults": 1000}
        async for answer in client.answers(
            scope, "ecr", "DescribeImages", wanted, permissions=_IMAGES
        ):
            # By digest: an image under several tags is one image.
            for image in answer.get("imageDetails", ()):
                if image.get("imageManifestMediaType") not in _LISTS:
                    sizes[image["imageDigest"]] = image.get("imageSizeInBytes", 0)
        return sum(sizes.values())

    what = ("ecr", "DescribeImages", scope.account_id, scope.region)
    names = [str(raw["repositoryName"]) for raw in page]
    sizes = await by_name(client, what, names, _SIZE_SECONDS, size)
    known = [raw for raw in page if raw["repositoryName"] in sizes]
    sized = [{**raw, "SizeInBytes": sizes[raw["repositoryName"]]} for raw in known]
    return await tagged(
        client, scope, sized, "ecr:repository", lambda raw: str(raw["repositoryArn"])
    )


def describe(raw: Raw, scope: Scope) -> Description | None:
    """One repository."""
    size_gib = raw["SizeInBytes"] / BYTES_PER_GIB
    return parse(raw, scope, raw["repositoryArn"], raw["repositoryName"]).described(
        kept=(Component("object", "aws/ecr", size_gib),),
        started=raw.get("createdAt"),
    )


SPEC = ServiceSpec(
    kind=KIND,
    listing=Listing(
        api="ecr",
        operation="DescribeRepositories",
        scope="region",
        items="repositories[]",
        kind_of=lambda raw: KIND,
        permissions=("ecr:DescribeRepositories", _IMAGES),
        expand=repositories,
    ),
    describe=describe,
    reason="Bytes of its images; layers they share are counted for each, so it is an upper bound.",
)
