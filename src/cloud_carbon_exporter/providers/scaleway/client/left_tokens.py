"""Cockpit tokens that a process of ours left behind, as it was killed: deleted at the next start.

One that is older than a day is no running process' own: each renews its tokens twice a day.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable
from contextlib import suppress
from time import time

from cloud_carbon_exporter.errors import CollectError, NotThere, PermissionMissing
from cloud_carbon_exporter.providers.scaleway.client import token_calls
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.token_calls import SourceKey, Token
from cloud_carbon_exporter.providers.scaleway.client.tokens import NAME
from cloud_carbon_exporter.providers.scaleway.describing.moments import moment
from cloud_carbon_exporter.providers.spec import Raw

log = logging.getLogger(__name__)

LEFT_SECONDS = 86400.0
# Beside the lists and reads of a start, which go first.
CALLS_AT_ONCE = 6
# A person's own may begin alike.
OURS = re.compile(re.escape(NAME) + r"-[0-9a-f]{8}")


async def reap(api: Api, sources: Iterable[SourceKey], own_name: str) -> None:
    """Delete what was left behind in these projects and regions. Never raises CollectError.

    own_name: of the tokens of this process, whatever the clocks say of their age.
    """
    gate = asyncio.Semaphore(CALLS_AT_ONCE)
    failures: list[CollectError] = []

    async def reap_one(source: SourceKey) -> int:
        async with gate:
            try:
                return await _reap(api, source, own_name)
            except (NotThere, PermissionMissing):
                # No Cockpit here; and who may list none may make none, which is said there.
                return 0
            except CollectError as error:
                failures.append(error.bare())
                return 0

    deleted = sum(await asyncio.gather(*map(reap_one, sources)))
    if deleted:
        log.info("scaleway: %d Cockpit tokens that were left behind are deleted", deleted)
    if failures:
        text = "scaleway: Cockpit tokens left behind may stay in %d projects and regions: %s"
        log.warning(text, len(failures), failures[0])


async def _reap(api: Api, source: SourceKey, own_name: str) -> int:
    """Number of tokens deleted. Raises what a call failed with."""
    deleted = 0
    for listed in await token_calls.listed(api, source):
        name, identity = str(listed.get("name")), listed.get("id")
        if name == own_name or not OURS.fullmatch(name):
            continue
        if isinstance(identity, str) and _is_left(listed):
            with suppress(NotThere):  # another replica was faster
                await token_calls.delete(api, Token(identity, source))
                deleted += 1
    return deleted


def _is_left(listed: Raw) -> bool:
    created = moment(listed.get("created_at"))
    return created is not None and time() - created > LEFT_SECONDS
