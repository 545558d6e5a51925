"""Application Default Credentials of Google: found, refreshed, and kept off the event loop.

google-auth blocks, so it runs in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, NamedTuple

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Unreachable,
)
from cloud_carbon_exporter.http.blocking import BlockingPool
from cloud_carbon_exporter.http.connection_faults import TlsFault, causes, tls_fault
from cloud_carbon_exporter.masking import excerpt

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_EARLY_SECONDS = 300
_TIMEOUT_SECONDS = 30
_LONGEST = 200  # of what an error says
_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_QUOTA_PROJECT = "GOOGLE_CLOUD_QUOTA_PROJECT"
_IMPERSONATE = "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"

UNIVERSE = "googleapis.com"
"""Domain of Google's APIs for all who have no cloud of their own (Trusted Partner Clouds)."""


class Wanted(NamedTuple):
    """What a target says of its project.

    project: the one to explore; empty for that of the credentials. quota_project: whose quota a
    person's calls use where the login says none. needs_project: whether one is explored, and no
    folder or organisation.
    """

    project: str
    quota_project: str = ""
    needs_project: bool = True


class _Found(NamedTuple):
    """Credentials of google-auth, their universe, and the project they are of; may be empty."""

    credentials: Any
    project: str
    universe: str = UNIVERSE


class _Token(NamedTuple):
    """Headers that let a call pass, and the moment from which on they do no more."""

    headers: Mapping[str, str]
    ends: float


@contextmanager
def _transport() -> Iterator[Any]:
    from google.auth.transport import urllib3 as transport

    with BlockingPool(_TIMEOUT_SECONDS, _metadata_hosts()) as pool:
        yield transport.Request(pool)


def _metadata_hosts() -> list[str]:
    """Hosts of the metadata server, which answers its own machine alone and through no proxy."""
    hosts = ["metadata.google.internal", "169.254.169.254"]
    names = ("GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP")
    hosts.extend(os.environ.get(name, "") for name in names)
    return hosts


def _tried() -> str:
    from google.auth import _cloud_sdk

    named = os.environ.get(_FILE)
    host = os.environ.get("GCE_METADATA_HOST", "metadata.google.internal")
    return "; ".join(
        (
            f"{_FILE} ({named} is not there)" if named else f"{_FILE} (not set)",
            f"gcloud's file {_cloud_sdk.get_application_default_credentials_path()} (not there)",
            f"the metadata server {host} (no answer)",
        )
    )


def _missing(error: Exception) -> CollectError:
    named = os.environ.get(_FILE)
    if named and Path(named).exists():
        words = str(error.args[0]) if error.args else "unreadable"
        return CredentialsRefused(f"{_FILE}={named}: {excerpt(words, _LONGEST)}", provider="gcp")
    hint = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
    return CredentialsMissing(f"no credentials found; tried {_tried()}", provider="gcp", hint=hint)


def _impersonated(source: Any, chain: str, quota_project: str) -> Any:
    """Credentials of the last service account of a chain, each impersonated by the one before.

    gcloud's --impersonate-service-account takes such a list, of which the last one is the target.
    """
    from google.auth import impersonated_credentials

    *delegates, principal = [name.strip() for name in chain.split(",") if name.strip()]
    return impersonated_credentials.Credentials(
        source_credentials=source,
        target_principal=principal,
        target_scopes=list(_SCOPES),
        # iamcredentials.v1 takes delegates by their full name alone.
        delegates=[f"projects/-/serviceAccounts/{name}" for name in delegates],
        quota_project_id=quota_project or None,
    )


def _is_news(record: logging.LogRecord) -> bool:
    return "No project ID could be determined" not in record.getMessage()


def _default(wanted: Wanted) -> _Found:
    """Default credentials of the environment. Raises as `Tokens.headers` does."""
    import google.auth
    from google.auth import exceptions
    from google.auth.credentials import with_scopes_if_required

    # Where a project is needed, its lack is told as an error; elsewhere it is nothing to warn of.
    logging.getLogger("google.auth._default").addFilter(_is_news)
    asks_for_project = wanted.needs_project and not wanted.project
    with _transport() as request, warnings.catch_warnings():
        # google-auth warns of a user's credentials without a quota project; `_find` sets one.
        warnings.simplefilter("ignore", UserWarning)
        try:
            # With scopes, workload identity asks Resource Manager for its project: needless where
            # one is given.
            credentials, default_project = google.auth.default(
                scopes=_SCOPES if asks_for_project else None, request=request
            )
        except (exceptions.GoogleAuthError, ValueError) as error:
            raise _missing(error) from None
        scoped = with_scopes_if_required(credentials, _SCOPES)
        return _Found(scoped, wanted.project or default_project or "", _universe(scoped, request))


