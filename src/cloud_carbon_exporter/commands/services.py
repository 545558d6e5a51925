"""`services`: what is supported, and how each kind is estimated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cloud_carbon_exporter.commands import terminal
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.cloud_flags import PRINTED_PROVIDERS
from cloud_carbon_exporter.config.flags import LIST_FORMAT
from cloud_carbon_exporter.providers.clouds import CLOUDS, REAL_CLOUDS
from cloud_carbon_exporter.providers.spec import ServiceSpec
from cloud_carbon_exporter.reporting.tables import markdown_table
from cloud_carbon_exporter.service.loading import provider


def run(invocation: Invocation) -> int:
    """Print the list."""
    options = invocation.settings.options
    names = options[PRINTED_PROVIDERS] or REAL_CLOUDS
    form = as_markdown if options[LIST_FORMAT] == "markdown" else as_text
    terminal.printed(form(names))
    return 0


def _sorted(name: str) -> Sequence[ServiceSpec]:
    return sorted(provider(name).services, key=lambda service: service.kind)


def as_text(names: Iterable[str]) -> str:
    """Services as a few lines a kind."""
    lines: list[str] = []
    for name in names:
        services = _sorted(name)
        title = CLOUDS[name].title
        lines += [f"{title} (-cloud.provider={name}): {len(services)} kinds", ""]
        for service in services:
            lines += [
                f"  {service.kind}",
                f"      {service.reason}",
                f"      listed by {_call(service)}",
            ]
            if service.metrics:
                lines.append(f"      measured by {_metrics(service)}")
        lines.append("")
    return "\n".join(lines)


def as_markdown(names: Iterable[str]) -> str:
    """Services as a table a provider."""
    blocks: list[str] = []
    header = ("kind", "how it is estimated", "listed by", "measured by")
    for name in names:
        services = _sorted(name)
        rows = map(_row, services)
        blocks += [
            f"## {CLOUDS[name].title}",
            f"{len(services)} kinds, with `-cloud.provider={name}`.",
            markdown_table(header, rows),
        ]
    return "\n\n".join(blocks) + "\n"


def _row(service: ServiceSpec) -> tuple[str, ...]:
    return f"`{service.kind}`", service.reason, _call(service), _metrics(service, "`")


def _call(service: ServiceSpec) -> str:
    return f"{service.listing.api} {service.listing.operation}"


def _metrics(service: ServiceSpec, quote: str = "") -> str:
    """Series a kind is measured by; two of one name that fill one signal are said once."""
    told = dict.fromkeys(
        f"{quote}{metric.name}{quote} ({metric.into})" for metric in service.metrics
    )
    return ", ".join(told)
