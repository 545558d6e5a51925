"""Calls of AWS that cost money: each says how many units of it are billed."""

from __future__ import annotations

import ast

from tests.imports import SRC, parse

from cloud_carbon_exporter.api_costs.prices import PRICES

BILLED = {call.operation for call in PRICES if call.provider == "aws"}


def test_whoever_makes_a_call_that_is_billed_says_of_how_much() -> None:
    asked: list[str] = []
    silent: list[str] = []
    for path in sorted((SRC / "providers" / "aws").rglob("*.py")):
        for node in ast.walk(parse(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            words = {word.value for word in node.args if isinstance(word, ast.Constant)}
            if node.func.attr in {"call", "answers"} and words & BILLED:
                place = f"{path.name}:{node.lineno}"
                asked.append(place)
                if "units" not in {keyword.arg for keyword in node.keywords}:
                    silent.append(place)
    assert len(asked) >= 4
    assert not silent
