"""All recordings as one account of AWS, over the wire: every protocol by botocore's shapes.

Requests are routed and read, and answers written, by moto's own code for the protocols, which knows
every service botocore does: nothing between the recorded answer and the client's parser is ours.
Lists are cut into pages of one object each, by botocore's paginators.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from aiohttp import web
from botocore.exceptions import UnknownServiceError
from botocore.session import Session
from botocore.utils import parse_timestamp
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.fakes.aws import ACCOUNT, CALLER
from tests.fakes.aws_replay import asked_for, recording, recordings

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request")
_ELSEWHERE = {"GetResources": "resourcegroupstaggingapi", "ListMetrics": "cloudwatch"}
_TOKENS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("Marker", "Marker"),
    ("pageToken", "nextPageToken"),
)
_PARTED = {("sagemaker", "ListTrainingJobs"): ("WarmPoolStatusEquals", "sagemaker_warm_pool")}
"""A list that two services ask, each for a part: the parameter of one, and its recording."""
Answers = dict[tuple[str, str], list[Mapping[str, Any]]]


def account() -> Answers:
    """Answers of all recordings by API and operation, and who is asking."""
    who = {"Account": ACCOUNT, "Arn": CALLER, "UserId": "U"}
    answers: Answers = {("sts", "GetCallerIdentity"): [who]}
    for module in recordings():
        recorded = recording(module)
        api = recorded.pop("api")
        for operation, pages in recorded.items():
            asked = _ELSEWHERE.get(operation, api)
            param, parted = _PARTED.get((asked, operation), ("", ""))
            part = part_of(asked, operation, {param: ""} if module == parted else {})
            answers.setdefault((asked, part), []).extend(pages)
    return answers


def part_of(api: str, operation: str, params: Mapping[str, Any]) -> str:
    """Operation, and which part of its list where two services ask for one each."""
    param = _PARTED.get((api, operation), ("", ""))[0]
    return f"{operation} {param}" if param and param in params else operation


@cache
def paging(api: str, operation: str) -> tuple[str, str, str]:
    """Members of a list that take a token, give it, and say that more follows; empty: none."""
    loader = Session().get_component("data_loader")
    try:
        model = loader.load_service_model(api, "paginators-1")["pagination"].get(operation)
    except UnknownServiceError:
        model = None
    if model is None:
        return _usual(api, operation)
    takes, gives = model["input_token"], model["output_token"]
    if isinstance(takes, list):
        takes, gives = takes[0], gives[0]
    return takes, gives.partition(" ||")[0], model.get("more_results", "")


def _usual(api: str, operation: str) -> tuple[str, str, str]:
    described = get_service_model(api).operation_model(operation)
    for takes, gives in _TOKENS:
        if takes in described.input_shape.members and gives in described.output_shape.members:
            return takes, gives, ""
    return "", "", ""


def _put(answer: dict[str, Any], path: str, value: object) -> None:
    """A value at a path of an answer, beside what is there."""
    name, _, rest = path.partition(".")
    if rest:
        inner = dict(answer.get(name) or {})
        _put(inner, rest, value)
        answer[name] = inner
    else:
        answer[name] = value


def dated(value: Any, shape: Any) -> Any:
    """An answer with its timestamps as moments, which is what is written of them."""
    if shape.type_name == "structure":
        return {name: dated(inner, shape.members[name]) for name, inner in value.items()}
    if shape.type_name == "list":
        return [dated(inner, shape.member) for inner in value]
    if shape.type_name == "map":
        return {name: dated(inner, shape.value) for name, inner in value.items()}
    return parse_timestamp(value) if shape.type_name == "timestamp" else value


class ReplayServer:
    """calls: (API, operation) -> how often it was asked for. unknown: what is in no recording."""

    def __init__(self, answers: Answers) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        self.unknown: set[tuple[str, str]] = set()
        self.protocols: set[str] = set()
        self.url = ""
        self._answers = answers
        self._apis = {api for api, _ in answers}
        self._runner: web.AppRunner | None = None

    async def start(self) -> ReplayServer:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        # Timestream is asked first where to ask.
        here = {"Address": self.url, "CachePeriodInMinutes": 60}
        self._answers["timestream-write", "DescribeEndpoints"] = [{"Endpoints": [here]}]
        return self

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def _candidates(self, signed_as: str, version: str) -> Iterator[str]:
        """APIs a request may be for: some share the name they sign with, not their version."""
        for api in sorted(self._apis):
            model = get_service_model(api)
            if model.signing_name == signed_as and version in ("", model.api_version):
                yield api

    async def _answer(self, request: web.Request) -> web.Response:
        asked = Request.from_primitives(
            request.method, str(request.url), request.headers, await request.read()
        )
        found = _SCOPE.search(request.headers.get("Authorization", ""))
        assert found is not None, "not signed"
        if found[1] == "s3express":  # the one call of S3 that has the path of another: by its name
            operation = get_service_model("s3").operation_model("ListDirectoryBuckets")
            return self._replayed("s3", operation, asked, {})
        for api in self._candidates(found[1], asked.values.get("Version", "")):
            try:
                operation, path = get_service_router(api).match(asked)
            except Exception:  # the other of two APIs that share a name
                continue
            return self._replayed(api, operation, asked, path)
        self.unknown.add((found[1], request.path))
        return web.Response(status=500)

    def _replayed(
        self, api: str, operation: Any, asked: Request, path: Mapping[str, Any]
    ) -> web.Response:
        self.calls[api, operation.name] += 1
        protocol = determine_request_protocol(get_service_model(api), asked.content_type)
        self.protocols.add(protocol)
        params = _params(operation, protocol, asked, path)
        part = part_of(api, operation.name, params)
        if (api, part) not in self._answers:
            self.unknown.add((api, part))
            return web.Response(status=500)
        answer = dated(self._page(api, operation.name, part, params), operation.output_shape)
        written = get_serializer_class(api, protocol)(operation).serialize(answer)
        headers = {name: str(value) for name, value in written["headers"].items()}
        body = written["body"]
        content = body.encode() if isinstance(body, str) else body
        return web.Response(body=content, status=written["status_code"], headers=headers)

    def _page(
        self, api: str, operation: str, part: str, params: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        answers = self._answers[api, part]
        takes, gives, more = paging(api, operation)
        if not takes:
            return asked_for(answers, params)
        place = int(str(params.get(takes) or "page-0").removeprefix("page-"))
        page, is_last = dict(answers[place]), place + 1 == len(answers)
        if not is_last:
            _put(page, gives, f"page-{place + 1}")
        if more:
            _put(page, more, not is_last)
        return page


def _params(
    operation: Any, protocol: str, asked: Request, path: Mapping[str, Any]
) -> Mapping[str, Any]:
    read: Mapping[str, Any] = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "body": asked.get_data(),
            "headers": asked.headers,
            "method": asked.method,
            "url_params": dict(path),
            "url_path": asked.path,
            "values": asked.values,
        }
    )
    return read