def _universe(credentials: Any, request: Any) -> str:
    """Domain that credentials are of; the metadata server says it of those of its machine."""
    from google.auth import compute_engine, exceptions
    from google.auth.compute_engine import _metadata

    named = os.environ.get("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "")
    if named:
        return named
    if not isinstance(credentials, compute_engine.Credentials):
        return str(getattr(credentials, "universe_domain", "") or UNIVERSE)
    try:
        return str(_metadata.get_universe_domain(request))
    except exceptions.GoogleAuthError:
        return UNIVERSE  # servers of old have no such path


def _find(wanted: Wanted) -> _Found:
    """Credentials to call with: impersonated where that is wanted, else the default ones."""
    from google.oauth2.credentials import Credentials as User

    default = _default(wanted)
    credentials = default.credentials
    told = os.environ.get(_QUOTA_PROJECT) or getattr(credentials, "quota_project_id", "") or ""
    # A user's calls need a project whose quota they use, those that impersonate as well; a service
    # account has its own, unless another was told.
    used = told or wanted.quota_project or default.project
    if isinstance(credentials, User):
        if used:
            credentials = credentials.with_quota_project(used)
        elif credentials.client_id == _gcloud_client():
            raise CredentialsMissing(
                "a person's login names no project whose quota its calls may use",
                provider="gcp",
                hint="gcloud auth application-default set-quota-project PROJECT",
            )
    elif told and hasattr(credentials, "with_quota_project"):
        credentials = credentials.with_quota_project(told)
    if chain := os.environ.get(_IMPERSONATE, "").strip(", "):
        credentials = _impersonated(credentials, chain, told)
    return default._replace(credentials=credentials)


def _gcloud_client() -> str:
    """Client that gcloud logs people in by; its own project has no API of ours enabled."""
    from google.auth import _cloud_sdk

    return str(_cloud_sdk.CLOUD_SDK_CLIENT_ID)


def _refresh(credentials: Any) -> _Token:
    """A new token of these credentials. Raises as `Tokens.headers` does."""
    from google.auth import exceptions

    with _transport() as request:
        try:
            credentials.refresh(request)
        except exceptions.TransportError as error:
            raise _unreached(error) from None
        except exceptions.GoogleAuthError as error:
            told = str(error.args[0] if error.args else type(error).__name__)
            words = excerpt(told, _LONGEST)
            kind = Unreachable if getattr(error, "retryable", False) else CredentialsRefused
            raise kind(f"no token: {words}", provider="gcp", operation="token") from None
        except (TypeError, ValueError) as error:
            # google-auth checks nothing of what a file says before it uses it.
            words = f"no token: the key cannot sign for one: {type(error).__name__}"
            hint = "Google's key files hold an RSA key: download one anew"
            raise CredentialsRefused(words, provider="gcp", operation="token", hint=hint) from None
    headers: dict[str, str] = {}
    credentials.apply(headers)
    expiry = credentials.expiry
    ends = expiry.replace(tzinfo=UTC).timestamp() if expiry else time.time() + 2 * _EARLY_SECONDS
    return _Token(headers, ends)


def _unreached(error: Exception) -> Unreachable:
    """Why the token endpoint, whichever it is, gave no answer."""
    pools = (getattr(cause, "pool", None) for cause in causes(error))
    pool = next(filter(None, pools), None)
    host = f"{pool.host}:{pool.port}" if pool else "an unknown host"
    fault = tls_fault(error, host) or TlsFault(f"no answer from {host}", "")
    words = f"token endpoint: {fault.message}"
    return Unreachable(words, provider="gcp", operation="token", hint=fault.hint)


class Tokens:
    """Credentials of one Target: found once, refreshed five minutes before they end.

    universe: the domain of the APIs they are for, once they are found.
    """

    def __init__(self, project: str, quota_project: str = "", *, needed: bool = True) -> None:
        self._wanted = Wanted(project, quota_project, needed)
        self.universe = UNIVERSE
        self._found: _Found | None = None
        self._token = _Token({}, 0.0)
        self._lock = asyncio.Lock()

    async def project(self) -> str:
        """Project asked for, else that of the credentials; may be empty. Raises as `headers`."""
        async with self._lock:
            return (await self._once_found()).project

    async def headers(self) -> Mapping[str, str]:
        """Headers that let a call pass.

        Raises CredentialsMissing when none are found, CredentialsRefused when they give no token,
        Unreachable when nobody answers.
        """
        if self._is_young():
            return self._token.headers
        async with self._lock:
            if not self._is_young():
                credentials = (await self._once_found()).credentials
                try:
                    self._token = await asyncio.to_thread(_refresh, credentials)
                except CredentialsRefused:
                    self.forget()
                    raise
            return self._token.headers

    def forget(self) -> None:
        """The token was refused: ask for another the next time, of credentials read anew."""
        self._token = _Token({}, 0.0)
        self._found = None

    def _is_young(self) -> bool:
        return time.time() < self._token.ends - _EARLY_SECONDS

    async def _once_found(self) -> _Found:
        if self._found is None:
            self._found = await asyncio.to_thread(_find, self._wanted)
            self.universe = self._found.universe
        return self._found
