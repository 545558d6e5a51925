"""Settings of one target: which account, project or organisation is explored, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar


class Options(Protocol):
    """Options of one cloud alone: an object of that cloud, which its own client reads."""

    @property
    def place(self) -> str:
        """Account, project or organisation that is explored; empty where nobody said it."""

    def explored(self) -> Options:
        """The same without what changes nothing about what is explored."""


CloudOptions = TypeVar("CloudOptions", bound=Options)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """Account, project or organisation to explore, as configured.

    Empty = the provider's own default.

    provider: as in -cloud.provider. options: what that cloud alone understands; None = defaults.
    regions: explore these alone. exclude: kinds not to estimate, e.g. "ec2/snapshot".
    free_requests: monitoring requests a month that cost the payer nothing.
    timeout_seconds: silence on a connection after which a call has failed.
    """

    provider: str
    name: str = ""
    options: Options | None = None
    regions: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    interval_seconds: float = 300
    utilisation_interval_seconds: float = 900
    budget_dollars: float = 0
    free_requests: int = 0
    tags: tuple[str, ...] = ()
    timeout_seconds: float = 30

    def options_of(self, cloud: type[CloudOptions]) -> CloudOptions:
        """Options as the class of that cloud. Raises TypeError when they are another cloud's."""
        if self.options is None:
            return cloud()
        if not isinstance(self.options, cloud):
            raise TypeError(f"{self.provider} has no {type(self.options).__name__}")
        return self.options
