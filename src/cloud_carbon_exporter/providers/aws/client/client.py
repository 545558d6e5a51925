"""Client of AWS: what the pipeline asks of a provider, answered by the API's calls."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence

from cloud_carbon_exporter.errors import CollectError, NotThere
from cloud_carbon_exporter.providers.aws.client import (
    billed,
    cloudwatch,
    inventory,
    paging,
    regions,
    sustainability,
)
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Extras, Listing, Meter, Raw, Read, Reading, Scope

log = logging.getLogger(__name__)


class AwsClient(AwsApi):
    """See spec.Client. Listings and metrics say what to call; nothing here knows a service."""

    def __init__(
        self,
        settings: TargetSettings,
        meter: Meter,
        clock: Callable[[], float] = time.time,
        estimated: Collection[str] = (),
    ) -> None:
        super().__init__(settings, meter, clock)
        self._estimated = estimated
        """Kinds that the listings are for: what else the bill names is seen by none."""
        self._regions_unknown: dict[tuple[str, str], CollectError] = {}
        """(account, API) -> why its regions are not known."""

    async def connect(self) -> Sequence[str]:
        """See spec.Client. After a refusal the next call looks for credentials anew."""
        return await self.accounts.connect()

    async def scopes(self, listing: Listing) -> Sequence[Scope]:
        """See spec.Client. The regions of an account are asked for once an hour."""
        account_ids = await self.accounts.known()
        if listing.scope == "global":
            return [Scope("aws", account_id) for account_id in account_ids]
        asked = (self._regions(account_id, listing.api) for account_id in account_ids)
        scopes: list[Scope] = []
        for account_id, names in zip(account_ids, await asyncio.gather(*asked), strict=True):
            scopes += [Scope("aws", account_id, region) for region in names]
        return scopes

    async def _regions(self, account_id: str, api: str) -> Sequence[str]:
        """Regions of one account, which must not hide the others where its own are not known.

        Its sweeps fail, in one place, with why.
        """
        try:
            names = await regions.regions(self, account_id, api)
        except CollectError as error:
            if not self.accounts.several:
                raise
            self._regions_unknown[account_id, api] = error.bare()
            return [self.options.default_region]
        self._regions_unknown.pop((account_id, api), None)
        return names

    async def pages(self, listing: Listing, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
        """See spec.Client."""
        regions_unknown = self._regions_unknown.get((scope.account_id, listing.api))
        if regions_unknown is not None and listing.scope != "global":
            raise regions_unknown
        permissions = ", ".join(listing.permissions)
        try:
            async for answer in self.answers(
                scope, listing.api, listing.operation, listing.params, permissions=permissions
            ):
                yield paging.items(answer, listing.items)
        except NotThere as absent:
            log.debug("nothing to list: %s", absent)

    async def series(self, reads: Sequence[Read], until: float) -> Reading:
        """See spec.Client."""
        return await cloudwatch.read(self, reads, until)

    async def extras(self, now: float) -> Extras:
        """See spec.Client."""
        inventories, reported, unseen = await asyncio.gather(
            inventory.inventories(self),
            sustainability.reported(self, now),
            billed.unseen(self, self._estimated),
        )
        names: dict[tuple[str, str], str] = {}
        for account_id in await self.accounts.known():
            if self.accounts.names.get(account_id):
                names["aws", account_id] = self.accounts.names[account_id]
        return Extras(
            reported=reported, account_names=names, inventories=inventories, unsupported=unseen
        )

    async def close(self) -> None:
        """See spec.Client."""
        await self.accounts.close()
