"""AWS endpoint for all services, accounts and regions, with faults injected at the wire.

The service and region of a call are read from its signature, the operation from what its protocol
says. What is not set is answered as AWS answers where nothing is: an empty list.
"""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes import wire
from tests.fakes.cloudwatch import CloudWatchFake, RefusedError

ACCOUNT = "123456789012"
CALLER = f"arn:aws:iam::{ACCOUNT}:user/carbon"
_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]*)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    key_id: str
    region: str
    service: str  # signing name: ec2, rds, s3, sts, monitoring, ce, tagging
    operation: str
    params: Mapping[str, Any]
    user_agent: str = ""


Answer = str | bytes | Mapping[str, Any]
Handler = Callable[[Call], Answer]


@dataclass
class Fault:
    """Fault of calls of one operation, in one region or all, so many times (0: until removed).

    kind: throttle, forbidden, expired, invalid, skew (of the clock), absent, server, hang, cut
    (closed within the body), reset, truncated (a whole HTTP body of half an answer), junk (not AWS
    at all), bomb (packed a thousandfold), "no utf-8".
    """

    operation: str
    kind: str
    region: str = ""
    times: int = 0
    when: Callable[[Call], bool] = lambda call: True
    hit: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


ERRORS = {
    "throttle": (503, "RequestLimitExceeded", "Request limit exceeded."),
    "forbidden": (
        403,
        "UnauthorizedOperation",
        "You are not authorized. Encoded authorization failure message: s3cr3t",
    ),
    "expired": (400, "ExpiredToken", "The security token included in the request is expired"),
    "invalid": (
        403,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    ),
    "skew": (
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
    ),
    "absent": (
        400,
        "UnsupportedOperation",
        "The functionality you requested is not available in this region.",
    ),
    "too long": (
        400,
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ),
    "server": (500, "InternalError", "An internal error has occurred"),
}


