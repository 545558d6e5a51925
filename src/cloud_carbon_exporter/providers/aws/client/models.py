"""botocore's service models without what a reader never needs: operations that change things, and
all prose.

A client holds a class with every operation of its service, made anew for each region, and the model
behind it; EC2 alone has some 700 operations. What only reads is less than half of that, in CPU and
in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

READS = ("Batch", "Describe", "Get", "List", "Lookup", "Query", "Scan", "Search", "Select")
_WHOLE = frozenset({"sts", "sso", "sso-oidc", "signin"})
"""What the search for credentials calls, which is not only reading."""
_FULL_MODELS = frozenset({"load_service_model", "load_data", "load_data_with_path"})


def _is_model(arguments: tuple[Any, ...]) -> bool:
    return any("service-2" in str(argument) for argument in arguments)


def pruned(model: Mapping[str, Any]) -> dict[str, Any]:
    """A service model with its reading operations and the shapes they reach. The given one is left
    as it is.
    """
    operations = {
        name: each for name, each in model["operations"].items() if name.startswith(READS)
    }
    reached: dict[str, Any] = {}
    waiting = [shape for operation in operations.values() for shape in _shapes_of(operation)]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached[name] = model["shapes"][name]
            waiting += _shapes_of(reached[name])
    small: dict[str, Any] = _without_prose({**model, "operations": operations, "shapes": reached})
    return small


def _shapes_of(part: Any) -> list[str]:
    """Names of all shapes a part of a model refers to."""
    if isinstance(part, dict):
        own = [part["shape"]] if isinstance(part.get("shape"), str) else []
        return own + [name for inner in part.values() for name in _shapes_of(inner)]
    return [name for inner in part for name in _shapes_of(inner)] if isinstance(part, list) else []


def _without_prose(part: Any) -> Any:
    """Prose becomes empty and not absent: botocore looks some of it up. A member may bear that name
    as well.
    """
    if isinstance(part, dict):
        return {
            key: "" if key == "documentation" and isinstance(inner, str) else _without_prose(inner)
            for key, inner in part.items()
        }
    return [_without_prose(inner) for inner in part] if isinstance(part, list) else part


def prune(loader: Any) -> Any:
    """Let a botocore Loader hand out pruned service models; all else as before."""
    stock: Callable[..., Any] = loader.load_service_model

    @cache
    def load(service_name: str, type_name: str, api_version: str | None = None) -> Any:
        model = stock(service_name, type_name, api_version)
        if type_name != "service-2" or service_name in _WHOLE:
            return model
        for key in [key for key in loader._cache if key[0] in _FULL_MODELS and _is_model(key[1:])]:
            del loader._cache[key]  # the loader would keep the whole model beside ours
        return pruned(model)

    loader.load_service_model = load
    return loader
