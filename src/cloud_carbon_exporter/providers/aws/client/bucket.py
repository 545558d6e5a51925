"""Bucket of S3 as a reader sees it: what lies below a prefix, and its bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from cloud_carbon_exporter.providers.aws.client.clients import Clients
from cloud_carbon_exporter.providers.aws.client.errors import translate
from cloud_carbon_exporter.providers.aws.client.session import on_its_own, open_session
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.providers.stored import Stored

_SETTINGS = TargetSettings(provider="aws", options=AwsOptions())


class S3Bucket:
    """See stored.Bucket."""

    def __init__(self, name: str, clients: Clients, region: str) -> None:
        self._name = name
        self._clients = clients
        self._region = region

    async def below(self, prefix: str) -> AsyncIterator[Stored]:
        """See stored.Bucket. Raises PermissionMissing, which names s3:ListBucket."""
        more: dict[str, str] = {}
        while True:
            answer = await self._call("list_objects_v2", "s3:ListBucket", Prefix=prefix, **more)
            for found in answer.get("Contents", []):
                yield Stored(found["Key"], int(found["Size"]))
            token = answer.get("NextContinuationToken")
            if not token:
                return
            more = {"ContinuationToken": token}

    async def part(self, name: str, first: int, last: int) -> bytes:
        """See stored.Bucket. Raises PermissionMissing, which names s3:GetObject."""
        wanted = f"bytes={first}-{last}"
        body: bytes = await self._call("get_object", "s3:GetObject", Key=name, Range=wanted)
        return body

    async def _call(self, method: str, permission: str, **parameters: str) -> Any:
        try:
            async with self._clients.using("s3", self._region) as s3:
                answer = await getattr(s3, method)(Bucket=self._name, **parameters)
                # Our session has read the body whole (http.py), so that there is no stream.
                return await answer["Body"].raw_stream.read() if "Body" in answer else answer
        except Exception as error:
            raise translate(
                error,
                account_id=self._name,
                region=self._region,
                api="s3",
                operation=permission.removeprefix("s3:"),
                permissions=permission,
            ) from None


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[S3Bucket]:
    """The bucket of that name, with the credentials and the region of the environment."""
    region = AwsOptions().default_region
    session = on_its_own(open_session(), region)
    clients = Clients(session, _SETTINGS)
    try:
        yield S3Bucket(name, clients, session.get_config_variable("region") or region)
    finally:
        await clients.close()
