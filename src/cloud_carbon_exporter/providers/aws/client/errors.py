"""Exceptions of botocore as our error tree, with what the person can do about each.

Only the error code, the message and the host of an endpoint are carried on: no header, no body, no
query string. A message may quote them all the same, as SignatureDoesNotMatch does.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsMissing,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.connection_faults import tls_fault
from cloud_carbon_exporter.masking import excerpt

FORBIDDEN = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "NotAuthorized",
        "UnauthorizedOperation",
    }
)
EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
CLOCK = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
INVALID = frozenset(
    {
        "AuthFailure",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "NotSignedUp",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
ABSENT = frozenset(
    {
        "InvalidAction",
        "OptInRequired",
        "RegionDisabledException",
        "SubscriptionRequiredException",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)
_IAM_NAMES = {
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("resourcegroupstaggingapi", "GetResources"): "tag:GetResources",
}
_LOOKED_AT = 4000
_MARKUP = re.compile(r"<[^<>]*>")  # of the error page of a proxy
_SECRETS = re.compile(
    r"(?i)(encoded authorization failure message:\s*\S+)|\b(A[KS]IA[A-Z0-9]{12,})\b"
)
# what a product that takes no new customers (Timestream for LiveAnalytics) says in place of an
# empty list
_CLOSED = re.compile(r"Only existing .+ customers can access the service")
_CLOCK_HINT = "the clock of this machine differs from AWS': set it"


def permission(api: str, operation: str) -> str:
    """IAM action that allows an operation: nearly always service:Operation."""
    return _IAM_NAMES.get((api, operation), f"{api}:{operation}")


def one_line(text: object) -> str:
    """Message on one line, of bearable length, without markup, access keys and encoded blobs."""
    # what we sent first, while it is whole
    said = _SECRETS.sub("[withheld]", excerpt(str(text), _LOOKED_AT))
    return " ".join(_MARKUP.sub(" ", said).split())[:400]


def translate(
    error: Exception,
    *,
    account_id: str,
    region: str,
    api: str,
    operation: str,
    who: str = "",
    permissions: str = "",
) -> CollectError:
    """Any exception of a botocore call as one of ours.

    who: ARN of the caller, who lacks a permission.
    """
    if isinstance(error, CollectError):
        if not error.provider:
            error.provider, error.account_id, error.region, error.operation = (
                "aws",
                account_id,
                region,
                operation,
            )
        return error
    verdict = _classify(error, permissions or permission(api, operation), who)
    return verdict.kind(
        verdict.message,
        provider="aws",
        account_id=account_id,
        region=region,
        operation=operation,
        hint=verdict.hint,
    )


_REFUSED_HINT = (
    "renew the credentials, e.g. `aws sso login` or a new key; the next refresh picks them up"
)
# names of botocore's exception classes, which may not be imported before they are needed, and what
# they mean to us
_BY_CLASS: tuple[tuple[frozenset[str], type[CollectError], str], ...] = (
    (
        frozenset(
            {"NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "ConfigNotFound"}
        ),
        CredentialsMissing,
        "",
    ),
    (
        frozenset(
            {
                "CredentialRetrievalError",
                "InvalidConfigError",
                "LoginError",
                "MetadataRetrievalError",
                "RefreshWithMFAUnsupportedError",
                "SSOError",
                "TokenRetrievalError",
                "UnauthorizedSSOTokenError",
            }
        ),
        CredentialsRefused,
        _REFUSED_HINT,
    ),
    (
        frozenset(
            {"EndpointProviderError", "NoRegionError", "UnknownRegionError", "UnknownServiceError"}
        ),
        NotThere,
        "",
    ),
)
_BUNDLE = "AWS_CA_BUNDLE"
_NO_CONNECTION = frozenset({"ConnectionError", "HTTPClientError"})
_NO_ANSWER = (
    ("ProxyConnectionError", "the proxy does not answer", "see HTTPS_PROXY and NO_PROXY"),
    ("SSLError", "no trusted TLS connection to {host}", "see " + _BUNDLE),
    ("ReadTimeoutError", "no answer in time from {host}", ""),
    ("ConnectTimeoutError", "no connection in time to {host}", ""),
    ("ConnectionClosedError", "{host} closed the connection before the answer was complete", ""),
)


class _Verdict(NamedTuple):
    """What an exception comes to, and what the person can do about it."""

    kind: type[CollectError]
    message: str
    hint: str = ""


def _classify(error: Exception, permissions: str, who: str) -> _Verdict:
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return _classify_answer(response, permissions, who)
    # by name: botocore is large, and not imported before there is a call
    names = {cls.__name__ for cls in type(error).__mro__}
    for classes, kind, hint in _BY_CLASS:
        if names & classes:
            return _Verdict(kind, one_line(error), hint)
    if "ResponseParserError" in names:
        return _Verdict(
            Malformed,
            "the answer cannot be read: cut short, or not from AWS",
            "is there a proxy in between?",
        )
    if names & _NO_CONNECTION:
        return _unreachable(error, names)
    return _Verdict(CollectError, f"{type(error).__name__}: {one_line(error)}")


def _unreachable(error: Exception, names: set[str]) -> _Verdict:
    url = getattr(error, "kwargs", {}).get("endpoint_url", "")
    # never the whole of it: a URL of a person's own may bear a password
    host = urlsplit(str(url)).netloc.rpartition("@")[2] or "the endpoint"
    fault = tls_fault(error, host, _BUNDLE)
    if fault is not None:
        return _Verdict(Unreachable, fault.message, fault.hint)
    for name, text, hint in _NO_ANSWER:
        if name in names:
            return _Verdict(Unreachable, text.format(host=host), hint)
    return _Verdict(
        Unreachable, f"cannot connect to {host}", "see the network, DNS and HTTPS_PROXY"
    )


def _classify_answer(response: dict[str, object], permissions: str, who: str) -> _Verdict:
    error = response["Error"]
    fields = error if isinstance(error, dict) else {}
    code = str(fields.get("Code") or "")
    metadata = response.get("ResponseMetadata")
    status = int(metadata.get("HTTPStatusCode") or 0) if isinstance(metadata, dict) else 0
    text = one_line(f"{code}: {fields.get('Message') or ''}" if code else f"HTTP status {status}")
    # what the clock is to blame for would else be read as a wrong key
    if code in CLOCK or "Signature expired" in text or "Signature not yet current" in text:
        return _Verdict(CredentialsRefused, text, _CLOCK_HINT)
    if code in EXPIRED or code in INVALID:
        return _Verdict(CredentialsRefused, text, _REFUSED_HINT)
    if _CLOSED.search(text):
        return _Verdict(NotThere, text)
    # the names differ by protocol, the status does not
    if code in FORBIDDEN or status == 403:
        hint = f"grant {permissions} to {who}" if who else f"grant {permissions}"
        return _Verdict(PermissionMissing, text, hint)
    return _Verdict(_by_code(code, status), text)


def _by_code(code: str, status: int) -> type[CollectError]:
    if code in THROTTLED or status == 429:
        return Throttled
    if code in ABSENT:
        return NotThere
    return Unreachable if status >= 500 else CollectError
