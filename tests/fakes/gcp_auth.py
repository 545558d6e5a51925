"""How Google hands out tokens: the OAuth endpoint, STS, impersonation, and the metadata server."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def _padded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Tokens:
    """Every way to a token. Each token is new; `valid` holds those that open the APIs."""

    project: str
    lifetime_seconds: int = 3600
    valid: set[str] = field(default_factory=set)
    issued: list[str] = field(default_factory=list)  # how each token was asked for
    impersonated: list[tuple[str, list[str]]] = field(default_factory=list)  # account, delegates
    refuse: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def routes(self) -> list[web.RouteDef]:
        """Where the fake server offers them."""
        return [
            web.post("/token", self._token),
            web.post("/sts", self._sts),
            web.post("/impersonate/{account}:generateAccessToken", self._impersonate),
            web.get("/", self._ping),
            web.get("/computeMetadata/v1/project/project-id", self._project_id),
            web.get("/computeMetadata/v1/instance/service-accounts/{account}/", self._account),
            web.get(
                "/computeMetadata/v1/instance/service-accounts/{account}/token",
                self._metadata_token,
            ),
            web.get("/computeMetadata/v1/universe/universe-domain", self._universe),
        ]

    def service_account(self, url: str, path: Path) -> Path:
        """A key file for a service account whose tokens come from here."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        info = {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "k1",
            "private_key": private.decode(),
            "client_email": f"carbon@{self.project}.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": f"{url}/token",
        }
        path.write_text(json.dumps(info), encoding="utf-8")
        return path

    def rotate(self, url: str, path: Path) -> None:
        """Put another key in place of the one in the file; what that signed, and its tokens, go."""
        self.key = rsa.generate_private_key(65537, 2048)
        self.valid.clear()
        self.service_account(url, path)

    def issue(self, how: str) -> str:
        """A token that opens the APIs."""
        token = f"ya29.{how}-{len(self.issued)}"
        self.issued.append(how)
        self.valid.add(token)
        return token

    def _bearer(self, how: str) -> web.Response:
        body = {
            "access_token": self.issue(how),
            "expires_in": self.lifetime_seconds,
            "token_type": "Bearer",
        }
        return web.json_response(body)

    def _assertion_errors(self, assertion: str) -> str:
        header, claims, signature = assertion.split(".")
        public = self.key.public_key()
        try:
            public.verify(
                _padded(signature),
                f"{header}.{claims}".encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except InvalidSignature:
            return "invalid_grant"
        said: dict[str, Any] = json.loads(_padded(claims))
        if not said["scope"].endswith(("auth/cloud-platform", "auth/iam")):
            return "invalid_scope"
        return "" if said["iat"] <= time.time() + 10 < said["exp"] else "invalid_grant"

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if self.refuse:
            body = {"error": self.refuse, "error_description": "Token has been expired or revoked."}
            return web.json_response(body, status=400)
        if form["grant_type"] == "refresh_token":
            return (
                self._bearer("user") if form["refresh_token"] == "r1" else web.Response(status=400)
            )
        wrong = self._assertion_errors(str(form["assertion"]))
        return (
            web.json_response({"error": wrong}, status=400)
            if wrong
            else self._bearer("service-account")
        )

    async def _sts(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["subject_token"] != "oidc-token":
            return web.json_response({"error": "invalid_grant"}, status=400)
        body = {
            "access_token": self.issue("external"),
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "token_type": "Bearer",
            "expires_in": self.lifetime_seconds,
        }
        return web.json_response(body)

    async def _impersonate(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.valid:
            return web.json_response({"error": {"code": 401}}, status=401)
        asked = await request.json()
        self.impersonated.append((request.match_info["account"], asked.get("delegates") or []))
        expires = datetime.fromtimestamp(time.time() + self.lifetime_seconds, UTC).strftime(
            "%Y-%m-%dT%H:%M:%SZ"
        )
        return web.json_response({"accessToken": self.issue("impersonated"), "expireTime": expires})

    def _from_metadata(self, request: web.Request, answer: Any) -> web.Response:
        if request.headers.get("metadata-flavor") != "Google":
            return web.Response(status=403)
        headers = {"metadata-flavor": "Google"}
        if isinstance(answer, str):
            return web.Response(text=answer, headers=headers)
        return web.json_response(answer, headers=headers)

    async def _ping(self, request: web.Request) -> web.Response:
        return self._from_metadata(request, "computeMetadata/")

    async def _project_id(self, request: web.Request) -> web.Response:
        return self._from_metadata(request, self.project)

    async def _universe(self, request: web.Request) -> web.Response:
        return self._from_metadata(request, "googleapis.com")

    async def _account(self, request: web.Request) -> web.Response:
        scopes = ["https://www.googleapis.com/auth/cloud-platform"]
        email = f"carbon@{self.project}.iam.gserviceaccount.com"
        return self._from_metadata(
            request, {"aliases": ["default"], "email": email, "scopes": scopes}
        )

    async def _metadata_token(self, request: web.Request) -> web.Response:
        token = {
            "access_token": self.issue("metadata"),
            "expires_in": self.lifetime_seconds,
            "token_type": "Bearer",
        }
        return self._from_metadata(request, token)
