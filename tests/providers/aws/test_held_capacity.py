"""Capacity that is bought by the unit: whatever API of AWS tells of it is listed, or has a reason.

The members are botocore's, so that a new service that holds capacity makes this fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session

from cloud_carbon_exporter.providers.aws import PROVIDER

pytestmark = pytest.mark.slow

TELLS = re.compile(
    r"(?i)(inference|model|capacity|query|storage|data|processing|throughput|compute|rescore)"
    r"_?units?$|provisioned_?(tps|capacity|concurrency|throughput|units)|minprovisionedtps|^units$"
)
DEPTH = 4

UNLISTED = {
    "batch": "limits of a queue, whose machines are instances",
    "bedrock-agent": "an alias names the provisioned model that it calls",
    "ce": "what one might buy",
    "cleanrooms": "what a job was billed for, after its end",
    "cost-optimization-hub": "what one might buy",
    "customer-profiles": "recommenders of Connect; only by one call a recommender of each domain",
    "drs": "units of time",
    "emr": "limits of a cluster, whose machines are instances",
    "glacier": "a right to speed, for which nothing is held that is told",
    "groundstation": "units of frequency",
    "iotsitewise": "of the customer's own gateway",
    "kafkaconnect": "not estimated so far",
    "keyspaces": "not estimated so far",
    "securityhub": "what others' findings are about",
    "snowball": "a machine in the customer's building",
    "timestream-query": "queries of tables whose storage is counted",
}
"""APIs that tell of capacity and are not listed, and why."""


def told(shape: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Members of an answer that tell of capacity."""
    if shape.type_name == "list":
        yield from told(shape.member, path)
    if shape.type_name != "structure" or shape.name in path or len(path) > DEPTH:
        return
    for name, member in shape.members.items():
        if TELLS.search(name):
            yield f"{shape.name}.{name}"
        yield from told(member, (*path, shape.name))


def test_what_holds_capacity_is_listed_or_has_a_reason() -> None:
    session = Session()
    listed = {service.listing.api for service in PROVIDER.services}
    missing: dict[str, set[str]] = {}
    for api in set(session.get_available_services()) - listed - UNLISTED.keys():
        model = session.get_service_model(api)
        for operation in model.operation_names:
            shape = model.operation_model(operation).output_shape
            if shape is not None and re.match("List|Describe|Get", operation):
                missing.setdefault(api, set()).update(told(shape))
    assert {api: names for api, names in missing.items() if names} == {}


def test_the_services_of_ai_that_hold_capacity_are_among_them() -> None:
    listed = {service.listing.api for service in PROVIDER.services}
    held = {"bedrock", "comprehend", "kendra", "kendra-ranking", "personalize", "qbusiness"}
    assert held | {"rekognition", "sagemaker", "bedrock-agentcore-control"} <= listed
