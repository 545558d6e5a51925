"""Details and tags, which a bare list leaves out.

They are asked for in batches, or kept for a while, so that a refresh stays cheap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from cloud_carbon_exporter.errors import CollectError, Malformed
from cloud_carbon_exporter.providers.aws.client import tagging
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.spec import Raw, Scope

Detail = TypeVar("Detail")
_ASKED_AT_ONCE = 50


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
    """Answers of an operation that takes one thing at a time, by name; kept for `seconds`.

    params: name -> what to send. A name the API refuses by itself (deleted since it was listed) is
    left out; whatever would refuse the others too (a missing permission, throttling) is raised.
    """

    async def ask(name: str) -> Raw:
        return await client.call(scope, api, operation, params[name], permissions=permission)

    return await by_name(
        client, (api, operation, scope.account_id, scope.region), list(params), seconds, ask
    )


async def lists_by_name(
    client: AwsApi,
    scope: Scope,
    api: str,
    operation: str,
    items: str,
    params: Mapping[str, Mapping[str, Any]],
    *,
    seconds: float,
    permission: str,
) -> dict[str, list[Any]]:
    """Lists of an operation that lists what belongs to one thing, each to its end, by name.

    items: the member that holds the list. Else as one_by_one.
    """

    async def ask(name: str) -> list[Any]:
        listed: list[Any] = []
        async for answer in client.answers(
            scope, api, operation, params[name], permissions=permission
        ):
            listed += answer.get(items) or ()
        return listed

    what = (api, operation, scope.account_id, scope.region)
    return await by_name(client, what, list(params), seconds, ask)


async def by_name(
    client: AwsApi,
    what: tuple[str, ...],
    names: Sequence[str],
    seconds: float,
    ask: Callable[[str], Awaitable[Detail]],
) -> dict[str, Detail]:
    """Details by name, as `ask` answers for each; kept for `seconds`.

    They are kept one by one: a sweep cut short goes on where it was. what: tells these details from
    others. Names and errors as for one_by_one; an error ends the asking soon.
    """

    async def ask_gently(name: str) -> Detail | None:
        try:
            return await ask(name)
        except CollectError as error:
            if type(error) is not CollectError:
                raise  # a kind of error that has a name of its own is no fault of this one name
            return None

    details: dict[str, Detail] = {}
    for some in batches(names, _ASKED_AT_ONCE):
        asked = [
            client.cache.get((*what, name), seconds, partial(ask_gently, name)) for name in some
        ]
        answers = zip(some, await asyncio.gather(*asked), strict=True)
        details |= {name: answer for name, answer in answers if answer is not None}
    return details


def batches(names: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """Batches of names, so many in each."""
    for first in range(0, len(names), size):
        yield names[first : first + size]


def told(answer: Raw, name: str, scope: Scope, operation: str) -> Sequence[Raw]:
    """List of an answer about things asked for by name, which is there even when it is empty.

    Raises Malformed where it is not: `{}` would take all of them away.
    """
    listed = answer.get(name)
    if isinstance(listed, (list, tuple)):
        return listed
    raise Malformed(
        f"no {name} in the answer",
        provider="aws",
        account_id=scope.account_id,
        region=scope.region,
        operation=operation,
    )


async def tagged(
    client: AwsApi,
    scope: Scope,
    page: Sequence[Raw],
    resource_type: str,
    arn_of: Callable[[Raw], str],
) -> Sequence[Raw]:
    """Tags added to a page, where tags are to be exported.

    resource_type: as the tagging API has it, "ecr:repository".
    """
    if not client.settings.tags or not page:
        return page
    labels = await tagging.by_arn(client, scope.account_id, {scope.region}, resource_type)
    return [{**raw, "Tags": labels.get(arn_of(raw), ())} for raw in page]
