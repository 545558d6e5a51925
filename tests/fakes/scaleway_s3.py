"""Scaleway's S3 at the wire: the list of a project's buckets, to whoever signs as S3 signs."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


def project_of(request: web.Request, region: str, access_key: str, secret_key: str) -> str | None:
    """Project a request is signed for, as ACCESS_KEY@PROJECT; None where the signature is wrong."""
    authorization = request.headers["Authorization"]
    credential = authorization.split("Credential=")[1].split("/")[0]
    again = AWSRequest(
        method="GET",
        url=str(request.url),
        headers={"X-Amz-Date": request.headers["X-Amz-Date"]},
    )
    again.context["timestamp"] = request.headers["X-Amz-Date"]
    signer = S3SigV4Auth(Credentials(credential, secret_key), "s3", region)
    again.headers["X-Amz-Content-SHA256"] = signer.payload(again)
    to_sign = signer.string_to_sign(again, signer.canonical_request(again))
    expected = signer.signature(to_sign, again)
    key, _, project = credential.partition("@")
    if key != access_key or f"Signature={expected}" not in authorization:
        return None
    return str(project)


def refusal() -> web.Response:
    """The answer to a signature that is wrong."""
    return web.Response(status=403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")


def listed(names: Sequence[str]) -> web.Response:
    """The answer to ListBuckets."""
    entries = ""
    for name in names:
        created = "<CreationDate>2026-10-05T08:30:00.000Z</CreationDate>"
        entries += f"<Bucket><Name>{name}</Name>{created}</Bucket>"
    body = f"<ListAllMyBucketsResult {XMLNS}><Buckets>{entries}</Buckets></ListAllMyBucketsResult>"
    return web.Response(body=body.encode(), content_type="application/xml")
