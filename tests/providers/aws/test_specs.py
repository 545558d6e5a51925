"""What holds for every service of AWS, against botocore's models, which nobody here wrote."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator
from tests.fakes.aws_replay import described, recording, recordings
from tests.over_all import over_all

from cloud_carbon_exporter.model.types import SIGNALS
from cloud_carbon_exporter.providers.aws import PROVIDER, services
from cloud_carbon_exporter.providers.aws.client.paging import items
from cloud_carbon_exporter.providers.spec import Listing, ServiceSpec

MODULES = sorted(module.name for module in iter_modules(services.__path__))
LISTINGS = list({id(spec.listing): spec.listing for spec in PROVIDER.services}.values())


@cache
def model(api: str) -> Any:
    return Session().get_service_model(api)


def module_specs(name: str) -> tuple[ServiceSpec, ...]:
    module = import_module(f"cloud_carbon_exporter.providers.aws.services.{name}")
    specs: tuple[ServiceSpec, ...] = getattr(module, "SPECS", ()) or (module.SPEC,)
    return specs


def test_every_module_is_found_and_no_kind_stands_twice() -> None:
    kinds = [spec.kind for spec in PROVIDER.services]
    assert sorted(kinds) == sorted(spec.kind for name in MODULES for spec in module_specs(name))
    assert len(set(kinds)) == len(kinds)


@pytest.mark.slow
@over_all("listing", LISTINGS, ids=lambda listing: f"{listing.api}.{listing.operation}")
def test_a_listing_is_an_operation_of_the_api_and_its_items_lie_where_it_says(
    listing: Listing,
) -> None:
    operation = model(listing.api).operation_model(listing.operation)
    if listing.params:
        report = ParamValidator().validate(dict(listing.params), operation.input_shape)
        assert not report.has_errors(), report.generate_report()
    shape = operation.output_shape
    for step in listing.items.split("."):
        shape = shape.members[step.removesuffix("[]")]
        if shape.type_name == "list":
            shape = shape.member
    assert shape.type_name in ("structure", "string")
    assert listing.permissions, "every listing names the IAM actions it needs"
    assert listing.scope in ("global", "region")


@over_all("spec", PROVIDER.services, ids=lambda spec: spec.kind)
def test_a_spec_says_what_it_reads_and_why(spec: ServiceSpec) -> None:
    assert spec.reason.endswith(".")
    for metric in spec.metrics:
        assert metric.into in SIGNALS
        assert not metric.counted_as or (metric.counted_as in SIGNALS and metric.spread)
        assert metric.namespace
        assert metric.period_seconds % 60 == 0, "CloudWatch periods are whole minutes"
        assert metric.statistic in {"Average", "Sum", "Maximum", "Minimum", "SampleCount"}


@pytest.mark.slow
@over_all("name", MODULES)
async def test_a_recorded_answer_of_every_service_has_the_shape_of_the_api_and_is_described(
    name: str,
) -> None:
    pages = recording(name)
    default = pages.pop("api")
    apis = {"GetResources": "resourcegroupstaggingapi", "ListMetrics": "cloudwatch"}
    for operation, answers in pages.items():
        shape = model(apis.get(operation, default)).operation_model(operation).output_shape
        for answer in answers:
            report = ParamValidator().validate(answer, shape)
            assert not report.has_errors(), report.generate_report()
    for spec in module_specs(name):
        resources = await described(spec.kind, name)
        assert resources, f"no {spec.kind} in its own recording"
        monitored = {
            key for metric in spec.metrics for key in (*metric.dimensions.values(), metric.over)
        }
        for resource in resources.values():
            assert resource.id.startswith("arn:aws:")
            assert set(resource.monitor) <= monitored, "a name nobody asks monitoring by"


def test_every_recording_belongs_to_a_service() -> None:
    assert set(recordings()) <= set(MODULES)


def test_items_of_bare_names_become_objects() -> None:
    answer = {"TableNames": ["a", "b"], "Groups": [{"Things": [{"x": 1}]}, {"Things": []}, {}]}
    assert items(answer, "TableNames[]") == [{"Name": "a"}, {"Name": "b"}]
    assert items(answer, "Groups[].Things[]") == [{"x": 1}]
    assert items(answer, "Nothing[]") == []
