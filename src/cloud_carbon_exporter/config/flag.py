"""What a flag is, and the commands that take flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cloud_carbon_exporter.config.values import Kind

PROGRAM = "cloud-carbon-exporter"

COMMANDS: Mapping[str, str] = {
    "serve": "serve the figures to Prometheus, and a page to people; what happens without a command",
    "report": "collect once and print what the estate draws and emits",
    "check": "try the credentials and every call that is needed, and print what is missing",
    "permissions": "print the least the exporter must be allowed, per provider",
    "services": "print what is supported, and how it is estimated",
    "estimate": "price a machine type or a server, without any account",
    "completion": "print a completion script for a shell",
}

COLLECTING = ("serve", "report", "check")
MACHINE_PROVIDERS = ("aws", "gcp", "scw")


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. default: as the person would type it, empty for none; aliases: other names it
    answers to.

    commands: who takes it. providers: for whom it means something; empty for all.
    """

    name: str
    kind: Kind
    default: str
    meaning: str
    aliases: tuple[str, ...] = ()
    commands: tuple[str, ...] = COLLECTING
    providers: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name and its aliases."""
        return (self.name, *self.aliases)

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that say the same."""
        return tuple(variable(name) for name in self.names)


def variable(name: str) -> str:
    """The environment variable of a flag's name."""
    return "CLOUD_CARBON_" + name.upper().replace(".", "_").replace("-", "_")
