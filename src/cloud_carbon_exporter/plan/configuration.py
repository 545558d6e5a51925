"""Configuration in a plan: what an expression is, where it is known, and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cloud_carbon_exporter.plan.document import Change, Document, without_indices
from cloud_carbon_exporter.plan.values import mapping, reached

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Module:
    """Module of a configuration. calls: expressions it was called with; around: its caller."""

    body: Mapping[str, Any]
    calls: Mapping[str, Any]
    around: Module | None = None


def module_of(document: Document, path: str) -> Module:
    """Module at a path such as module.web["a"].module.disk; empty where it is not told."""
    module = Module(mapping(document.configuration.get("root_module")), _NOTHING)
    for name in without_indices(path).split(".")[1::2]:
        call = mapping(mapping(module.body.get("module_calls")).get(name))
        module = Module(mapping(call.get("module")), mapping(call.get("expressions")), module)
    return module


def resource_of(module: Module, change: Change) -> Mapping[str, Any]:
    """Block of a resource in its module; empty where it is gone from the configuration."""
    for resource in map(mapping, reached(module.body, "resources")):
        if (resource.get("type"), resource.get("name")) == (change.type, change.name):
            return resource
    return _NOTHING


def provider_value(document: Document, change: Change, argument: str) -> str:
    """Argument of a resource's provider, such as region, where the plan says it; else empty."""
    block = resource_of(module_of(document, change.module), change)
    # a resource that goes has no block any more: the provider that is called as its type begins
    key = str(block.get("provider_config_key") or change.type.partition("_")[0])
    providers = mapping(document.configuration.get("provider_config"))
    for around in _around(key):
        provider = mapping(providers.get(around))
        expression = mapping(mapping(provider.get("expressions")).get(argument))
        if expression:
            module = module_of(document, str(provider.get("module_address") or ""))
            return _constant(document, module, expression)
    return ""


def _around(key: str) -> Iterator[str]:
    """Keys of a provider, and of the one that its module has it from: module.a:aws, then aws.

    A module that only says which provider it needs has it from the module that calls it.
    """
    module, _, name = key.rpartition(":")
    while module:
        yield f"{module}:{name}"
        module = module.rpartition(".module.")[0]
    yield name


def _constant(document: Document, module: Module, expression: Mapping[str, Any]) -> str:
    """Text of an expression that is a constant, or a variable that comes from one.

    A plan has the references of an expression and not the expression: of several, or of a part of
    one (var.regions["main"] refers to var.regions too), nobody knows what it makes.
    """
    if "constant_value" in expression:
        return _text(expression["constant_value"])
    named = reached(expression, "references")
    kind, _, name = str(named[0]).partition(".") if len(named) == 1 else ("", "", "")
    if kind != "var":
        return ""
    if module.around is None:
        return _text(document.variables.get(name))
    if name in module.calls:
        return _constant(document, module.around, mapping(module.calls[name]))
    return _text(mapping(mapping(module.body.get("variables")).get(name)).get("default"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def references(block: Mapping[str, Any], path: str) -> Iterator[str]:
    """What the expressions at a path of a resource's block refer to."""
    for expression in reached(block, f"expressions.{path}"):
        # an argument is one expression itself; a block holds one for each of its arguments
        for each in (expression, *mapping(expression).values()):
            yield from map(str, reached(mapping(each), "references"))