class AwsFake:
    """`handlers`: operation -> answer or function of the Call. `calls`: all that arrived."""

    def __init__(self) -> None:
        self.cloudwatch = CloudWatchFake()
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.regions = ["eu-west-3", "us-east-1"]
        self.key_id = ""  # the one access key that is not refused; empty: any
        self.handlers: dict[str, Answer | Handler] = {}
        self.url = ""
        self._release = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self, tls: ssl.SSLContext | None = None) -> AwsFake:
        app = web.Application(client_max_size=16 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        self._release.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def fault(
        self,
        operation: str,
        kind: str,
        *,
        region: str = "",
        times: int = 0,
        when: Callable[[Call], bool] = lambda call: True,
    ) -> Fault:
        fault = Fault(operation, kind, region, times, when)
        self.faults.append(fault)
        return fault

    def count(self, operation: str, region: str = "") -> int:
        return sum(
            1 for call in self.calls if call.operation == operation and region in ("", call.region)
        )

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        call = await _read(request)
        self.calls.append(call)
        if self.key_id and call.key_id != self.key_id:
            return _error(call, *ERRORS["invalid"])
        body, content_type = self._body(call)
        for fault in self.faults:
            if (
                fault.operation in (call.operation, "*")
                and fault.region in ("", call.region)
                and fault.when(call)
            ):
                if fault.times and fault.hit >= fault.times:
                    continue
                fault.hit += 1
                fault.arrived.set()
                return await self._fail(request, call, fault, body, content_type)
        return web.Response(body=body, content_type=content_type)

    async def _fail(
        self, request: web.Request, call: Call, fault: Fault, body: bytes, content_type: str
    ) -> web.StreamResponse:
        if fault.kind == "hang":
            await self._release.wait()
            return web.Response(status=500)
        if fault.kind == "truncated":
            return web.Response(body=body[: len(body) // 2], content_type=content_type)
        if fault.kind == "reset":
            return wire.reset(request)
        if fault.kind == "bomb":
            return wire.exploding(100)
        if fault.kind == "no utf-8":
            return web.Response(body=wire.NO_UTF8 + body, content_type=content_type)
        if fault.kind == "junk":
            return web.Response(
                text="<html><body>Please log in</body></html>", content_type="text/html"
            )
        if fault.kind == "cut":
            response = web.StreamResponse(
                headers={"Content-Length": str(len(body)), "Content-Type": content_type}
            )
            await response.prepare(request)
            await response.write(body[: len(body) // 2])
            assert request.transport is not None
            request.transport.close()
            return response
        return _error(call, *ERRORS[fault.kind])

    def _body(self, call: Call) -> tuple[bytes, str]:
        handler = self.handlers.get(call.operation, self._default)
        answer = handler(call) if callable(handler) else handler
        if isinstance(answer, bytes):
            return answer, "text/xml"
        if isinstance(answer, str):
            return answer.encode(), "text/xml"
        return json.dumps(answer).encode(), "application/x-amz-json-1.0"

    def _default(self, call: Call) -> Answer:
        if call.service == "monitoring":
            return self.cloudwatch.answer(call.operation, call.region, call.params)
        if call.operation == "DescribeRegions":
            names = "".join(
                f"<item><regionName>{name}</regionName></item>" for name in self.regions
            )
            return ec2_answer("DescribeRegions", f"<regionInfo>{names}</regionInfo>")
        if call.operation == "GetCallerIdentity":
            return (
                '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
                f"<Arn>{CALLER}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
                "</GetCallerIdentityResponse>"
            )
        if call.service == "ec2":
            return ec2_answer(call.operation, "")
        if call.service in ("rds", "sts"):
            return query_answer(call.operation, "")
        if call.service == "s3":
            return '<ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets/></ListAllMyBucketsResult>'
        return {}


def ec2_answer(operation: str, inner: str) -> str:
    """EC2's envelope around an answer."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<{operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>59dbff89-35bd-4eac-99ed-be587EXAMPLE</requestId>{inner}</{operation}Response>"
    )


def query_answer(operation: str, inner: str) -> str:
    """The query protocol's envelope (RDS, STS)."""
    return (
        f'<{operation}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><{operation}Result>{inner}'
        f"</{operation}Result><ResponseMetadata><RequestId>b1</RequestId></ResponseMetadata></{operation}Response>"
    )


async def _read(request: web.Request) -> Call:
    match = _SCOPE.search(request.headers.get("Authorization", ""))
    key_id, region, service = match.groups() if match else ("", "", "")
    body = await request.read()
    target = request.headers.get("X-Amz-Target", "")
    agent = request.headers.get("User-Agent", "")
    if target:
        return Call(
            key_id, region, service, target.rpartition(".")[2], json.loads(body or b"{}"), agent
        )
    if service == "s3":
        operation = "GetBucketLocation" if "location" in request.query else "ListBuckets"
        params = {"Bucket": request.path.strip("/").split("/")[0], **request.query}
        return Call(key_id, region, service, operation, params, agent)
    if body.startswith(b"{"):  # REST with JSON: the path says what is asked
        return Call(key_id, region, service, request.path, json.loads(body), agent)
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return Call(key_id, region, service, form.get("Action", request.path), form, agent)


def _error(call: Call, status: int, code: str, message: str) -> web.Response:
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if call.service == "ec2":
        xml = f"<Response><Errors>{error}</Errors></Response>"
    elif call.service in ("rds", "sts"):
        xml = f"<ErrorResponse>{error}</ErrorResponse>"
    elif call.service == "s3":
        xml = error
    else:
        return web.json_response({"__type": code, "message": message}, status=status)
    return web.Response(text=xml, status=status, content_type="text/xml")


__all__ = [
    "ACCOUNT",
    "CALLER",
    "AwsFake",
    "Call",
    "Fault",
    "RefusedError",
    "ec2_answer",
    "query_answer",
]
