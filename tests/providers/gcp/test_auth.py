"""Credentials, from every place Google's own tools take them, against the fake's endpoints."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.auth import _cloud_sdk, iam
from google.auth.compute_engine import _metadata
from google.oauth2 import credentials as user_credentials
from tests.fakes.gcp import GoogleCloud
from tests.providers.gcp.conftest import Explore

from cloud_carbon_exporter.errors import CredentialsMissing, CredentialsRefused
from cloud_carbon_exporter.providers.gcp.client.auth import Tokens
from cloud_carbon_exporter.providers.gcp.client.http import Call

pytestmark = pytest.mark.slow

EMAIL = "carbon@shop-prod.iam.gserviceaccount.com"

POOL = "projects/1/locations/global/workloadIdentityPools/p"


def write(path: Path, info: dict[str, Any]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(info), encoding="utf-8")
    return str(path)


async def listed(explore: Explore, cloud: GoogleCloud, **settings: Any) -> Any:
    """Connect and list once; the headers of the listing call."""
    client = explore(**settings)
    await client.connect()
    [scope] = await client.scopes(_listing())
    async for _ in client.pages(_listing(), scope):
        pass
    return next(
        headers for method, _, headers in cloud.requests if method == "cloudasset.assets.list"
    )


def _listing() -> Any:
    from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING

    return LISTING


async def test_a_service_account_signs_for_a_token_and_names_the_project(
    explore: Explore, cloud: GoogleCloud
) -> None:
    client = explore()
    assert await client.connect() == ["shop-prod"]
    assert cloud.tokens.issued == ["service-account"]
    headers = await listed(explore, cloud, project_id="shop-prod")
    assert headers["Authorization"] == "Bearer ya29.service-account-1"
    assert "x-goog-user-project" not in headers


async def test_one_token_serves_many_calls(explore: Explore, cloud: GoogleCloud) -> None:
    client = explore()
    for _ in range(3):
        await client.connect()
        await client.extras(0)
    assert cloud.tokens.issued == ["service-account"]


async def test_a_token_is_renewed_five_minutes_before_it_ends(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.tokens.lifetime_seconds = 299
    client = explore()
    await client.connect()
    first = len(cloud.tokens.issued)
    await client.connect()
    assert len(cloud.tokens.issued) == first + 1


async def test_a_refused_token_is_replaced_once(explore: Explore, cloud: GoogleCloud) -> None:
    client = explore()
    await client.connect()
    cloud.tokens.valid.clear()  # as when a key is rotated
    [scope] = await client.scopes(_listing())
    pages = [page async for page in client.pages(_listing(), scope)]
    assert len(pages[0]) == len(cloud.assets)
    assert cloud.tokens.issued == ["service-account"] * 2


async def test_a_key_rotated_while_its_token_ran_out_is_read_anew(
    explore: Explore, cloud: GoogleCloud, tmp_path: Path
) -> None:
    cloud.tokens.lifetime_seconds = 1  # so that each call asks for another
    client = explore()
    await client.connect()
    cloud.tokens.rotate(cloud.url, tmp_path / "not in place yet.json")
    with pytest.raises(CredentialsRefused):
        await client.connect()
    cloud.tokens.service_account(cloud.url, Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"]))
    assert await client.connect() == ["shop-prod"]


@pytest.mark.slow
async def test_gclouds_own_login_pays_with_the_targets_quota(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setattr(user_credentials, "_GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{cloud.url}/token")
    login = {
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r1",
    }
    write(tmp_path / "gcloud" / "application_default_credentials.json", login)
    headers = await listed(explore, cloud, project_id="shop-prod")
    assert cloud.tokens.issued[0] == "user"
    assert headers["x-goog-user-project"] == "shop-prod"


@pytest.fixture
def log_in(
    cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., None]:
    """A person's login by gcloud, with whatever else its file says; gcloud has no project."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    monkeypatch.setattr(user_credentials, "_GOOGLE_OAUTH2_TOKEN_ENDPOINT", f"{cloud.url}/token")
    monkeypatch.setattr(_cloud_sdk, "get_project_id", lambda: None)

    def login(**said: str) -> None:
        file = {
            "type": "authorized_user",
            "client_id": _cloud_sdk.CLOUD_SDK_CLIENT_ID,
            "client_secret": "s",
            "refresh_token": "r1",
            **said,
        }
        write(tmp_path / "gcloud" / "application_default_credentials.json", file)

    return login


