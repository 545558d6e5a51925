"""Where figures are pushed to, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RemoteWriteVersion = Literal["auto", "1.0", "2.0"]
ResourceOf = Literal["place", "each", "exporter"]
DEFAULT_LABELS = ("job=cloud-carbon-exporter",)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """An empty URL: nothing is pushed there.

    headers_file: lines of `Name: value`, read before each push, so that a rotated credential is
        taken up.
    remote_write_version: "auto" is the newest that the receiver takes.
    otlp_resource_of: what one resource of OTLP is. otlp_hardware_names: hw.power and hw.energy too.
    labels: "name=value", borne by every series, as a scrape's job and instance are.
    """

    interval_seconds: float = 60
    remote_write_url: str = ""
    remote_write_headers_file: str = ""
    remote_write_version: RemoteWriteVersion = "auto"
    otlp_endpoint: str = ""
    otlp_headers_file: str = ""
    otlp_resource_of: ResourceOf = "place"
    otlp_hardware_names: bool = False
    labels: tuple[str, ...] = DEFAULT_LABELS

    @property
    def wanted(self) -> bool:
        """Whether anything is pushed."""
        return bool(self.remote_write_url or self.otlp_endpoint)
