"""API of Scaleway as one key opens it: list calls, single calls, and what answers are kept.

Helpers of the client (account, look-ups, Cockpit, search...) and the client itself stand on it; it
knows none of them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cloud_carbon_exporter.providers.options import ScalewayOptions
from cloud_carbon_exporter.providers.refusals import Refusals
from cloud_carbon_exporter.providers.scaleway.client import paging
from cloud_carbon_exporter.providers.scaleway.client.credentials import (
    Credentials,
    find_credentials,
)
from cloud_carbon_exporter.providers.scaleway.client.http import PATIENCE, Call, Http, Params
from cloud_carbon_exporter.providers.scaleway.client.memory import Memory
from cloud_carbon_exporter.providers.scaleway.client.optional import REFUSABLE
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.spec import Meter, Scope


@dataclass(frozen=True, slots=True)
class Document:
    """Answer of a single call. total: how many objects it counts in all, 0 where it says none."""

    fields: Mapping[str, Any]
    total: int


LabelValues = Callable[[str, str, str, str], Awaitable[Sequence[str]]]
"""Values of a label that series of a Cockpit bear: project id, region, query, label."""


async def _no_values(project_id: str, region: str, query: str, label: str) -> Sequence[str]:
    return ()


class Api:
    """API of one organisation over one session.

    organization_id: empty until it is known. label_values: what Cockpit has series of, for what no
        other API lists; none without a Cockpit. pause_seconds: before the second try of a call.
    """

    def __init__(
        self,
        settings: TargetSettings,
        meter: Meter,
        *,
        environ: Mapping[str, str] | None = None,
        pause_seconds: float = PATIENCE.first_pause_seconds,
    ) -> None:
        self.settings = settings
        self.environ: Mapping[str, str] = os.environ if environ is None else environ
        self.memory = Memory()
        self.refusals = Refusals("scaleway", REFUSABLE)
        self.organization_id = ""
        self.label_values: LabelValues = _no_values
        self.http = Http(
            meter,
            timeout_seconds=settings.timeout_seconds,
            patience=replace(PATIENCE, first_pause_seconds=pause_seconds),
            account=lambda: self.organization_id,
        )
        self._credentials: Credentials | None = None

    @property
    def credentials(self) -> Credentials:
        """The API key in use; found on first need. Raises CredentialsMissing."""
        if self._credentials is None:
            options = self.settings.options_of(ScalewayOptions)
            self._credentials = find_credentials(self.environ, options.organization_id)
        return self._credentials

    def forget_credentials(self) -> None:
        """Have the API key looked for anew: the one in use was refused."""
        self._credentials = None

    async def list(
        self,
        operation: str,
        path: str,
        items: str,
        *,
        scope: Scope | None = None,
        permission: str = "",
        params: Params | None = None,
        size_name: str = "page_size",
        size: int = paging.PAGE_SIZE,
    ) -> AsyncIterator[Sequence[Any]]:
        """Pages of any list call of the API."""
        call = self._call(operation, path, scope, permission, params)
        async for page in paging.pages(self.http, call, items, size_name=size_name, size=size):
            yield page

    async def ask(
        self,
        operation: str,
        path: str,
        *,
        scope: Scope | None = None,
        permission: str = "",
        params: Params | None = None,
    ) -> Document:
        """Answer of the API as a JSON object; one of another shape has no fields."""
        answer = await self.http.send(self._call(operation, path, scope, permission, params))
        # The one list that is asked page by page here, server types, is counted in a header.
        counted = answer.headers.get("X-Total-Count", "")
        return Document(
            fields=answer.document if isinstance(answer.document, dict) else {},
            total=int(counted) if counted.isdigit() else 0,
        )

    def _call(
        self, operation: str, path: str, scope: Scope | None, permission: str, params: Params | None
    ) -> Call:
        filled = path.format(zone=scope.zone, region=scope.region) if scope else path
        return Call(
            url=f"{self.credentials.api_url}/{filled}",
            # The first word of a path is the product: the name calls are counted by.
            api=path.split("/", 1)[0],
            operation=operation,
            params=params,
            # The secret key is all a call needs; the access key signs S3 alone.
            headers={"X-Auth-Token": self.credentials.secret_key},
            place=(scope.zone or scope.region) if scope else "",
            permission=permission,
        )
