"""What a bare list leaves out: details by name, and tags; batched, or kept for a while, to keep refreshes cheap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws import _tags
from cloud_carbon_exporter.providers.spec import Raw, Scope

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.aws._client import AwsClient


async def one_by_one(
    client: AwsClient,
    scope: Scope,
    api: str,
    operation: str,
    params: Mapping[str, Mapping[str, Any]],
    *,
    seconds: float,
    permission: str,
) -> dict[str, Raw]:
    """What an operation that takes one thing at a time answers, by name; kept for `seconds`.

    params: name -> what to send. A name the API refuses by itself (deleted since it was listed) is left out; whatever
    would refuse the others too (a missing permission, throttling) is raised.
    """

    async def ask(name: str) -> Raw | None:
        try:
            return await client.call(scope, api, operation, params[name], permissions=permission)
        except CollectError as error:
            if type(error) is not CollectError:
                raise
            return None

    async def fetch(names: list[str]) -> dict[str, Any]:
        return dict(zip(names, await asyncio.gather(*map(ask, names)), strict=True))

    kind = f"{api} {operation} of {scope.account_id} in {scope.region}"
    answers = await client.cache.get_many(kind, set(params), seconds, fetch)
    return {name: answer for name, answer in answers.items() if answer is not None}


def batches(names: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """The names, so many at a time."""
    return (names[first : first + size] for first in range(0, len(names), size))


async def tagged(
    client: AwsClient, scope: Scope, page: Sequence[Raw], resource_type: str, arn_of: Callable[[Raw], str]
) -> Sequence[Raw]:
    """The page with Tags, where tags are to be exported. resource_type: as the tagging API has it, "ecr:repository"."""
    if not client.settings.tags or not page:
        return page
    labels = await _tags.by_arn(client, scope.account_id, {scope.region}, resource_type)
    return [{**raw, "Tags": labels.get(arn_of(raw), ())} for raw in page]
