"""botocore sessions made light: one loader a process, cheap timestamps, our reader of EC2's XML.

A session stands for one set of credentials. What is dear about it (service models, endpoint rules)
lives in the loader, which all share; clients are made when first needed, per service and region,
and stay open.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from cloud_carbon_exporter.http import agent
from cloud_carbon_exporter.providers.aws.client.ec2_xml import Ec2Parser
from cloud_carbon_exporter.providers.aws.client.http import http_session_class
from cloud_carbon_exporter.providers.aws.client.models import prune
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.spec import TargetSettings

USER_AGENT = "cloud-carbon-exporter"
logging.getLogger("aiobotocore.credentials").setLevel(
    logging.ERROR
)  # a refusal is ours to tell, without a traceback
_HEAD_BYTES = 1024
_UNVALIDATED = frozenset({"cloudwatch"})  # 500 queries a call, made by one tested function


@cache
def _loader() -> Any:
    from botocore.session import Session

    return prune(Session().get_component("data_loader"))


class _WaryParser:
    """botocore reads what is not an answer of AWS (half a JSON body, a proxy's login page) as an
    empty one: an account with nothing in it. This one says that it cannot be read.
    """

    def __init__(self, stock: Any, is_answer: Callable[[bytes], bool]) -> None:
        self._stock = stock
        self._is_answer = is_answer

    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """See botocore's ResponseParser."""
        body = response["body"]
        if (
            response["status_code"] < 300
            and isinstance(body, bytes)
            and body.strip()
            and not self._is_answer(body)
        ):
            from botocore.parsers import ResponseParserError

            raise ResponseParserError("the body is no answer of AWS")
        return await self._stock.parse(response, shape)


def _is_whole_json(body: bytes) -> bool:
    return body.rstrip()[-1:] in b"}]"


def _is_aws_xml(body: bytes) -> bool:
    return b"<html" not in body[:_HEAD_BYTES].lower()


class ParserFactory:
    """What a session asks for parsers. Timestamps stay as they come (a number, or ISO text): few
    are ever looked at.
    """

    def __init__(self) -> None:
        from aiobotocore.parsers import AioResponseParserFactory

        self._stock = AioResponseParserFactory()
        self._stock.set_parser_defaults(timestamp_parser=lambda value: value)

    def set_parser_defaults(self, **defaults: Any) -> None:
        """See botocore's ResponseParserFactory."""
        self._stock.set_parser_defaults(**defaults)

    def create_parser(self, protocol_name: str) -> Any:
        """The parser of a protocol of AWS."""
        parser = self._stock.create_parser(protocol_name)
        if protocol_name in ("json", "rest-json"):
            return _WaryParser(parser, _is_whole_json)
        if protocol_name in ("query", "rest-xml"):
            return _WaryParser(parser, _is_aws_xml)
        return Ec2Parser(_WaryParser(parser, _is_aws_xml)) if protocol_name == "ec2" else parser


def open_session() -> Any:
    """A new session: it reads the environment and the shared files afresh, and shares the loader
    with all others.
    """
    from aiobotocore.session import AioSession

    session = AioSession()
    session.register_component("data_loader", _loader())
    session.register_component("response_parser_factory", ParserFactory())
    session.user_agent_name = USER_AGENT
    return session


def client_config(settings: TargetSettings, service: str) -> Any:
    """Timeouts and pools. Retries are left to AWS_RETRY_MODE, AWS_MAX_ATTEMPTS and the profile."""
    from aiobotocore.config import AioConfig

    return AioConfig(
        http_session_cls=http_session_class(),
        connect_timeout=settings.timeout_seconds,
        read_timeout=settings.timeout_seconds,
        user_agent=agent.USER_AGENT,
        parameter_validation=service not in _UNVALIDATED,
        max_pool_connections=16,
    )


def with_role(
    base: Any, settings: TargetSettings, role_arn: str, assumed: Callable[[], None] = lambda: None
) -> Any:
    """A session that acts as a role, assumed with the base session's credentials and renewed before
    it expires.

    assumed: called each time that is done.
    """
    from aiobotocore.credentials import (
        AioAssumeRoleCredentialFetcher,
        AioDeferredRefreshableCredentials,
    )

    session = open_session()

    def sts(service: str, **credentials: Any) -> Any:
        config = client_config(settings, service)
        return base.create_client(
            service,
            region_name=settings.options_of(AwsOptions).default_region,
            config=config,
            **credentials,
        )

    async def refresh() -> Any:
        fetcher = AioAssumeRoleCredentialFetcher(
            client_creator=sts,
            source_credentials=await base.get_credentials(),
            role_arn=role_arn,
            extra_args={"RoleSessionName": USER_AGENT},
            cache={},
        )
        credentials = await fetcher.fetch_credentials()
        assumed()
        return credentials

    session._credentials = AioDeferredRefreshableCredentials(
        refresh_using=refresh, method="assume-role"
    )
    return session


@dataclass(slots=True)
class _Open:
    client: Any
    users: int = 0


class Pool:
    """The open clients of a target. Beyond a number the one that was used longest ago goes: each
    holds 0.15 MB.
    """

    def __init__(self, limit: int = 400) -> None:
        self.limit = limit
        self.clients: OrderedDict[tuple[int, str, str], _Open] = OrderedDict()

    def idle(self) -> list[_Open]:
        """Take out what is too many and in nobody's hands, to be closed."""
        excess = len(self.clients) - self.limit
        keys = [key for key, each in self.clients.items() if not each.users][: max(0, excess)]
        return [self.clients.pop(key) for key in keys]


class Clients:
    """The open clients of one session, made when first asked for."""

    def __init__(self, session: Any, settings: TargetSettings, pool: Pool | None = None) -> None:
        self.session = session
        self._settings = settings
        self._pool = pool or Pool()
        self._making = asyncio.Lock()

    @asynccontextmanager
    async def using(self, service: str, region: str) -> AsyncIterator[Any]:
        """The client of a service in a region, which stays open as long as it is used."""
        held = await self._held(service, region)
        held.users += 1
        try:
            yield held.client
        finally:
            held.users -= 1

    async def get(self, service: str, region: str) -> Any:
        """The client of a service in a region, to look at: it may be closed soon."""
        return (await self._held(service, region)).client

    def names(self) -> set[tuple[str, str]]:
        """(service, region) of those that are open."""
        return {
            (service, region) for owner, service, region in self._pool.clients if owner == id(self)
        }

    async def _held(self, service: str, region: str) -> _Open:
        key, clients = (id(self), service, region), self._pool.clients
        if key not in clients:
            async with self._making:
                if key not in clients:
                    made = await self._make(service, region)
                    for each in self._pool.idle():
                        await each.client.__aexit__(None, None, None)
                    clients[key] = _Open(made)
        clients.move_to_end(key)
        return clients[key]

    async def _make(self, service: str, region: str) -> Any:
        collecting = gc.isenabled()
        # making a client allocates much and frees nothing: the collector only walks in vain
        gc.disable()
        try:
            context = self.session.create_client(
                service, region_name=region, config=client_config(self._settings, service)
            )
            return await context.__aenter__()
        finally:
            if collecting:
                gc.enable()

    async def close(self) -> None:
        """Close all of them; in-flight calls end with an error."""
        for service, region in self.names():
            await self._pool.clients.pop((id(self), service, region)).client.__aexit__(
                None, None, None
            )
