"""The provider's own figure beside ours: the newest closed month, and what both have counted."""

from __future__ import annotations

from panels import row, several
from queries import AT

NOTHING = "No report yet: the provider's own figure is asked for where its API can be"
REPORT = "cloud_provider, cloud_account_id, method, source"


def calibration(of: str) -> str:
    """One of the families of calibration, by service and region.

    Without its name, as what differs by a label is another row of a table.
    """
    by = f"{REPORT}, cloud_region, service, scope"
    return f'max by ({by}) (cloud_carbon_calibration_{of}{{{AT},service!=""}})'


ROW = [
    row("Beside the provider's own figure"),
    several(
        "The newest closed month that is reported",
        {
            "reported": (
                f"sum by ({REPORT}) (cloud_carbon_provider_reported_emissions_grams{{{AT}}})",
                "massg",
            ),
            "ours": (
                f"0 * sum by ({REPORT}) (cloud_carbon_provider_reported_emissions_grams{{{AT}}})"
                " + on (cloud_provider, cloud_account_id) group_left () max by "
                "(cloud_provider, cloud_account_id) (cloud_carbon_estimated_month_emissions_grams)",
                "massg",
            ),
            "reported / ours": (
                f"max by ({REPORT}) (cloud_carbon_provider_reported_ratio{{{AT}}})",
                "percentunit",
            ),
            "month": (
                f"1000 * max by ({REPORT}) "
                f"(cloud_carbon_provider_reported_month_timestamp_seconds{{{AT}}})",
                "dateTimeAsIso",
            ),
        },
        ("cloud_provider", "cloud_account_id", "method", "source"),
        "Methods are alternatives, not parts. The ratio is there once 95 % of the month was "
        "counted.",
        width=12,
        empty=NOTHING,
    ),
    several(
        "Reported over ours, by service and region",
        {
            "ratio": (calibration("ratio"), "percentunit"),
            "at least": (calibration("lower_ratio"), "percentunit"),
            "at most": (calibration("upper_ratio"), "percentunit"),
            "months": (calibration("months"), "short"),
        },
        ("cloud_account_id", "cloud_region", "service", "scope", "method"),
        "Of whole months that both have counted.",
        width=12,
        empty=NOTHING,
    ),
]
