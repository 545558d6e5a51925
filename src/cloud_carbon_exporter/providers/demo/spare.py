"""ServiceSpecs of what somebody could do without: a gateway, a reservation, logs, snapshots."""

from __future__ import annotations

from dataclasses import replace

from cloud_carbon_exporter.model.machines import components, machine
from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.demo.describing import parse, spec
from cloud_carbon_exporter.providers.demo.listings import (
    DESCRIBE_LOG_GROUPS,
    DESCRIBE_NAT_GATEWAYS,
    DESCRIBE_RESERVATIONS,
    DESCRIBE_SNAPSHOTS,
)
from cloud_carbon_exporter.providers.description import Description
from cloud_carbon_exporter.providers.idle_hardware import idle
from cloud_carbon_exporter.providers.spec import Metric, Raw, Scope, ServiceSpec

FIRST_SNAPSHOT = 1_650_000_000.0
"""April 2022: when the oldest snapshots were made."""

SNAPSHOTS_OVER_SECONDS = 600 * 86_400
BYTES_PER_GIB = 2**30

BYTES = Metric(into="bytes", name="bytes", period_seconds=60)


def _nat_gateway(raw: Raw, scope: Scope) -> Description:
    """Gateway that nothing goes through."""
    thing = parse(raw, scope)
    held = (
        Component("fixed", "aws/nat-gateway", 1),
        Component("network", "internet", 1, per="bytes"),
    )
    identity = thing.arn("ec2", f"natgateway/nat-0{thing.token}")
    return thing.described(identity, running=held, info={"host_type": thing.type})


def _reservation(raw: Raw, scope: Scope) -> Description:
    """Machines that are held, and of which some are used."""
    thing = parse(raw, scope)
    told = {name: str(raw[name]) for name in ("reserved", "unused")}
    return thing.described(
        thing.arn("ec2", f"capacity-reservation/cr-0{thing.token}"),
        running=idle(components(machine(scope.provider, thing.type)), raw["unused"]),
        info={"host_type": thing.type, **told},
    )


def _log_group(raw: Raw, scope: Scope) -> Description:
    """Log group that keeps all it was ever told, and is told nothing any more."""
    thing = parse(raw, scope)
    return thing.described(
        thing.arn("logs", f"log-group:{thing.name}"),
        running=(Component("requests", "logged-gib", 1 / BYTES_PER_GIB, per="bytes"),),
        kept=(Component("object", "aws/cloudwatch-logs", thing.gib),),
        info={"host_type": thing.type, "retention": "never"},
    )


def _snapshot(raw: Raw, scope: Scope) -> Description:
    """Snapshot of one of a region's volumes, made some time in 2022 or 2023."""
    thing = parse(raw, scope)
    number = int(thing.token, 16)
    described = thing.described(
        thing.arn("ec2", f"snapshot/snap-0{thing.token}"),
        kept=(Component("snapshot", f"{scope.provider}/{thing.type}", thing.gib),),
        info={"volume": f"vol-{thing.location.region}"},
    )
    return replace(described, started=FIRST_SNAPSHOT + number % SNAPSHOTS_OVER_SECONDS)


SPECS: tuple[ServiceSpec, ...] = (
    spec(
        DESCRIBE_NAT_GATEWAYS,
        "ec2/nat_gateway",
        _nat_gateway,
        "A made-up gateway: a pair of small servers, and what goes through it.",
        BYTES,
    ),
    spec(
        DESCRIBE_RESERVATIONS,
        "ec2/capacity_reservation",
        _reservation,
        "A made-up reservation: the machines it holds and nothing uses, at rest.",
    ),
    spec(
        DESCRIBE_LOG_GROUPS,
        "logs/log_group",
        _log_group,
        "A made-up log group: what it keeps, and what it takes in.",
        BYTES,
    ),
    spec(DESCRIBE_SNAPSHOTS, "ec2/snapshot", _snapshot, "It draws by what it holds."),
)
