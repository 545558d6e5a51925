"""Credentials of Scaleway where its own tools look: the environment, then the config file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.errors import CredentialsMissing

# The names of variables and keys are those of Scaleway's CLI and SDKs.
API_URL = "https://api.scaleway.com"


@dataclass(frozen=True, slots=True)
class Credentials:
    """API key and what comes with it. `organization_id` may be empty: the API is asked then."""

    access_key: str
    secret_key: str = field(repr=False)
    organization_id: str = ""
    project_id: str = ""
    api_url: str = API_URL


def find_credentials(environ: Mapping[str, str], organization_id: str = "") -> Credentials:
    """Credentials of the environment, completed by the profile; what is configured wins.

    Raises CredentialsMissing with every place that was tried.
    """
    path = _config_path(environ)
    profile = (
        {}
        if _complete(environ, organization_id)
        else _profile(path, environ.get("SCW_PROFILE", ""))
    )
    secret_key = environ.get("SCW_SECRET_KEY") or profile.get("secret_key", "")
    if not secret_key:
        raise CredentialsMissing(
            f"no Scaleway API key: SCW_SECRET_KEY is not set and {path} holds no secret_key",
            provider="scaleway",
            hint="set SCW_ACCESS_KEY and SCW_SECRET_KEY, or run `scw init`",
        )
    return Credentials(
        access_key=environ.get("SCW_ACCESS_KEY") or profile.get("access_key", ""),
        secret_key=secret_key,
        organization_id=organization_id
        or environ.get("SCW_DEFAULT_ORGANIZATION_ID")
        or profile.get("default_organization_id", ""),
        project_id=environ.get("SCW_DEFAULT_PROJECT_ID") or profile.get("default_project_id", ""),
        api_url=(environ.get("SCW_API_URL") or profile.get("api_url") or API_URL).rstrip("/"),
    )


def _complete(environ: Mapping[str, str], organization_id: str) -> bool:
    """Whether all is told without the config file: then it is not read, and may be broken.

    A profile that is named is read all the same: who names it wants what it holds.
    """
    organization_id = organization_id or environ.get("SCW_DEFAULT_ORGANIZATION_ID", "")
    keys = (environ.get("SCW_ACCESS_KEY"), environ.get("SCW_SECRET_KEY"), organization_id)
    return all(keys) and not environ.get("SCW_PROFILE")


def _config_path(environ: Mapping[str, str]) -> Path:
    if path := environ.get("SCW_CONFIG_PATH"):
        return Path(path)
    base = environ.get("XDG_CONFIG_HOME") or str(
        Path(environ.get("HOME", "~")).expanduser() / ".config"
    )
    return Path(base) / "scw" / "config.yaml"


def _profile(path: Path, wanted: str) -> dict[str, str]:
    """Keys of one profile of the config file.

    The top level of the file is the profile that has no name, and the others' default.
    """
    document = _document(path)
    profiles = document.get("profiles")
    profiles = profiles if isinstance(profiles, dict) else {}
    name = wanted or document.get("active_profile") or ""
    if name and name != "default" and name not in profiles:
        known = ", ".join(sorted(map(str, profiles))) or "none"
        named_by = "SCW_PROFILE" if wanted else "active_profile"
        raise CredentialsMissing(
            f"{named_by} names {name!r}, which {path} does not hold",
            provider="scaleway",
            hint=f"profiles: {known}",
        )
    chosen = profiles.get(name)
    merged = {**document, **(chosen if isinstance(chosen, dict) else {})}
    return {key: text for key, text in merged.items() if _is_text(key) and _is_text(text)}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _document(path: Path) -> Mapping[str, Any]:
    """Config file as it stands; empty where there is none. Raises CredentialsMissing."""
    import yaml

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    except UnicodeDecodeError as error:
        raise CredentialsMissing(
            f"{path} is not UTF-8",
            provider="scaleway",
            hint="save it as UTF-8, or set the keys in the environment",
        ) from error
    except yaml.YAMLError as error:
        raise CredentialsMissing(
            f"{path} is not valid YAML", provider="scaleway", hint="repair the file"
        ) from error
    return loaded if isinstance(loaded, dict) else {}
