"""Buckets, which only the S3 API of each region lists: signed as S3 signs, once a project.

Scaleway lets an access key choose the project by a suffix: ACCESS_KEY@PROJECT_ID.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Incomplete,
    Malformed,
)
from cloud_carbon_exporter.providers.scaleway.client.http import Call
from cloud_carbon_exporter.providers.spec import Raw, Scope

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

ENDPOINT = "https://s3.{region}.scw.cloud"
NAMESPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"
PERMISSION = "ObjectStorageReadOnly"
KIND = "object/bucket"


async def buckets(client: ScalewayClient, scope: Scope) -> AsyncIterator[Sequence[Raw]]:
    """A page of buckets for each project. Those of the projects that do not answer stay as they
    were: Incomplete.
    """
    failure: CollectError | None = None
    seen: set[str] = set()
    for project in await client.projects():
        try:
            found = await _of_project(client, scope.region, project.id)
        except CredentialsRefused:
            raise
        except CollectError as error:
            failure = failure or error
            continue
        fresh = [bucket for bucket in found if bucket["name"] not in seen]
        seen.update(str(bucket["name"]) for bucket in fresh)
        if fresh:
            yield fresh
    if failure is not None:
        raise Incomplete({KIND: failure}) if seen else failure


async def _of_project(client: ScalewayClient, region: str, project_id: str) -> list[Raw]:
    keys = client.credentials
    if not keys.access_key:
        raise CredentialsMissing(
            "buckets cannot be listed without an access key",
            provider="scaleway",
            region=region,
            operation="ListBuckets",
            hint="set SCW_ACCESS_KEY beside SCW_SECRET_KEY",
        )
    endpoint = client.environ.get("SCW_S3_ENDPOINT") or ENDPOINT
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
    answer = await client.http.send(call)
    return [
        {
            "id": name,
            "name": name,
            "created_at": created,
            "region": region,
            "project_id": project_id,
        }
        for name, created in _read(answer.body, region)
    ]


def _signed(url: str, access_key: str, secret_key: str, region: str) -> Mapping[str, str]:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method="GET", url=url)
    S3SigV4Auth(Credentials(access_key, secret_key), "s3", region).add_auth(request)
    return {str(name): str(value) for name, value in request.headers.items()}


def _read(body: bytes, region: str) -> list[tuple[str, str]]:
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
    found = []
    for bucket in root.iter(f"{NAMESPACE}Bucket", "Bucket"):
        texts = {etree.QName(child).localname: child.text or "" for child in bucket}
        if texts.get("Name"):
            found.append((texts["Name"], texts.get("CreationDate", "")))
    return found
