"""`services`: what is supported, and how each kind is estimated."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flags import MACHINE_PROVIDERS
from cloud_carbon_exporter.providers.spec import ServiceSpec
from cloud_carbon_exporter.service.loading import provider

NAMES = {"aws": "Amazon Web Services", "gcp": "Google Cloud", "scw": "Scaleway"}


def run(invocation: Invocation) -> int:
    """Print the list."""
    options = invocation.settings.options
    names = options["cloud.provider"] or MACHINE_PROVIDERS
    sys.stdout.write(as_markdown(names) if options["format"] == "markdown" else as_text(names))
    return 0


def _sorted(name: str) -> Sequence[ServiceSpec]:
    return sorted(provider(name).services, key=lambda service: service.kind)


def as_text(names: Iterable[str]) -> str:
    """A few lines a kind."""
    lines: list[str] = []
    for name in names:
        services = _sorted(name)
        lines += [f"{NAMES[name]} (-cloud.provider={name}): {len(services)} kinds", ""]
        for service in services:
            lines += [
                f"  {service.kind}",
                f"      {service.reason}",
                f"      listed by {_call(service)}",
            ]
            lines += [f"      measured by {_metrics(service)}"] if service.metrics else []
        lines.append("")
    return "\n".join(lines)


def as_markdown(names: Iterable[str]) -> str:
    """A table a provider."""
    lines = []
    for name in names:
        services = _sorted(name)
        lines += [
            f"## {NAMES[name]}",
            "",
            f"{len(services)} kinds, with `-cloud.provider={name}`.",
            "",
            "| kind | how it is estimated | listed by | measured by |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| `{service.kind}` | {_escaped(service.reason)} | {_call(service)} | {_escaped(_metrics(service, '`'))} |"
            for service in services
        ]
        lines.append("")
    return "\n".join(lines)


def _call(service: ServiceSpec) -> str:
    return f"{service.listing.api} {service.listing.operation}"


def _metrics(service: ServiceSpec, quote: str = "") -> str:
    return ", ".join(
        dict.fromkeys(f"{quote}{metric.name}{quote} ({metric.into})" for metric in service.metrics)
    )


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
