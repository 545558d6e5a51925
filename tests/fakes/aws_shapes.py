"""Whether an answer made up for a test is one AWS could give, by botocore's model of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.session import Session
from botocore.validate import ParamValidator


@cache
def _model(api: str) -> Any:
    return Session().get_service_model(api)


def checked(api: str, operation: str, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer as it is; fails where a name, a type or a word of a closed list is not the model's."""
    shape = _model(api).operation_model(operation).output_shape
    report = ParamValidator().validate(answer, shape)
    assert not report.has_errors(), report.generate_report()
    _known(answer, shape)
    return answer


def _known(value: Any, shape: Any) -> None:
    if shape.type_name == "structure":
        for name, inner in value.items():
            assert name in shape.members, f"{shape.name} has no {name}"
            _known(inner, shape.members[name])
    elif shape.type_name == "list":
        for inner in value:
            _known(inner, shape.member)
    elif shape.type_name == "map":
        for name, inner in value.items():
            _known(name, shape.key)
            _known(inner, shape.value)
    elif getattr(shape, "enum", None):
        assert value in shape.enum, f"{value} is none of {shape.enum}"
