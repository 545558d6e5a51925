"""Tags of things whose own list call does not bring them: the tagging API tells them by the hundred."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.spec import Scope

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.aws._client import AwsClient

log = logging.getLogger(__name__)
_TAGS_SECONDS = 3600.0
Tags = Sequence[Mapping[str, str]]


async def by_arn(client: AwsClient, account_id: str, regions: set[str], resource_type: str) -> Mapping[str, Tags]:
    """ARN -> tags of all tagged resources of a type ("s3", "ecs:cluster") in these regions; kept for an hour.

    A region whose tags cannot be read has none here: tags are worth less than the resources that bear them.
    """

    async def fetch(region: str) -> dict[str, Any]:
        params = {"ResourceTypeFilters": [resource_type]}
        found: dict[str, Any] = {}
        scope = Scope("aws", account_id, region)
        async for answer in client.answers(scope, "resourcegroupstaggingapi", "GetResources", params):
            for listed in answer.get("ResourceTagMappingList", ()):
                found[listed["ResourceARN"]] = listed.get("Tags", ())
        return found

    async def read(region: str) -> dict[str, Any]:
        try:
            return await client.cache.get(
                ("tags", account_id, region, resource_type), _TAGS_SECONDS, lambda: fetch(region)
            )
        except CollectError as error:
            log.debug("no tags: %s", error)
            return {}

    found: dict[str, Any] = {}
    for tagged in await asyncio.gather(*(read(region) for region in sorted(regions) if region)):
        found |= tagged
    return found
