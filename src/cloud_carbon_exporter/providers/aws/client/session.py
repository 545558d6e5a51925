"""botocore sessions made light: one loader a process, few handlers, our own parsers.

A session stands for one set of credentials. What is dear about it (service models, endpoint rules)
lives in the loader, which all share.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from cloud_carbon_exporter.http import agent
from cloud_carbon_exporter.providers.aws.client.hooks import aliaser_class, hooks_class
from cloud_carbon_exporter.providers.aws.client.http import http_session_class
from cloud_carbon_exporter.providers.aws.client.models import prune
from cloud_carbon_exporter.providers.aws.client.parsers import ParserFactory
from cloud_carbon_exporter.providers.options import AwsOptions
from cloud_carbon_exporter.providers.settings import TargetSettings

# of the sessions of assumed roles, as CloudTrail shows them, and of what asks for credentials
_NAME = "cloud-carbon-exporter"
# its parameters are not checked: 500 queries a call, made by one tested function
_UNVALIDATED = frozenset({"cloudwatch"})

# a refusal is ours to tell, without a traceback
logging.getLogger("aiobotocore.credentials").setLevel(logging.ERROR)


def open_session() -> Any:
    """A new session, which reads the environment and the shared files afresh."""
    from aiobotocore.session import AioSession

    hooks = hooks_class()()
    session = AioSession(event_hooks=hooks)
    session.register_component("data_loader", _loader())
    session.register_component("response_parser_factory", ParserFactory())
    session.register_component("event_emitter", aliaser_class()(hooks))
    session.user_agent_name = _NAME
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
        max_pool_connections=16,  # more than the calls at once towards one API
    )


def with_role(
    base: Any, settings: TargetSettings, role_arn: str, assumed: Callable[[], None] = lambda: None
) -> Any:
    """A session that acts as a role, assumed with the base session's credentials.

    They are renewed before they expire. assumed: called each time that is done.
    """
    from aiobotocore.credentials import (
        AioAssumeRoleCredentialFetcher,
        AioDeferredRefreshableCredentials,
    )

    session = open_session()

    def sts(service: str, **credentials: Any) -> Any:
        config = client_config(settings, service)
        region = settings.options_of(AwsOptions).default_region
        return base.create_client(service, region_name=region, config=config, **credentials)

    async def refresh() -> Any:
        fetcher = AioAssumeRoleCredentialFetcher(
            client_creator=sts,
            source_credentials=await base.get_credentials(),
            role_arn=role_arn,
            # no duration: a role assumed by another role lasts an hour at most
            extra_args={"RoleSessionName": _NAME},
            cache={},
        )
        credentials = await fetcher.fetch_credentials()
        assumed()
        return credentials

    # deferred: nothing is asked before the first call, and then by one caller for all
    session._credentials = AioDeferredRefreshableCredentials(
        refresh_using=refresh, method="assume-role"
    )
    return session


@cache
def _loader() -> Any:
    from botocore.session import Session

    return prune(Session().get_component("data_loader"))
