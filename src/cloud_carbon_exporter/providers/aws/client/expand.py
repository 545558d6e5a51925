"""What a bare list leaves out: details by name, and tags; batched, or kept for a while, to keep
refreshes cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.spec import Raw, Scope

Detail = TypeVar("Detail")
_AT_ONCE = 50


async def one_by_one(
    client: AwsApi,
    scope: Scope,
    api: str,
    operation: str,
    params: Mapping[str, Mapping[str, Any]],
    *,
    seconds: float,
    permission: str,
) -> dict[str, Raw]:
    """What an operation that takes one thing at a time answers, by name; kept for `seconds`.

    params: name -> what to send. A name the API refuses by itself (deleted since it was listed) is
    left out; whatever would refuse the others too (a missing permission, throttling) is raised.
    """

    async def ask(name: str) -> Raw:
        return await client.call(scope, api, operation, params[name], permissions=permission)

    return await by_name(
        client, (api, operation, scope.account_id, scope.region), list(params), seconds, ask
    )


async def by_name(
    client: AwsApi,
    what: tuple[str, ...],
    names: Sequence[str],
    seconds: float,
    ask: Callable[[str], Awaitable[Detail]],
) -> dict[str, Detail]:
    """What `ask` answers for each name, kept for `seconds` one by one: a sweep cut short goes on
    where it was.

    what: tells these details from others. Names and errors as for one_by_one; an error ends the
        asking soon.
    """

    async def one(name: str) -> Detail | None:
        try:
            return await ask(name)
        except CollectError as error:
            if type(error) is not CollectError:
                raise
            return None

    found: dict[str, Detail] = {}
    for some in batches(names, _AT_ONCE):
        asked = (client.cache.get((*what, name), seconds, partial(one, name)) for name in some)
        answers = zip(some, await asyncio.gather(*asked), strict=True)
        found |= {name: answer for name, answer in answers if answer is not None}
    return found


def batches(names: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """The names, so many at a time."""
    return (names[first : first + size] for first in range(0, len(names), size))


async def tagged(
    client: AwsApi,
    scope: Scope,
    page: Sequence[Raw],
    resource_type: str,
    arn_of: Callable[[Raw], str],
) -> Sequence[Raw]:
    """The page with Tags, where tags are to be exported. resource_type: as the tagging API has it,
    "ecr:repository".
    """
    if not client.settings.tags or not page:
        return page
    labels = await tagging.by_arn(client, scope.account_id, {scope.region}, resource_type)
    return [{**raw, "Tags": labels.get(arn_of(raw), ())} for raw in page]
