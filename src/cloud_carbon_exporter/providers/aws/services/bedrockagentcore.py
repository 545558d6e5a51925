"""Bedrock AgentCore: the processors and memory that sessions of agents and their tools use."""

from __future__ import annotations

from collections.abc import Callable

from cloud_carbon_exporter.model.types import Component, Signal
from cloud_carbon_exporter.providers.aws.describing.hardware import hidden, per
from cloud_carbon_exporter.providers.aws.describing.metrics import rate
from cloud_carbon_exporter.providers.aws.describing.object import parse
from cloud_carbon_exporter.providers.description import Description, States, states
from cloud_carbon_exporter.providers.spec import Listing, Metric, Raw, Scope, ServiceSpec

_RUNTIME_STATES = states(
    running="READY UPDATING UPDATE_FAILED DELETE_FAILED", gone="CREATING CREATE_FAILED DELETING"
)
_TOOL_STATES = states(running="READY DELETE_FAILED", gone="CREATING CREATE_FAILED DELETING DELETED")
_NAMESPACE = "AWS/Bedrock-AgentCore"
_SECONDS_PER_HOUR = 3600
_UNKNOWN = "AWS does not say what the sessions run on"
REASON = "The vCPUs and memory that its sessions use, none while none is open."


def sessions() -> tuple[Component, ...]:
    """A vCPU and a GiB of memory of sessions; how many are at work is measured."""
    processors = (part for part in hidden(1, 1) if part.kind == "vcpu")
    memory = Component("memory", "dram", 1, load="cpu_ratio", per="memory_gib", assumed=_UNKNOWN)
    return (*per(processors, "capacity_units"), memory)


def _described(word: str) -> Callable[[Raw, Scope], Description]:
    """`describe` of what a summary of AgentCore's calls by this word."""

    def describe(raw: Raw, scope: Scope) -> Description:
        identity = raw[f"{word}Arn"]
        name = raw.get(f"{word}Name") or raw.get("name") or raw[f"{word}Id"]
        return parse(raw, scope, identity, name).described(
            running=sessions(),
            state=raw["status"],
            monitor={"Resource": identity},
            started=raw.get("createdAt"),
        )

    return describe


def _used(service: str) -> tuple[Metric, ...]:
    """Hours of vCPUs and GB that were used in a period: so many were at work on average."""

    def hours(into: Signal, name: str) -> Metric:
        fixed = {"Service": f"AgentCore.{service}"}
        by = {"Resource": "Resource"}
        return rate(into, _NAMESPACE, name, by, fixed=fixed, scale=_SECONDS_PER_HOUR)

    return (
        hours("capacity_units", "CPUUsed-vCPUHours"),
        hours("memory_gib", "MemoryUsed-GBHours"),
    )


def _spec(
    kind: str, operation: str, items: str, word: str, service: str, table: States, **sent: str
) -> ServiceSpec:
    """ServiceSpec of what has sessions. sent: with the call."""
    return ServiceSpec(
        kind=kind,
        listing=Listing(
            api="bedrock-agentcore-control",
            operation=operation,
            scope="region",
            items=items,
            params=sent,
            kind_of=lambda raw: kind,
            permissions=(f"bedrock-agentcore:{operation}",),
        ),
        states=table,
        describe=_described(word),
        metrics=_used(service),
        # an agent may be deployed for minutes; a tool is set up once for all of them
        lasting=word != "agentRuntime",
        reason=REASON,
    )


SPECS = (
    _spec(
        "bedrockagentcore/runtime",
        "ListAgentRuntimes",
        "agentRuntimes[]",
        "agentRuntime",
        "Runtime",
        _RUNTIME_STATES,
    ),
    # those of AWS' own are shared by all accounts, and their series bear no id of this one's
    _spec(
        "bedrockagentcore/browser_custom",
        "ListBrowsers",
        "browserSummaries[]",
        "browser",
        "Browser",
        _TOOL_STATES,
        type="CUSTOM",
    ),
    _spec(
        "bedrockagentcore/code_interpreter_custom",
        "ListCodeInterpreters",
        "codeInterpreterSummaries[]",
        "codeInterpreter",
        "CodeInterpreter",
        _TOOL_STATES,
        type="CUSTOM",
    ),
)
