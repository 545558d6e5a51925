"""botocore sessions made light: one loader a process, few handlers, our own parsers.

A session stands for one set of credentials. What is dear about it (service models, endpoint rules)
lives in the loader, which all share.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from cloud_carbon_exporter.errors import CredentialsRefused
from cloud_carbon_exporter.http import agent
from cloud_carbon_exporter.known_secrets.known import KNOWN
from cloud_carbon_exporter.providers.aws.client.hooks import aliaser_class, hooks_class
from cloud_carbon_exporter.providers.aws.client.http import http_session_class, resolver
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


def open_session(profile: str = "") -> Any:
    """A new session, which reads the environment and the shared files afresh.

    profile: of the shared files; empty = as the environment says.
    """
    from aiobotocore.session import AioSession

    hooks = hooks_class()()
    session = AioSession(event_hooks=hooks, profile=profile or None)
    session.register_component("data_loader", _loader())
    session.register_component("response_parser_factory", ParserFactory())
    session.register_component("event_emitter", aliaser_class()(hooks))
    session.user_agent_name = _NAME
    return session


def on_its_own(session: Any, region: str) -> Any:
    """The session, which asks nobody: neither for the code of an MFA device nor for a region.

    botocore would ask for the one on the terminal, and wait. Without the other, where neither the
    environment nor the profile says it, it assumes no role of a profile. Raises what a profile that
    is not there raises.
    """
    if session.get_config_variable("region") is None:
        session.set_config_variable("region", region)
    for provider in session.get_component("credential_provider").providers:
        if hasattr(provider, "_prompter"):
            provider._prompter = _nobody_types
    return session


async def remember_key(credentials: Any) -> None:
    """Remember the secret key of credentials, which signs and is never sent, to be masked."""
    frozen = await credentials.get_frozen_credentials()
    KNOWN.remember([frozen.secret_key or ""])


def _nobody_types(prompt: str) -> str:
    raise CredentialsRefused(
        "the profile asks for the code of an MFA device (mfa_serial), and nobody is there to type "
        "it",
        provider="aws",
        operation="AssumeRole",
        hint="take a role whose trust policy has no such condition, or run `aws sso login`",
    )


def client_config(settings: TargetSettings, service: str, session: Any) -> Any:
    """Timeouts and pools. Retries are left to AWS_RETRY_MODE, AWS_MAX_ATTEMPTS and the profile."""
    from aiobotocore.config import AioConfig

    return AioConfig(
        connector_args={"resolver": resolver(settings.timeout_seconds)},
        http_session_cls=http_session_class(),
        connect_timeout=settings.timeout_seconds,
        read_timeout=settings.timeout_seconds,
        user_agent=agent.USER_AGENT,
        parameter_validation=service not in _UNVALIDATED,
        max_pool_connections=16,  # more than the calls at once towards one API
        **({"inject_host_prefix": False} if _is_redirected(session, service) else {}),
    )


def _is_redirected(session: Any, service: str) -> bool:
    """Whether the environment or the profile names an endpoint: a gateway, a stand-in of AWS.

    MWAA and others put "api." before their host. One that somebody named is there as it is named.
    """
    from botocore.configprovider import ConfiguredEndpointProvider

    if session.get_config_variable("ignore_configured_endpoint_urls"):
        return False
    named = ConfiguredEndpointProvider(session.full_config, session.get_scoped_config(), service)
    return bool(named.provide())


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

    options = settings.options_of(AwsOptions)
    session = open_session(options.profile)

    def sts(service: str, **credentials: Any) -> Any:
        config = client_config(settings, service, base)
        region = options.default_region
        return base.create_client(service, region_name=region, config=config, **credentials)

    async def refresh() -> Any:
        fetcher = AioAssumeRoleCredentialFetcher(
            client_creator=sts,
            source_credentials=await base.get_credentials(),
            role_arn=role_arn,
            extra_args=_asked_of_role(options),
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


def _asked_of_role(options: AwsOptions) -> dict[str, Any]:
    """Arguments of AssumeRole beside the role.

    Without a duration the role's own holds, an hour; longer no role lasts that another assumes.
    """
    asked: dict[str, Any] = {"RoleSessionName": options.role_session_name or _NAME}
    if options.external_id:
        asked["ExternalId"] = options.external_id
    if options.session_seconds:
        asked["DurationSeconds"] = int(options.session_seconds)
    return asked


@cache
def _loader() -> Any:
    from botocore.session import Session

    return prune(Session().get_component("data_loader"))
