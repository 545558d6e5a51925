"""Account: which organisation a key belongs to, and its projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
)
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.optional import PROJECTS

# Every page of every kind shows the names of its projects.
PROJECTS_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Project:
    """Project of the organisation."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Projects:
    """Projects that are known. refused: why they may not be listed, so that there may be more."""

    known: Sequence[Project]
    refused: CollectError | None = None


async def organization_of(api: Api) -> str:
    """Organisation to explore: as configured, else that of the key's own default project.

    One call shows that the key works. Raises CredentialsMissing, CredentialsRefused, or what the
    call failed with.
    """
    configured = api.credentials.organization_id
    if configured:
        await list_projects(api, configured)
        return configured
    project_id = api.credentials.project_id or await _default_project(api)
    document = await api.ask(
        "GetProject", f"account/v3/projects/{project_id}", permission="ProjectReadOnly"
    )
    organization_id = document.fields.get("organization_id")
    if not organization_id:
        raise Malformed(
            f"project {project_id} names no organisation",
            provider="scaleway",
            operation="GetProject",
        )
    return str(organization_id)


async def _default_project(api: Api) -> str:
    """Default project the key itself names. Raises CredentialsRefused when it may not be read."""
    try:
        # An access key is the id of its API key.
        document = await api.ask(
            "GetAPIKey",
            f"iam/v1alpha1/api-keys/{api.credentials.access_key}",
            permission="IAMReadOnly",
        )
        return str(document.fields["default_project_id"])
    except (PermissionMissing, NotThere, KeyError) as error:
        raise CredentialsRefused(
            "the organisation of the API key is not known and the key may not read itself",
            provider="scaleway",
            hint="set SCW_DEFAULT_ORGANIZATION_ID or -cloud.scw.organizationid",
        ) from error


async def projects_of(api: Api) -> Projects:
    """Projects of the organisation the key may see, kept for ten minutes."""
    return await api.memory.get("projects", PROJECTS_SECONDS, lambda: list_projects(api))


async def project_names(api: Api) -> Mapping[str, str]:
    """Project names by id."""
    return {project.id: project.name for project in (await projects_of(api)).known}


async def list_projects(api: Api, organization_id: str = "") -> Projects:
    """Projects the key may see.

    Without the permission to list them, those that were listed before, or the default project.
    """
    try:
        with api.refusals.asking(organization_id or api.organization_id, PROJECTS):
            return Projects(await _listed(api, organization_id))
    except PermissionMissing as error:
        before: Projects | None = api.memory.last("projects")
        default = api.credentials.project_id
        fallback = (Project(default, default),) if default else ()
        return Projects(before.known if before else fallback, error.bare())


async def _listed(api: Api, organization_id: str) -> Sequence[Project]:
    """Projects as they are listed. Raises PermissionMissing where none is shown."""
    projects: list[Project] = []
    try:
        async for page in api.list(
            "ListProjects",
            "account/v3/projects",
            "projects",
            permission=PROJECTS,
            params={"organization_id": organization_id or api.organization_id},
        ):
            projects += _read(page)
    except NotThere as error:
        raise _hidden(error.message) from error
    if not projects:  # every organisation has one
        raise _hidden("account: no project is shown")
    return tuple(projects)


def _hidden(message: str) -> PermissionMissing:
    return PermissionMissing(
        message,
        provider="scaleway",
        operation="ListProjects",
        hint=f"grant the permission set {PROJECTS} for account to this API key",
    )


def _read(page: Sequence[Any]) -> Sequence[Project]:
    """Projects of a page. Raises Malformed where none of it can be read."""
    readable = [entry for entry in page if isinstance(entry, dict) and entry.get("id")]
    projects = [
        Project(str(entry["id"]), str(entry.get("name") or entry["id"])) for entry in readable
    ]
    if page and not projects:
        raise Malformed("no project can be read", provider="scaleway", operation="ListProjects")
    return projects
