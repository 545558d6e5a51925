"""Service models of botocore, without operations that change things and without prose.

A client holds a class with every operation of its service, made anew for each region, and the model
behind it; EC2 alone has some 700 operations. What only reads is less than half of that, in CPU and
in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

READS = ("Batch", "Describe", "Get", "List", "Lookup", "Query", "Scan", "Search", "Select")
# what takes events out of a queue of SQS, where one is configured
_EVENTS = frozenset({"ReceiveMessage", "DeleteMessageBatch"})
# what sums a bill in Athena, which makes nothing but its own answer
_QUERIES = frozenset({"StartQueryExecution", "StopQueryExecution"})
# what the search for credentials calls, which is not only reading
_WHOLE = frozenset({"sts", "sso", "sso-oidc", "signin"})
_FULL_MODELS = frozenset({"load_service_model", "load_data", "load_data_with_path"})


def _is_model(arguments: tuple[Any, ...]) -> bool:
    return any("service-2" in str(argument) for argument in arguments)


def pruned(model: Mapping[str, Any]) -> dict[str, Any]:
    """Service model with its reading operations and the shapes they reach.

    The given one is left as it is.
    """
    operations: dict[str, Any] = {}
    waiting: list[str] = []
    for name, operation in model["operations"].items():
        if name.startswith(READS) or name in _EVENTS | _QUERIES:
            operations[name] = operation
            _gather_shapes(operation, waiting)
    reached: dict[str, Any] = {}
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = model["shapes"][name]
            _gather_shapes(reached[name], waiting)
    small: dict[str, Any] = _without_prose({**model, "operations": operations, "shapes": reached})
    return small


def _gather_shapes(part: Any, names: list[str]) -> None:
    """Names of all shapes a part of a model refers to, added to `names`."""
    if isinstance(part, dict):
        shape = part.get("shape")
        if isinstance(shape, str):
            names.append(shape)
        for inner in part.values():
            if isinstance(inner, (dict, list)):
                _gather_shapes(inner, names)
    elif isinstance(part, list):
        for inner in part:
            if isinstance(inner, (dict, list)):
                _gather_shapes(inner, names)


def _without_prose(part: Any) -> Any:
    """A part of a model without its prose.

    It becomes empty and not absent: botocore looks some of it up.
    """
    if isinstance(part, list):
        return list(map(_without_prose, part))
    if not isinstance(part, dict):
        return part
    bare = {key: _without_prose(inner) for key, inner in part.items()}
    if isinstance(bare.get("documentation"), str):  # a member of a shape may bear that name as well
        bare["documentation"] = ""
    return bare


def prune(loader: Any) -> Any:
    """Let a botocore Loader hand out pruned service models; all else as before."""
    stock: Callable[..., Any] = loader.load_service_model

    @cache
    def load(service_name: str, type_name: str, api_version: str | None = None) -> Any:
        # type_name may be "paginators-1" or "waiters-2": small, and left as they are
        model = stock(service_name, type_name, api_version)
        if type_name != "service-2" or service_name in _WHOLE:
            return model
        # the loader would keep the whole model beside ours
        for key in list(loader._cache):
            if key[0] in _FULL_MODELS and _is_model(key[1:]):
                del loader._cache[key]
        return pruned(model)

    loader.load_service_model = load
    return loader
