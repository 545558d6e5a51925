"""docs/reliability.md says of each client what its patience is."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.grid import web as grid
from cloud_carbon_exporter.http.retry import Patience
from cloud_carbon_exporter.providers.gcp.client import http as gcp
from cloud_carbon_exporter.providers.scaleway.client import http as scaleway
from cloud_carbon_exporter.push import sending

DOCUMENT = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("who", "patience"),
    [
        ("Google Cloud", gcp.PATIENCE),
        ("Scaleway", scaleway.PATIENCE),
        ("sources of grid intensity", grid.PATIENCE),
        ("receivers of pushes", sending.PATIENCE),
    ],
)
def test_the_table_is_that_of_the_clients(who: str, patience: Patience) -> None:
    wait, whole = patience.longest_pause_seconds, patience.deadline_seconds
    assert f"| {who} | {patience.tries} | {wait:g} s | {whole:g} s |" in DOCUMENT
