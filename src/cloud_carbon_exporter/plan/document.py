"""Document that `terraform show -json` writes of a plan: its changes and its configuration.

https://developer.hashicorp.com/terraform/internals/json-format: a minor version adds properties, a
major one may change any. OpenTofu writes the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cloud_carbon_exporter.plan.values import Values, mapping

# 0.x was written before Terraform 1.1, in the same form; HashiCorp's own reader takes both.
_VERSIONS = ("0", "1")
_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")
# PowerShell's `>` writes UTF-16 with a byte order mark.
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

# The wrapper that hashicorp/setup-terraform installs writes the command before its output, and its
# exit code after it.
_WRAPPED = "[command]"
_OF_PLACE = frozenset(
    {"arn", "availability_zone", "availability_zones", "cluster", "id", "location", "region"}
    | {"self_link", "zone"}
)


class BadPlan(ValueError):
    """Document that is no plan this program can read; the message says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does with one resource. before, after: None where there is none then.

    module: path of its module, with indices; empty for the root. unknown: what of after is known
    only once it is applied.
    """

    address: str
    module: str
    type: str
    name: str
    actions: tuple[str, ...]
    before: Values | None
    after: Values | None
    unknown: Values = field(default_factory=dict)

    @property
    def action(self) -> str:
        """Action in a word: create, update, delete, replace, no-op..."""
        return "replace" if len(self.actions) > 1 else "".join(self.actions)


@dataclass(frozen=True, slots=True)
class Document:
    """Plan as written. variables: values of the root module's variables.

    partial: why it is not all of the change; empty where it is.
    """

    changes: tuple[Change, ...]
    configuration: Mapping[str, Any]
    variables: Mapping[str, Any]
    partial: str = ""


def parse(data: bytes) -> Document:
    """Plan of what `terraform show -json` wrote. Raises BadPlan."""
    plan = _loaded(data)
    version = str(plan.get("format_version", ""))
    if version.partition(".")[0] not in _VERSIONS:
        raise BadPlan(f"is of format_version {version or 'none'}; 1.x is read")
    if "resource_changes" not in plan and ("values" in plan or "planned_values" not in plan):
        raise BadPlan("is a state, not a plan: terraform plan -out FILE, then show -json FILE")
    return Document(
        tuple(_changes(plan)),
        mapping(plan.get("configuration")),
        {name: mapping(of).get("value") for name, of in mapping(plan.get("variables")).items()},
        _partial(plan),
    )


def without_indices(address: str) -> str:
    """Address of a block as the configuration has it: one for all of count and for_each."""
    return _INDEX.sub("", address)


def _loaded(data: bytes) -> Mapping[str, Any]:
    encoding = "utf-16" if data.startswith(_UTF16_MARKS) else "utf-8-sig"
    try:
        written = data.decode(encoding)
        if written.startswith(_WRAPPED):
            start = written.index("\n{") + 1
            plan, _ = json.JSONDecoder().raw_decode(written, start)
        else:
            plan = json.loads(written)
    except (ValueError, RecursionError):
        raise BadPlan("is no JSON: write it with terraform show -json PLANFILE") from None
    if not isinstance(plan, dict):
        raise BadPlan("is no JSON object")
    return plan


def _partial(plan: Mapping[str, Any]) -> str:
    if plan.get("errored") is True:
        return "Planning ended with an error: changes are missing."
    if plan.get("complete") is False:
        return "Terraform says that this plan is not complete: more changes follow once applied."
    return ""


def _changes(plan: Mapping[str, Any]) -> Iterator[Change]:
    changes = plan.get("resource_changes")
    for raw in changes if isinstance(changes, list) else ():
        if not isinstance(raw, dict) or raw.get("mode", "managed") != "managed":
            continue  # a data source is read, not made
        change = mapping(raw.get("change"))
        actions = change.get("actions")
        actions = tuple(map(str, actions)) if isinstance(actions, list) else ()
        before = _values(change.get("before"))
        after = _as_before(before, _values(change.get("after")), change.get("after_unknown"))
        if "forget" in actions and "create" not in actions:
            after = before  # it goes on, and Terraform looks after it no more
        deposed = f" (deposed {raw['deposed']})" if raw.get("deposed") else ""
        yield Change(
            f"{raw.get('address', '')}{deposed}",
            str(raw.get("module_address") or ""),
            str(raw.get("type", "")),
            str(raw.get("name", "")),
            actions,
            before,
            after,
            mapping(change.get("after_unknown")),
        )


def _as_before(before: Values | None, after: Values | None, unknown: Any) -> Values | None:
    """Values after, and for what is known only once it is applied those before: most stay so.

    The place does not: a resource made anew stands wherever its provider is pointed at now.
    """
    if before is None or after is None:
        return after
    open_ = {name for name, value in mapping(unknown).items() if value is True} - _OF_PLACE
    return {**{name: before[name] for name in open_ & before.keys()}, **_told(after)}


def _told(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


def _values(value: Any) -> Values | None:
    return value if isinstance(value, dict) else None
