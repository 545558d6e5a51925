"""Well-known machines at three loads: a change of any figure behind them is a visible diff.

Written anew by `python -m tests.model.test_golden_machines`; checked by hand against what others
publish when written.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.model.machines import footprint, resource

GOLDEN = Path(__file__).parents[1] / "golden" / "machines.txt"
MACHINES = (
    ("aws", "m5.large", "eu-west-3"),
    ("aws", "m7g.4xlarge", "eu-west-3"),
    ("aws", "c7a.48xlarge", "us-east-1"),
    ("aws", "p4d.24xlarge", "us-east-1"),
    ("gcp", "n2-standard-4", "europe-west1"),
    ("gcp", "t2a-standard-8", "us-central1"),
    ("scaleway", "PRO2-M", "fr-par"),
    ("scaleway", "H100-1-80G", "fr-par"),
)
HEAD = "machine region load lower value upper(W) operational embodied(g/h) basis"


def lines() -> list[str]:
    """One line a machine and load."""
    table = [HEAD]
    for provider, name, region in MACHINES:
        for load in (0, 0.5, 1):
            priced = footprint(
                resource(provider, name, region), {"cpu_ratio": load, "gpu_ratio": load}
            )
            watts, grams = priced.power_watts, priced.operational_grams_per_second
            assert grams is not None
            cells = (watts.lower, watts.value, watts.upper, grams.value * 3600)
            embodied = priced.embodied_grams_per_second.value * 3600
            numbers = " ".join(f"{cell:.4g}" for cell in (*cells, embodied))
            table.append(f"{name} {region} {load} {numbers} {priced.basis}")
    return table


def test_golden_machines() -> None:
    assert lines() == GOLDEN.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("provider", "name", "idle", "full"),
    [
        (
            "aws",
            "m5.large",
            (1.2, 6),
            (7, 27),
        ),  # Cloud Carbon Footprint 1.3 to 8.5 W and memory; Teads 4.4 to 20 W, then PUE 1.35
        ("aws", "c7a.48xlarge", (90, 400), (500, 1350)),  # two EPYC of 360 W, 384 GiB; 1 kW at 1.35
        (
            "aws",
            "p4d.24xlarge",
            (1000, 1900),
            (3500, 6500),
        ),  # a DGX A100 rests at 1480 W, with PUE 1.1 and more; vendor: 6.5 kW at most
        (
            "gcp",
            "n2-standard-4",
            (2.5, 12),
            (13, 35),
        ),  # Cloud Carbon Footprint 2.6 to 16 W and memory
        (
            "gcp",
            "t2a-standard-8",
            (4, 25),
            (12, 60),
        ),  # an Altra of 180 W or more over 64 cores, and 32 GiB
        ("scaleway", "H100-1-80G", (80, 250), (350, 800)),  # a board of 350 W
    ],
)
def test_golden_machines_are_within_what_others_publish(
    provider: str, name: str, idle: tuple[float, float], full: tuple[float, float]
) -> None:
    for load, (low, high) in ((0, idle), (1, full)):
        watts = footprint(
            resource(provider, name), {"cpu_ratio": load, "gpu_ratio": load}
        ).power_watts.value
        assert low <= watts <= high


if __name__ == "__main__":
    GOLDEN.write_text("\n".join(lines()) + "\n", encoding="utf-8")
