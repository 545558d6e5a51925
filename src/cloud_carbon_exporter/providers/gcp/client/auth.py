"""Application Default Credentials, kept off the event loop: google-auth blocks, so it runs in a
thread.
"""

from __future__ import annotations

import asyncio
import os
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Unreachable,
)

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_EARLY_SECONDS = 300
_TIMEOUT_SECONDS = 30
_FILE = "GOOGLE_APPLICATION_CREDENTIALS"
_IMPERSONATE = "CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT"


@contextmanager
def _transport() -> Iterator[Any]:
    import urllib3
    from google.auth.transport import urllib3 as transport

    with urllib3.PoolManager() as pool:
        yield partial(transport.Request(pool), timeout=_TIMEOUT_SECONDS)


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
        said = str(error.args[0]) if error.args else "unreadable"
        return CredentialsRefused(f"{_FILE}={named}: {said[:200]}", provider="gcp")
    hint = "gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS"
    return CredentialsMissing(f"no credentials found; tried {_tried()}", provider="gcp", hint=hint)


def _impersonated(source: Any, principal: str) -> Any:
    from google.auth import impersonated_credentials

    return impersonated_credentials.Credentials(
        source_credentials=source, target_principal=principal, target_scopes=list(_SCOPES)
    )


def _find(project: str) -> tuple[Any, str]:
    import google.auth
    from google.auth import exceptions
    from google.auth.credentials import with_scopes_if_required
    from google.oauth2.credentials import Credentials as User

    with _transport() as request, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # of end user credentials without a quota project: set below
        try:
            # With scopes, workload identity asks Resource Manager for its project: needless where
            # one is given.
            found, default_project = google.auth.default(
                scopes=None if project else _SCOPES, request=request
            )
        except (exceptions.GoogleAuthError, ValueError) as error:
            raise _missing(error) from None
    found = with_scopes_if_required(found, _SCOPES)
    project = project or default_project or ""
    if principal := os.environ.get(_IMPERSONATE, ""):
        found = _impersonated(found, principal)
    elif isinstance(found, User) and not found.quota_project_id and project:
        found = found.with_quota_project(project)
    return found, project


def _refresh(credentials: Any) -> tuple[dict[str, str], float]:
    from google.auth import exceptions

    with _transport() as request:
        try:
            credentials.refresh(request)
        except exceptions.TransportError as error:
            said = f"token endpoint: {type(error).__name__}"
            raise Unreachable(said, provider="gcp", operation="token") from None
        except exceptions.GoogleAuthError as error:
            said = str(error.args[0] if error.args else type(error).__name__)[:200]
            kind = Unreachable if getattr(error, "retryable", False) else CredentialsRefused
            raise kind(f"no token: {said}", provider="gcp", operation="token") from None
        except (
            TypeError,
            ValueError,
        ) as error:  # google-auth checks nothing of what a file says before it uses it
            said = f"no token: the key cannot sign for one: {type(error).__name__}"
            hint = "Google's key files hold an RSA key: download one anew"
            raise CredentialsRefused(said, provider="gcp", operation="token", hint=hint) from None
    headers: dict[str, str] = {}
    credentials.apply(headers)
    expiry = credentials.expiry
    ends = expiry.replace(tzinfo=UTC).timestamp() if expiry else time.time() + 2 * _EARLY_SECONDS
    return headers, ends


class Tokens:
    """The credentials of one Target: found once, refreshed five minutes before they end."""

    def __init__(self, project: str) -> None:
        self._asked = project
        self._found: tuple[Any, str] | None = None
        self._headers: dict[str, str] = {}
        self._ends = 0.0
        self._lock = asyncio.Lock()

    async def project(self) -> str:
        """The project asked for, else that of the credentials; may be empty. Raises as `headers`
        does.
        """
        async with self._lock:
            return (await self._credentials())[1]

    async def headers(self) -> Mapping[str, str]:
        """The headers that let a call pass.

        Raises CredentialsMissing when none are found, CredentialsRefused when they give no token,
        Unreachable when nobody answers.
        """
        if time.time() < self._ends - _EARLY_SECONDS:
            return self._headers
        async with self._lock:
            if time.time() >= self._ends - _EARLY_SECONDS:
                credentials, _ = await self._credentials()
                try:
                    self._headers, self._ends = await asyncio.to_thread(_refresh, credentials)
                except CredentialsRefused:
                    self.forget()
                    raise
            return self._headers

    def forget(self) -> None:
        """The token was refused: ask for another the next time, of credentials read anew."""
        self._ends = 0.0
        self._found = None

    async def _credentials(self) -> tuple[Any, str]:
        if self._found is None:
            self._found = await asyncio.to_thread(_find, self._asked)
        return self._found
