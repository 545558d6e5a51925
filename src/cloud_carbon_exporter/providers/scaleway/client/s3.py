"""S3 API of each region, which alone lists buckets: signed as S3 signs, once a project.

Scaleway lets an access key choose the project by a suffix: ACCESS_KEY@PROJECT_ID.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Incomplete,
    Malformed,
)
from cloud_carbon_exporter.providers.scaleway.client.account import Project, projects_of
from cloud_carbon_exporter.providers.scaleway.client.api import Api
from cloud_carbon_exporter.providers.scaleway.client.http import Call
from cloud_carbon_exporter.providers.spec import Raw, Scope

# The one API of Scaleway's that its SDK does not have.
ENDPOINT = "https://s3.{region}.scw.cloud"
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
PERMISSION = "ObjectStorageReadOnly"
KIND = "object/bucket"
# In one region; four of them are listed at once, and the other products beside them.
CALLS_AT_ONCE = 8


class Bucket(NamedTuple):
    """Bucket as S3 lists it; created: the date as it stands there."""

    name: str
    created: str


async def buckets(api: Api, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
    """Pages of buckets, one for each project, in the order of the projects.

    Those of the projects that do not answer stay as they were: raises Incomplete at the end.
    Raises PermissionMissing where it is not known which projects there are.
    """
    projects = await projects_of(api)
    if projects.refused is not None and not projects.known:
        raise projects.refused.bare()
    failure: CollectError | None = None
    seen: set[str] = set()
    for project, listed in zip(
        projects.known, await _of_projects(api, scope.region, projects.known), strict=True
    ):
        if isinstance(listed, CollectError):
            failure = failure or listed
            continue
        # A name is unique in its region, so that a bucket two projects show is the same.
        fresh = [bucket for bucket in listed if bucket.name not in seen]
        seen.update(bucket.name for bucket in fresh)
        if fresh:
            yield [_raw(bucket, scope.region, project.id) for bucket in fresh]
    if failure is not None:
        raise Incomplete({KIND: failure}) if seen else failure


async def _of_projects(
    api: Api, region: str, projects: Sequence[Project]
) -> Sequence[Sequence[Bucket] | CollectError]:
    """Buckets of each project, or why it does not tell them. Raises CredentialsRefused."""
    gate = asyncio.Semaphore(CALLS_AT_ONCE)

    async def ask(project: Project) -> Sequence[Bucket] | CollectError:
        async with gate:
            try:
                # Without the suffix S3 lists the buckets of the key's default project alone.
                return await _of_project(api, region, project.id)
            except CredentialsRefused:
                raise
            except CollectError as error:
                return error.bare()

    asking = [asyncio.create_task(ask(project)) for project in projects]
    try:
        return await asyncio.gather(*asking)
    finally:  # the key is refused, or nobody waits any more
        for task in asking:
            task.cancel()


def _raw(bucket: Bucket, region: str, project_id: str) -> Raw:
    """Object as the other products' lists would show it."""
    return {
        "id": bucket.name,
        "name": bucket.name,
        "created_at": bucket.created,
        "region": region,
        "project_id": project_id,
    }


async def _of_project(api: Api, region: str, project_id: str) -> Sequence[Bucket]:
    keys = api.credentials
    if not keys.access_key:
        raise CredentialsMissing(
            "buckets cannot be listed without an access key",
            provider="scaleway",
            region=region,
            operation="ListBuckets",
            hint="set SCW_ACCESS_KEY beside SCW_SECRET_KEY",
        )
    endpoint = api.environ.get("SCW_S3_ENDPOINT") or ENDPOINT
    url = endpoint.format(region=region).rstrip("/") + "/"
    call = Call(
        url=url,
        api="s3",
        operation="ListBuckets",
        headers=_signed(url, f"{keys.access_key}@{project_id}", keys.secret_key, region),
        place=region,
        permission=PERMISSION,
        json=False,
    )
    answer = await api.http.send(call)
    return _read(answer.body, region)


def _signed(url: str, access_key: str, secret_key: str, region: str) -> Mapping[str, str]:
    """Headers of a signed request."""
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method="GET", url=url)
    S3SigV4Auth(Credentials(access_key, secret_key), "s3", region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


def _read(body: bytes, region: str) -> Sequence[Bucket]:
    """Buckets of an answer. Entities are not resolved: it could name files of this machine."""
    from lxml import etree

    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise Malformed(
            "s3: the answer is not XML", provider="scaleway", region=region, operation="ListBuckets"
        ) from error
    if etree.QName(root).localname != "ListAllMyBucketsResult":
        raise Malformed(
            "s3: the answer is no list of buckets",
            provider="scaleway",
            region=region,
            operation="ListBuckets",
        )
    listed: list[Bucket] = []
    for entry in root.iter(f"{NAMESPACE}Bucket", "Bucket"):
        texts = {etree.QName(child).localname: child.text or "" for child in entry}
        if texts.get("Name"):
            listed.append(Bucket(texts["Name"], texts.get("CreationDate", "")))
    return listed
