"""Which organisation a key belongs to, and its projects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cloud_carbon_exporter.errors import CredentialsRefused, Malformed, NotThere, PermissionMissing

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient


@dataclass(frozen=True, slots=True)
class Project:
    """A project of the organisation."""

    id: str
    name: str


async def organization_of(client: ScalewayClient) -> str:
    """The organisation to explore: as configured, else that of the key's own default project.

    One call shows that the key works. Raises CredentialsMissing, CredentialsRefused, or what the
    call failed with.
    """
    known = client.credentials.organization_id
    if known:
        await list_projects(client, known)
        return known
    project_id = client.credentials.project_id or await _default_project(client)
    document, _ = await client.ask(
        "GetProject", f"account/v3/projects/{project_id}", permission="ProjectReadOnly"
    )
    if not document.get("organization_id"):
        raise Malformed(
            f"project {project_id} names no organisation",
            provider="scaleway",
            operation="GetProject",
        )
    return str(document["organization_id"])


async def _default_project(client: ScalewayClient) -> str:
    """The key itself names a default project. Raises CredentialsRefused when it may not be read."""
    try:
        document, _ = await client.ask(
            "GetAPIKey",
            f"iam/v1alpha1/api-keys/{client.credentials.access_key}",
            permission="IAMReadOnly",
        )
        return str(document["default_project_id"])
    except (PermissionMissing, NotThere, KeyError) as error:
        raise CredentialsRefused(
            "the organisation of the API key is not known and the key may not read itself",
            provider="scaleway",
            hint="set SCW_DEFAULT_ORGANIZATION_ID or -cloud.scw.organizationid",
        ) from error


async def list_projects(client: ScalewayClient, organization_id: str = "") -> Sequence[Project]:
    """All projects the key may see; without the permission to list them, the default project alone."""
    found: list[Project] = []
    try:
        async for page in client.list(
            "ListProjects",
            "account/v3/projects",
            "projects",
            permission="ProjectReadOnly",
            params={"organization_id": organization_id or client.organization_id},
        ):
            read = [
                Project(str(one["id"]), str(one.get("name") or one["id"]))
                for one in page
                if _is_project(one)
            ]
            if page and not read:
                raise Malformed(
                    "no project can be read", provider="scaleway", operation="ListProjects"
                )
            found += read
    except (PermissionMissing, NotThere):
        default = client.credentials.project_id
        return (Project(default, default),) if default else ()
    return tuple(found)


def _is_project(one: Any) -> bool:
    return isinstance(one, dict) and bool(one.get("id"))
