"""Objects of the made-up estate, and what their ServiceSpecs share in describing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.quick import quick_dataclass
from cloud_carbon_exporter.model.types import Component, Location
from cloud_carbon_exporter.providers.demo.listings import LISTINGS, ListCall
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

MACHINE_STATES = states(running="running", stopped="stopped", gone="terminated")
"""States of machines and databases; the estate holds nothing that is being made or deleted."""


@quick_dataclass(frozen=True, slots=True)
class DemoObject:
    """An object of the estate, parsed once. token: 16 hexadecimal digits, of which ids are made."""

    token: str
    name: str
    type: str
    location: Location
    gib: float
    data: Mapping[str, Any]

    @property
    def uuid(self) -> str:
        """The token in the shape of a UUID, as Scaleway's ids are."""
        token = self.token
        return f"{token[:8]}-{token[8:12]}-4{token[12:15]}-8{token[15]}00-000000000000"

    @property
    def copies(self) -> int:
        """How often its hardware stands: twice with a standby, or in two zones."""
        return int(self.data.get("copies", 1))

    def arn(self, service: str, rest: str) -> str:
        """Its ARN in a service of AWS; `rest` names it there."""
        return f"arn:aws:{service}:{self.location.region}:{self.location.account_id}:{rest}"

    def described(
        self,
        identity: str,
        *,
        running: Sequence[Component] = (),
        kept: Sequence[Component] = (),
        info: Mapping[str, str] | None = None,
    ) -> Description:
        """Description of this object; what has no profile of work has no monitoring."""
        profile = self.data["profile"]
        return Description(
            id=identity,
            name=self.name,
            location=self.location,
            state=self.data.get("state", ""),
            running=tuple(running),
            kept=tuple(kept),
            tags=self.data["tags"],
            monitor={"id": self.token, "profile": profile} if profile else {},
            info=info or {},
            started=self.data.get("started"),
            ended=self.data.get("ended"),
        )


def parse(raw: Raw, scope: Scope) -> DemoObject:
    """Object of the estate in a raw one."""
    location = scope.location(raw["region"], raw["zone"])
    return DemoObject(raw["id"], raw["name"], raw["type"], location, float(raw["gib"]), raw)


def spec(
    call: ListCall,
    kind: str,
    describe: Callable[[Raw, Scope], Description],
    reason: str,
    *metrics: Metric,
    states: States | None = None,
) -> ServiceSpec:
    """ServiceSpec of a kind: its objects say their kind themselves."""
    return ServiceSpec(
        kind=kind,
        listing=LISTINGS[call],
        describe=describe,
        reason=reason,
        accepts=lambda raw: raw["kind"] == kind,
        states=states,
        metrics=metrics,
    )
