"""Pages of any AWS list operation, driven by botocore's own paginator models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.errors import Malformed

Call = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
# how much to ask for where the API lets us: fewer, larger pages spare its request quota. EC2 gives
# unpaged Describe calls a smaller quota, so there a size is always sent.
_PAGE_SIZES = {
    "apigateway": 500,
    "cloudwatch": 500,
    "ec2": 1000,
    "rds": 100,
    "resourcegroupstaggingapi": 100,
    "s3": 1000,
    "sagemaker": 100,
    "stepfunctions": 1000,
}
# no list of AWS is longer; one that is has no end
_MAX_PAGES = 100_000
_TOKENS = (
    ("NextToken", "NextToken"),
    ("nextToken", "nextToken"),
    ("Marker", "Marker"),
    ("pageToken", "nextPageToken"),
)


@dataclass(frozen=True, slots=True)
class Paging:
    """Paging of one operation: names of its tokens and of its size parameter, if it has any."""

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    more: str = ""
    size_parameter: str = ""
    size: int = 0


def paging(client: Any, loader: Any, operation: str) -> Paging:
    """Paging of an operation by botocore's paginator model, else by its own members."""
    from botocore.exceptions import UnknownServiceError

    service = client.meta.service_model.service_name
    try:
        model = loader.load_service_model(service, "paginators-1")["pagination"].get(operation)
    except UnknownServiceError:
        model = None
    if model is None:
        return _unmodelled(client, operation)
    limit = model.get("limit_key", "")
    return Paging(
        _several(model["input_token"]),
        _several(model["output_token"]),
        model.get("more_results", ""),
        limit,
        _size(client, operation, limit) if limit else 0,
    )


def _unmodelled(client: Any, operation: str) -> Paging:
    """Paging of an operation without a model: it takes and gives a token of the usual names."""
    described = client.meta.service_model.operation_model(operation)
    if described.input_shape is None or described.output_shape is None:
        return Paging()
    takes, gives = described.input_shape.members, described.output_shape.members
    for token, next_token in _TOKENS:
        if token in takes and next_token in gives:
            return Paging((token,), (next_token,))
    return Paging()


def _several(names: str | list[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _size(client: Any, operation: str, limit: str) -> int:
    model = client.meta.service_model
    # a size beyond what the model allows is refused, not cut down
    size = _PAGE_SIZES.get(model.service_name, 0)
    largest = model.operation_model(operation).input_shape.members[limit].metadata.get("max")
    return min(size, largest) if largest else size


async def pages(
    call: Call, params: Mapping[str, Any], paging: Paging, where: Mapping[str, str]
) -> AsyncIterator[Mapping[str, Any]]:
    """All answers of one list operation.

    Raises Malformed, bearing `where`, when a page token comes round again.
    """
    import jmespath

    sent = dict(params)
    if paging.size and paging.size_parameter not in sent:
        sent[paging.size_parameter] = paging.size
    seen: set[str] = set()
    outputs = list(map(jmespath.compile, paging.outputs))
    for _ in range(_MAX_PAGES):
        answer = await call(sent)
        yield answer
        # S3, Route 53 and Kinesis say by a flag whether more follows, whatever the token
        if paging.more and not jmespath.search(paging.more, answer):
            return
        tokens: dict[str, Any] = {}
        for name, output in zip(paging.inputs, outputs, strict=True):
            token = output.search(answer)
            if token:
                tokens[name] = token
        if not tokens:
            return
        fingerprint = repr(sorted(tokens.items()))
        if fingerprint in seen:
            raise Malformed("the page token comes round again: the list has no end", **where)
        seen.add(fingerprint)
        # of several tokens (Route 53's three) only those that came are sent back
        for name in paging.inputs:
            sent.pop(name, None)
        sent |= tokens


def items(answer: Mapping[str, Any], path: str) -> Sequence[Mapping[str, Any]]:
    """Objects of an answer at a path such as "Reservations[].Instances[]".

    Bare names become {"Name": name}.
    """
    reached: list[Any] = [answer]
    for step in path.split("."):
        name, inner = step.removesuffix("[]"), list[Any]()
        for outer in reached:
            if isinstance(outer, Mapping):
                inner += _all(outer.get(name))
        reached = inner
    return [item if isinstance(item, Mapping) else {"Name": item} for item in reached]


def _all(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
