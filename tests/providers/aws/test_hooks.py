"""Event hooks of a session: botocore's own, without those that write documentation."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from aiobotocore.session import AioSession
from botocore.hooks import EventAliaser

from cloud_carbon_exporter.providers.aws.client.session import open_session

EVENTS = (
    "before-call.elb.DescribeLoadBalancers",
    "before-send.s3.ListBuckets",
    "choose-signer.sts.AssumeRoleWithSAML",
    "creating-client-class.stepfunctions",
    "needs-retry.cloudwatch.GetMetricData",
    "provide-client-params.opensearch.ListDomainNames",
    "request-created.ec2.DescribeInstances",
)


def handlers(session: Any) -> set[tuple[str, str]]:
    """(event, name of the handler) of all that is registered."""
    hooks = session.get_component("event_emitter")._emitter
    return set(_handlers(hooks._handlers._root, ()))


def _handlers(node: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for group in node["values"] or ():
        for handler in group:
            yield ".".join(path), getattr(handler, "__name__", type(handler).__name__)
    for name, child in node["children"].items():
        yield from _handlers(child, (*path, name))


def test_all_handlers_stay_but_those_of_documentation() -> None:
    stock = handlers(AioSession())
    documentation = {pair for pair in stock if pair[0].startswith("docs.")}
    assert handlers(open_session()) == stock - documentation
    assert len(documentation) > 10


def test_a_client_names_events_as_botocore_does_and_remembers_for_all() -> None:
    aliaser = open_session().get_component("event_emitter")
    stock = EventAliaser(None)
    first, second = copy.copy(aliaser), copy.copy(aliaser)
    for event in EVENTS:
        assert first._alias_event_name(event) == stock._alias_event_name(event)
    assert second._alias_name_cache.items() >= stock._alias_name_cache.items()
    assert any(name != event for event, name in stock._alias_name_cache.items())


def test_what_a_client_registers_is_its_own() -> None:
    aliaser = open_session().get_component("event_emitter")
    first, second = copy.copy(aliaser), copy.copy(aliaser)

    def heard(**_: object) -> None:
        return None

    event = "before-send.ec2.DescribeInstances"
    first.register(event, heard)
    assert heard in first._emitter._handlers.prefix_search(event)
    assert heard not in second._emitter._handlers.prefix_search(event)