async def test_a_login_without_a_project_is_told_what_it_lacks_at_a_folder(
    explore: Explore, log_in: Callable[..., None]
) -> None:
    """Asset Inventory refused each call, and nothing said what to do about it."""
    log_in()
    with pytest.raises(CredentialsMissing, match="names no project whose quota") as missing:
        await explore(folder_id="99").connect()
    assert "set-quota-project" in missing.value.hint


@pytest.mark.parametrize(
    ("said", "environment", "settings", "pays"),
    [
        ({"quota_project_id": "ada-quota"}, {}, {}, "ada-quota"),
        ({}, {"GOOGLE_CLOUD_QUOTA_PROJECT": "env-quota"}, {}, "env-quota"),
        ({}, {}, {"metrics_scope": "shop-scope"}, "shop-scope"),
        ({"client_id": "our own client"}, {}, {}, None),
    ],
)
async def test_who_pays_for_a_persons_calls_at_a_folder(
    said: dict[str, str],
    environment: dict[str, str],
    settings: dict[str, str],
    pays: str | None,
    explore: Explore,
    cloud: GoogleCloud,
    log_in: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in(**said)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    headers = await listed(explore, cloud, folder_id="99", **settings)
    assert headers.get("x-goog-user-project") == pays


@pytest.mark.parametrize("settings", [{"project_id": "shop-prod"}, {"folder_id": "99"}])
async def test_no_warning_of_a_project_that_is_given_or_not_needed(
    settings: dict[str, str],
    explore: Explore,
    log_in: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    log_in(quota_project_id="ada-quota")
    await explore(**settings).connect()
    assert "project ID" not in caplog.text


async def test_a_chain_of_impersonation_ends_in_its_last_account(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """gcloud takes "a,b": b is impersonated by way of a. The whole list was asked for as one."""
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{cloud.url}/impersonate/{{}}:generateAccessToken")
    chain = f"hop@shop-prod.iam.gserviceaccount.com, {EMAIL}"
    monkeypatch.setenv("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", chain)
    headers = await listed(explore, cloud)
    assert headers["Authorization"] == "Bearer ya29.impersonated-1"
    [(account, delegates)] = cloud.tokens.impersonated
    assert account == EMAIL
    assert delegates == ["projects/-/serviceAccounts/hop@shop-prod.iam.gserviceaccount.com"]


async def test_a_quota_project_that_was_told_pays_under_impersonation_too(
    explore: Explore,
    cloud: GoogleCloud,
    log_in: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log_in(quota_project_id="ada-quota")
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{cloud.url}/impersonate/{{}}:generateAccessToken")
    monkeypatch.setenv("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", EMAIL)
    headers = await listed(explore, cloud, folder_id="99")
    assert headers["Authorization"].startswith("Bearer ya29.impersonated")
    assert headers["x-goog-user-project"] == "ada-quota"


async def test_credentials_of_another_universe_are_used_there(
    cloud: GoogleCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = cloud.tokens.service_account(cloud.url, tmp_path / "key.json")
    said = {**json.loads(file.read_text()), "universe_domain": "apis-tpc.example"}
    file.write_text(json.dumps(said))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    tokens = Tokens("shop-prod")
    assert await tokens.project() == "shop-prod"
    call = Call(api="cloudasset", operation="assets.list", path="v1/x", account_id="p")
    monkeypatch.delenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDASSET", raising=False)
    assert call.url(tokens.universe) == "https://cloudasset.apis-tpc.example/v1/x"


async def test_an_impersonating_file(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = json.loads(
        Path(os.environ["GOOGLE_APPLICATION_CREDENTIALS"]).read_text(encoding="utf-8")
    )
    info = {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": f"{cloud.url}/impersonate/{EMAIL}:generateAccessToken",
        "source_credentials": source,
    }
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{cloud.url}/impersonate/{{}}:generateAccessToken")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", write(tmp_path / "impersonate.json", info))
    headers = await listed(explore, cloud, project_id="shop-prod")
    assert cloud.tokens.issued == ["service-account", "impersonated"]
    assert headers["Authorization"] == "Bearer ya29.impersonated-1"


async def test_impersonation_as_gcloud_is_told(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iam, "_IAM_ENDPOINT", f"{cloud.url}/impersonate/{{}}:generateAccessToken")
    monkeypatch.setenv("CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT", EMAIL)
    headers = await listed(explore, cloud)
    assert headers["Authorization"] == "Bearer ya29.impersonated-1"


async def test_workload_identity_federation(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "oidc").write_text("oidc-token", encoding="utf-8")
    info = {
        "type": "external_account",
        "audience": f"//iam.googleapis.com/{POOL}/providers/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{cloud.url}/sts",
        "credential_source": {"file": str(tmp_path / "oidc")},
    }
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", write(tmp_path / "federation.json", info))
    await listed(explore, cloud, project_id="shop-prod")
    assert cloud.tokens.issued == ["external"]


async def test_the_metadata_server_in_a_process_of_its_own(
    cloud: GoogleCloud, tmp_path: Path
) -> None:
    """google-auth reads GCE_METADATA_HOST when it is imported: only a new process shows that."""
    script = """
import asyncio
from cloud_carbon_exporter.providers.gcp import PROVIDER
from cloud_carbon_exporter.providers.gcp.client import discovery
from cloud_carbon_exporter.providers.spec import TargetSettings
class Meter:
    def call(self, **_): pass
async def main():
    client = PROVIDER.client(TargetSettings(provider="gcp"), Meter())
    accounts = await client.connect()
    [scope] = await client.scopes(discovery.LISTING)
    print(accounts, sum([len(page) async for page in client.pages(discovery.LISTING, scope)]))
    await client.close()
asyncio.run(main())
"""
    kept = {
        key: value for key, value in os.environ.items() if key != "GOOGLE_APPLICATION_CREDENTIALS"
    }
    host = cloud.url.removeprefix("http://")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        env={**kept, "GCE_METADATA_HOST": host, "GCE_METADATA_IP": host},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert out.decode().strip() == f"['shop-prod'] {len(cloud.assets)}", errors.decode()
    assert cloud.tokens.issued == ["metadata"]


async def test_no_credentials_anywhere_says_where_they_were_sought(
    explore: Explore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_metadata, "is_on_gce", lambda request: False)
    monkeypatch.setattr(_metadata, "ping", lambda request, **_: False)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS")
    with pytest.raises(CredentialsMissing) as caught:
        await explore().connect()
    for place in ("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "gcloud"), "metadata server"):
        assert place in str(caught.value)
    assert "gcloud auth application-default login" in caught.value.hint


async def test_a_file_that_is_not_there_is_named(
    explore: Explore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(CredentialsMissing, match=r"/nowhere/key\.json is not there"):
        await explore().connect()


async def test_a_file_that_is_no_key_is_refused(
    explore: Explore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"type": "service_account", "private_key": "hush', encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    with pytest.raises(CredentialsRefused) as caught:
        await explore().connect()
    assert str(path) in str(caught.value)
    assert "hush" not in str(caught.value)


async def test_a_key_of_another_kind_is_refused(
    explore: Explore, cloud: GoogleCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = cloud.tokens.service_account(cloud.url, tmp_path / "key.json")
    elliptic = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_text(json.dumps({**json.loads(file.read_text()), "private_key": elliptic.decode()}))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    with pytest.raises(CredentialsRefused, match=r"cannot sign.*RSA key") as refused:
        await explore().connect()
    assert "PRIVATE KEY" not in str(refused.value)


async def test_a_revoked_key_is_refused_and_no_secret_told(
    explore: Explore, cloud: GoogleCloud
) -> None:
    cloud.tokens.refuse = "invalid_grant"
    with pytest.raises(CredentialsRefused, match="invalid_grant") as caught:
        await explore().connect()
    assert "PRIVATE KEY" not in str(caught.value)
    assert "assertion" not in str(caught.value)
