"""Plans of Terraform as tests write them: single changes, and the recorded plan with many."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cloud_carbon_exporter.plan.document import parse
from cloud_carbon_exporter.plan.plan import Asked, Plan, estimated

RECORDED = Path(__file__).parents[1] / "replay" / "terraform" / "plan.json"


def change(
    address: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    unknown: dict[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """One entry of resource_changes, of the root module."""
    of_type, name = address.partition("[")[0].split(".")
    actions = ["update"]
    if before == after:
        actions = ["no-op"]
    elif before is None:
        actions = ["create"]
    elif after is None:
        actions = ["delete"]
    return {
        "address": address,
        "mode": "managed",
        "type": of_type,
        "name": name,
        "change": {
            "actions": actions,
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
        },
        **more,
    }


def document(*changes: dict[str, Any], **more: Any) -> bytes:
    """Document of a plan with these changes."""
    plan = {"format_version": "1.2", "resource_changes": list(changes), **more}
    return json.dumps(plan).encode()


def referring(address: str, written: dict[str, Any]) -> dict[str, Any]:
    """Configuration with one resource, and the expressions it is written by."""
    of_type, name = address.split(".")
    resource = {"address": address, "type": of_type, "name": name, "expressions": written}
    return {"root_module": {"resources": [resource]}}


def watts_of(plan: Plan, address: str, side: str = "after") -> float:
    """Watts of a resource of a plan, before or after."""
    (planned,) = (of for of in plan.resources if of.address == address)
    result = planned.before if side == "before" else planned.after
    assert result is not None
    return result.power_watts.value


def plan_of(*changes: dict[str, Any], region: str = "", **more: Any) -> Plan:
    """Plan with these changes, estimated."""
    return estimated(parse(document(*changes, **more)), Asked(region))


def recorded() -> Plan:
    """Recorded plan, estimated."""
    return estimated(parse(RECORDED.read_bytes()), Asked())
