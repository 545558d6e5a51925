"""Application Default Credentials of Google: found, refreshed, and kept off the event loop.

google-auth blocks, so it runs in a thread.
"""

from __future__ import annotations

import asyncio
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

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_EARLY_SECONDS = 300
_TIMEOUT_SECONDS = 30
_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_IMPERSONATE = "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"


class _Found(NamedTuple):
    """Credentials of google-auth, and the project they stand for; may be empty."""

    credentials: Any
    project: str


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
        return CredentialsRefused(f"{_FILE}={named}: {words[:200]}", provider="gcp")
    hint = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
    return CredentialsMissing(f"no credentials found; tried {_tried()}", provider="gcp", hint=hint)


def _impersonated(source: Any, principal: str) -> Any:
    from google.auth import impersonated_credentials

    return impersonated_credentials.Credentials(
        source_credentials=source, target_principal=principal, target_scopes=list(_SCOPES)
    )


def _default(project: str) -> _Found:
    """Default credentials of the environment. Raises as `Tokens.headers` does."""
    import google.auth
    from google.auth import exceptions
    from google.auth.credentials import with_scopes_if_required

    with _transport() as request, warnings.catch_warnings():
        # google-auth warns of a user's credentials without a quota project; `_find` sets one.
        warnings.simplefilter("ignore", UserWarning)
        try:
            # With scopes, workload identity asks Resource Manager for its project: needless where
            # one is given.
            credentials, default_project = google.auth.default(
                scopes=None if project else _SCOPES, request=request
            )
        except (exceptions.GoogleAuthError, ValueError) as error:
            raise _missing(error) from None
    scoped = with_scopes_if_required(credentials, _SCOPES)
    return _Found(scoped, project or default_project or "")


def _find(project: str) -> _Found:
    """Credentials to call with: impersonated where that is wanted, else the default ones."""
    from google.oauth2.credentials import Credentials as User

    default = _default(project)
    credentials = default.credentials
    if principal := os.environ.get(_IMPERSONATE, ""):
        credentials = _impersonated(credentials, principal)
    # A user's calls need a project whose quota they use; a service account has its own.
    elif isinstance(credentials, User) and not credentials.quota_project_id and default.project:
        credentials = credentials.with_quota_project(default.project)
    return default._replace(credentials=credentials)


def _refresh(credentials: Any) -> _Token:
    """A new token of these credentials. Raises as `Tokens.headers` does."""
    from google.auth import exceptions

    with _transport() as request:
        try:
            credentials.refresh(request)
        except exceptions.TransportError as error:
            words = f"token endpoint: {type(error).__name__}"
            raise Unreachable(words, provider="gcp", operation="token") from None
        except exceptions.GoogleAuthError as error:
            words = str(error.args[0] if error.args else type(error).__name__)[:200]
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


class Tokens:
    """Credentials of one Target: found once, refreshed five minutes before they end."""

    def __init__(self, project: str) -> None:
        self._asked = project
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
            self._found = await asyncio.to_thread(_find, self._asked)
        return self._found
