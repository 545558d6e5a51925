"""Tags of things whose own list call does not bring them, from the tagging API.

It tells them by the hundred. One pass over a region serves every service there, and the ledger: a
filter a type would cost a call a type.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.errors import CollectError, PermissionMissing
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.client.optional import TAGS
from cloud_carbon_exporter.providers.spec import Scope

_TAGS_SECONDS = 3600.0
Tags = Sequence[Mapping[str, str]]


async def listed(client: AwsApi, account_id: str, region: str) -> AsyncIterator[Mapping[str, Any]]:
    """Resources of a region that bear tags, or once did. Raises CollectError."""
    # "all the tagged or previously tagged": the second kind comes with an empty list of tags
    scope = Scope("aws", account_id, region)
    with client.refusals.asking(account_id, TAGS, region):
        async for answer in client.answers(scope, "resourcegroupstaggingapi", "GetResources", {}):
            for mapping in answer.get("ResourceTagMappingList", ()):
                yield mapping


async def of_region(client: AwsApi, account_id: str, region: str) -> Mapping[str, Tags]:
    """Tags by ARN: those that are exported, and the Name; read once an hour.

    Where they cannot be read they are what they were, or none: tags are worth less than the
    resources that bear them.
    """
    key, wanted = ("tags", account_id, region), {*client.settings.tags, "Name"}

    async def read() -> Mapping[str, Tags]:
        try:
            tags: dict[str, Tags] = {}
            async for mapping in listed(client, account_id, region):
                kept = (tag for tag in mapping.get("Tags", ()) if tag["Key"] in wanted)
                tags[mapping["ResourceARN"]] = tuple(kept)
        except PermissionMissing:
            return client.cache.last(key) or {}
        except CollectError as error:
            client.say_once(f"tags are missing: {error}")
            return client.cache.last(key) or {}
        return tags

    return await client.cache.get(key, _TAGS_SECONDS, read)


async def by_arn(
    client: AwsApi, account_id: str, regions: set[str], resource_type: str
) -> Mapping[str, Tags]:
    """Tags by ARN of all that is tagged in these regions.

    Those of a type ("s3", "ecs:cluster") are among them.
    """
    asked = [of_region(client, account_id, region) for region in sorted(regions) if region]
    answers = await asyncio.gather(*asked)
    if len(answers) == 1:
        return answers[0]
    tags: dict[str, Tags] = {}
    for tags_of_region in answers:
        tags.update(tags_of_region)
    return tags
