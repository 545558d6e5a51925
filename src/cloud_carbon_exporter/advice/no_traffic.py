"""No traffic: a load balancer, gateway or endpoint that nothing went through for two weeks."""

from __future__ import annotations

from cloud_carbon_exporter.advice.known import days, known_spread
from cloud_carbon_exporter.advice.saving import NOTHING, carried
from cloud_carbon_exporter.advice.subject import Subject, Words, advice
from cloud_carbon_exporter.model.advice import Advice

SIGNALS = ("bytes", "requests")

KINDS = frozenset(
    {
        "elasticloadbalancing/load_balancer",
        "elasticloadbalancingv2/load_balancer",
        "ec2/nat_gateway",
        "ec2/transit_gateway",
        "ec2/vpc_endpoint",
        "ec2/vpn_connection",
        "ec2/client_vpn_endpoint",
        "transfer/server",
        "compute/forwarding_rule",
        "compute/global_forwarding_rule",
        "compute/router",
    }
)
"""Kinds that hold machines or capacity whatever goes through; a queue or topic holds none."""


def no_traffic(subject: Subject) -> Advice | None:
    """Advice to delete what passes nothing on."""
    resource = subject.resource
    if resource.kind not in KINDS:
        return None
    known = {signal: known_spread(subject.evidence, signal) for signal in SIGNALS}
    read = {signal: spread for signal, spread in known.items() if spread is not None}
    if not read or any(spread.most > 0 for spread in read.values()):
        return None
    saved = carried(subject.terms, NOTHING)
    if saved is None:
        return None
    hours = min([spread.read_hours for spread in read.values()])
    words = Words(
        action="delete it",
        decided_on=f"no {' and no '.join(read)} in the {hours:.0f} hours that were read in "
        f"{days(subject.evidence)}",
        way_back="make it again by its configuration; its address may be another",
        caveat="a standby passes nothing on until it is needed",
    )
    return advice("no_traffic", subject, words, saved)
