"""Tables of types and APIs: complete by what botocore brings, and one with what is estimated."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest
from botocore.session import Session
from tests.over_all import over_all

from cloud_carbon_exporter.documents.type_tables import DRAWS
from cloud_carbon_exporter.providers.aws import PROVIDER
from cloud_carbon_exporter.providers.aws.describing.types import (
    APIS,
    TYPES,
    apis,
    holding_nothing,
    service_of,
    types,
)
from cloud_carbon_exporter.providers.ownership import OWNERS
from cloud_carbon_exporter.providers.types_table import ResourceType

KINDS = {service.kind for service in PROVIDER.services}
SERVICES = {service_of(known.name).lower(): service_of(known.name) for known in types()}
BY_KIND = {known.kind: known for known in types()}
PARTS = [known for known in types() if known.draws == "part"]


def test_every_kind_that_is_estimated_is_in_the_table_and_draws() -> None:
    drawing = {known.kind for known in types() if known.draws == "yes"}
    missing = sorted(KINDS - drawing)
    assert not missing, f"no row with draws=yes in {TYPES}: {missing} (a type, else the kind)"


def new_apis(names: Iterable[str]) -> list[str]:
    """APIs of botocore that no row speaks for, by its own or by the name of CloudFormation."""
    said = {api.name for api in apis()} | SERVICES.keys()
    return sorted(name for name in names if name not in said and name.replace("-", "") not in said)


def test_every_api_of_botocore_is_a_service_of_the_table_or_says_why_not() -> None:
    new = new_apis(Session().get_available_services())
    assert not new, (
        f"botocore has brought {', '.join(new)}: look whether what they make draws power, and write"
        f" it into {APIS} (types_of: the service of CloudFormation, else draws and why)"
    )


def installed_types() -> set[str]:
    """Types of all regions as cfn-lint carries them, but what no registry of AWS holds."""
    names: set[str] = set()
    found = find_spec("cfnlint")
    assert found is not None
    assert found.origin is not None
    schemas = Path(found.origin).parent / "data" / "schemas" / "providers"
    for path in schemas.glob("*.json"):
        names |= json.loads(path.read_text(encoding="utf-8")).keys()
    # of tools that build templates, and of SAM, which makes the others
    tools = ("AWS::CDK::", "AWS::Serverless::")
    return {
        name
        for name in names
        if re.fullmatch(r"AWS::\w+::\w+", name) and not name.startswith(tools)
    }


def test_every_type_of_cloudformation_is_in_the_table() -> None:
    installed = installed_types()
    assert len(installed) > 1800
    new = sorted(installed - {known.name for known in types()})
    assert not new, (
        f"CloudFormation has brought {', '.join(new)}: look whether it draws power, and write it "
        f"into {TYPES} (draws: {', '.join(DRAWS)})"
    )


def test_a_row_of_an_api_is_of_one_that_is_there_and_says_one_thing() -> None:
    known = set(Session().get_available_services())
    for api in apis():
        assert api.name in known, f"{APIS}: botocore has no {api.name}"
        if api.types_of:
            assert api.types_of in SERVICES.values()
            assert (api.draws, api.why) == ("", "")
        else:
            assert api.draws in ("yes", "no")
            assert api.why
            assert api.name.replace("-", "") not in SERVICES, "its types speak for it"
    names = Counter(api.name for api in apis())
    assert not [name for name, rows in names.items() if rows > 1]


def test_a_type_stands_once_and_in_order() -> None:
    lines = TYPES.read_text(encoding="utf-8").splitlines()[1:]
    assert lines == sorted(lines)
    names = [known.name for known in types()]
    assert len(set(names)) == len(names) > 1800


@pytest.mark.parametrize("draws", DRAWS)
def test_every_word_of_the_table_is_used(draws: str) -> None:
    assert [known for known in types() if known.draws == draws]


def test_a_row_is_a_type_of_templates_or_a_kind_of_ours() -> None:
    for known in types():
        assert known.draws in DRAWS
        assert bool(known.counted_as) == (known.draws == "part"), known.name
        typed = re.fullmatch(r"AWS::\w+::\w+", known.name)
        assert typed or known.name in KINDS, known.name


@over_all("part", PARTS, ids=lambda part: part.name)
def test_a_part_is_of_what_draws(part: ResourceType) -> None:
    kind, passed = part.kind, set[str]()
    while kind in OWNERS["aws"] or (kind in BY_KIND and BY_KIND[kind].draws == "part"):
        assert kind not in passed, f"{kind} is part of itself"
        passed.add(kind)
        kind = OWNERS["aws"].get(kind) or BY_KIND[kind].counted_as
    assert kind in KINDS or BY_KIND[kind].draws == "yes"


def test_what_is_estimated_is_not_left_out_of_the_ledger() -> None:
    assert not holding_nothing() & KINDS
    assert {"iam/role", "ec2/subnet", "ecs/cluster"} <= holding_nothing()
    assert "kendra/index" not in holding_nothing()


def test_the_table_of_owners_goes_first() -> None:
    for kind, owner in OWNERS["aws"].items():
        if kind in BY_KIND:
            assert BY_KIND[kind].counted_as == owner or BY_KIND[kind].draws == "no"
    assert BY_KIND["eks/nodegroup"].counted_as == "ec2/instance"


def test_an_api_that_is_new_is_named() -> None:
    assert new_apis(["ec2", "elbv2", "vpc-lattice", "quantum-toaster"]) == ["quantum-toaster"]
