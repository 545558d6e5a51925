"""Where the API key is looked for, and what is said when there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.fakes.scaleway import ORGANIZATION, PROJECT, SECRET_KEY, FakeScaleway, Fault
from tests.providers.scaleway.support import by_name, connected

from cloud_carbon_exporter.errors import CredentialsMissing, CredentialsRefused
from cloud_carbon_exporter.providers.scaleway.client.account import project_names
from cloud_carbon_exporter.providers.scaleway.client.credentials import find_credentials

FILE = """
access_key: SCWAAAAAAAAAAAAAAAAA
secret_key: top-level-secret
default_organization_id: org-top
default_project_id: project-top
profiles:
  work:
    secret_key: work-secret
    default_organization_id: org-work
    api_url: https://api.example.org/
"""


@pytest.fixture
def file(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "config.yaml"
    path.write_text(FILE)
    return {"SCW_CONFIG_PATH": str(path)}


def test_the_top_of_the_file_is_the_profile_without_a_name(file: dict[str, str]) -> None:
    key = find_credentials(file)
    assert (key.access_key, key.secret_key) == ("SCWAAAAAAAAAAAAAAAAA", "top-level-secret")
    assert (key.organization_id, key.project_id) == ("org-top", "project-top")
    assert key.api_url == "https://api.scaleway.com"


def test_a_profile_stands_on_the_top_of_the_file(file: dict[str, str]) -> None:
    key = find_credentials({**file, "SCW_PROFILE": "work"})
    assert (key.access_key, key.secret_key) == ("SCWAAAAAAAAAAAAAAAAA", "work-secret")
    assert (key.organization_id, key.project_id) == ("org-work", "project-top")
    assert key.api_url == "https://api.example.org"


def test_the_active_profile_is_taken_when_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(FILE + "active_profile: work\n")
    assert find_credentials({"SCW_CONFIG_PATH": str(path)}).secret_key == "work-secret"


def test_the_file_lies_where_the_cli_puts_it(tmp_path: Path) -> None:
    (tmp_path / ".config" / "scw").mkdir(parents=True)
    (tmp_path / ".config" / "scw" / "config.yaml").write_text(FILE)
    assert find_credentials({"HOME": str(tmp_path)}).secret_key == "top-level-secret"


def test_the_environment_wins_over_the_file_and_settings_over_both(file: dict[str, str]) -> None:
    environ = {
        **file,
        "SCW_SECRET_KEY": "of-environment",
        "SCW_DEFAULT_ORGANIZATION_ID": "org-environment",
        "SCW_API_URL": "http://localhost:1/",
    }
    key = find_credentials(environ, organization_id="org-flag")
    assert (key.secret_key, key.organization_id, key.api_url) == (
        "of-environment",
        "org-flag",
        "http://localhost:1",
    )
    assert find_credentials(environ).organization_id == "org-environment"


def test_none_anywhere_says_where_was_looked(tmp_path: Path) -> None:
    with pytest.raises(CredentialsMissing) as raised:
        find_credentials({"SCW_CONFIG_PATH": str(tmp_path / "absent.yaml")})
    assert "SCW_SECRET_KEY" in str(raised.value)
    assert str(tmp_path / "absent.yaml") in str(raised.value)


def test_a_profile_that_is_not_there_is_named(file: dict[str, str]) -> None:
    with pytest.raises(CredentialsMissing, match=r"'home'.*profiles: work"):
        find_credentials({**file, "SCW_PROFILE": "home"})


def test_a_broken_file_is_said_to_be_broken(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("secret_key: [unclosed\n")
    with pytest.raises(CredentialsMissing, match="not valid YAML") as raised:
        find_credentials({"SCW_CONFIG_PATH": str(path)})
    assert "unclosed" not in str(raised.value)


def test_an_active_profile_that_is_not_there_is_refused_as_the_sdk_does(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(FILE + "active_profile: home\n")
    with pytest.raises(CredentialsMissing, match=r"active_profile names 'home'.*profiles: work"):
        find_credentials({"SCW_CONFIG_PATH": str(path)})


def test_a_file_that_is_not_utf_8_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes("secret_key: clé\n".encode("latin-1"))
    with pytest.raises(CredentialsMissing, match=r"config\.yaml is not UTF-8.*save it as UTF-8"):
        find_credentials({"SCW_CONFIG_PATH": str(path)})


@pytest.mark.parametrize("organization", ["of-environment", ""])
def test_where_all_keys_are_told_the_file_is_not_read(tmp_path: Path, organization: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff: [")
    environ = {"SCW_CONFIG_PATH": str(path), "SCW_ACCESS_KEY": "SCW", "SCW_SECRET_KEY": "hush"}
    environ["SCW_DEFAULT_ORGANIZATION_ID"] = organization
    key = find_credentials(environ, organization_id="" if organization else "of-flag")
    assert key.secret_key == "hush"
    with pytest.raises(CredentialsMissing):  # who names a profile wants what it holds
        find_credentials({**environ, "SCW_PROFILE": "work"}, organization_id="of-flag")


def test_the_secret_is_not_shown() -> None:
    assert "hush" not in repr(
        find_credentials({"SCW_SECRET_KEY": "hush", "SCW_CONFIG_PATH": "/nonexistent"})
    )


async def test_the_organisation_is_asked_of_the_key_itself() -> None:
    async with FakeScaleway() as fake:
        environ = {key: value for key, value in fake.environment.items() if "DEFAULT" not in key}
        async with connected(fake, environ=environ) as client:
            assert await client.connect() == (ORGANIZATION,)
        assert any(path.startswith("iam/v1alpha1/api-keys/") for path in fake.calls)
        async with connected(
            fake, environ={**environ, "SCW_DEFAULT_PROJECT_ID": PROJECT}
        ) as client:
            assert client.organization_id == ORGANIZATION


async def test_a_key_that_may_not_read_itself_wants_the_organisation_told() -> None:
    async with FakeScaleway() as fake:
        fake.faults["iam/"] = Fault(status=403)
        environ = {key: value for key, value in fake.environment.items() if "DEFAULT" not in key}
        with pytest.raises(CredentialsRefused, match="SCW_DEFAULT_ORGANIZATION_ID"):
            async with connected(fake, environ=environ):
                pass


async def test_a_refused_key_is_tried_again_and_never_shown() -> None:
    async with FakeScaleway() as fake:
        environ = {**fake.environment, "SCW_SECRET_KEY": "00000000-0000-4000-8000-000000000000"}
        with pytest.raises(CredentialsRefused) as raised:
            async with connected(fake, environ=environ):
                pass
        assert "00000000-0000-4000-8000" not in str(raised.value)
        assert "SCW_SECRET_KEY" in str(raised.value)
        environ["SCW_SECRET_KEY"] = SECRET_KEY
        async with connected(fake, environ=environ) as client:
            assert client.organization_id == ORGANIZATION


async def test_a_key_refused_later_is_looked_for_anew() -> None:
    async with FakeScaleway() as fake:
        environ = dict(fake.environment)
        async with connected(fake, environ=environ) as client:
            fake.faults["instance/"] = Fault(status=401)
            with pytest.raises(CredentialsRefused):
                await by_name(client, "instance/server")
            environ["SCW_SECRET_KEY"] = "wrong"
            with pytest.raises(CredentialsRefused):
                await client.connect()
            environ["SCW_SECRET_KEY"] = SECRET_KEY
            del fake.faults["instance/"]
            assert await client.connect() == (ORGANIZATION,)
            assert await by_name(client, "instance/server")


async def test_a_key_refused_while_it_is_looked_for_is_looked_for_once_more() -> None:
    """A sweep may go on beside the refresh that connects."""
    async with FakeScaleway() as fake, connected(fake) as client:
        fake.faults["instance/"] = Fault(status=401)
        with pytest.raises(CredentialsRefused):
            await by_name(client, "instance/server")
        fake.latency_seconds = 0.05
        slow_sweep = by_name(client, "instance/server")
        await asyncio.gather(client.connect(), slow_sweep, return_exceptions=True)
        before = fake.calls["account/v3/projects"]
        await client.connect()
        assert fake.calls["account/v3/projects"] > before


async def test_without_the_right_to_list_projects_the_default_one_is_known() -> None:
    async with FakeScaleway() as fake:
        fake.faults["account/v3/projects"] = Fault(status=403)
        async with connected(fake) as client:
            assert await project_names(client) == {PROJECT: PROJECT}
