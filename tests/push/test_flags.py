"""Flags of pushing: what they take, and that a credential among them is refused unseen."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.push.settings import PushSettings


def test_nothing_is_pushed_unless_asked_for() -> None:
    assert load(["-demo.enabled"], {}).settings.push == PushSettings()
    assert not PushSettings().wanted


def test_flags_become_settings() -> None:
    arguments = [
        "-demo.enabled",
        "-push.remote-write.url=https://mimir/api/v1/push",
        "-push.remote-write.headers-file=h",
        "-push.remote-write.version=1.0",
        "-push.otlp.resource=each",
        "-push.otlp.hardware-names",
        "-push.otlp.endpoint",
        "http://collector:4318",
        "-push.interval=30s",
        "-push.labels=job=a,instance=b=c",
    ]
    push = load(arguments, {"CLOUD_CARBON_PUSH_OTLP_HEADERS_FILE": "o"}).settings.push
    assert push == PushSettings(
        interval_seconds=30,
        remote_write_url="https://mimir/api/v1/push",
        remote_write_headers_file="h",
        remote_write_version="1.0",
        otlp_resource_of="each",
        otlp_hardware_names=True,
        otlp_endpoint="http://collector:4318",
        otlp_headers_file="o",
        labels=("job=a", "instance=b=c"),
    )
    assert push.wanted


@pytest.mark.parametrize(
    "argument",
    [
        "-push.remote-write.url=https://carbon:planted@mimir/push",
        "-push.otlp.endpoint=planted",
        "-push.otlp.endpoint=ftp://planted",
        "-push.remote-write.url=https:///planted",
    ],
)
def test_what_is_no_address_or_holds_a_password_is_refused_unseen(argument: str) -> None:
    with pytest.raises(ConfigError, match="headers file") as raised:
        load(["-demo.enabled", argument], {})
    assert "planted" not in str(raised.value)


@pytest.mark.parametrize("labels", ["job", "=x", "1a=x", "a b=c"])
def test_labels_are_names_and_values(labels: str) -> None:
    with pytest.raises(ConfigError, match="name=value"):
        load(["-demo.enabled", f"-push.labels={labels}"], {})
