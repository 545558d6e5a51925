"""Queries of dashboards: each answered by a real Prometheus, whatever series an exporter has."""

from __future__ import annotations

import http.server
import json
import math
import re
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_carbon_exporter.exposition.families.resources import RESOURCES
from tests.deploy.boards import BOARDS, QUERIES, TOLD, Ruled, filled, panels, query_of
from tests.deploy.files import ROOT, names_in, rules
from tests.deploy.test_prometheus import promtool
from tests.e2e.programs import Exporter, Prometheus, eventually, fetch
from tests.over_all import over_all

LACKING = re.compile(
    r"api_cost_forecast|skipped_objects|intensity_forecast|reported|calibration|kubernetes"
    r"|cloud_workload:"
)
"""What a demo has none of: it pays nothing, leaves nothing out, has no forecast and no cluster."""

UNRECORDED = {
    "cloud_resource:cloud_carbon_idle_emissions_grams_per_day",
    "cloud_resource:cloud_carbon_unattached_emissions_grams_per_day",
}
"""What takes a day of history."""

IDLE = query_of("cloud-carbon-overview", "Machines that idle, g a day")

SCRAPED_TWICE = (
    "rate(process_cpu_seconds_total[5m])",
    "rate(cloud_carbon_exporter_api_requests_total[1h])",
    "increase(cloud_carbon_exporter_errors_total[24h])",
    "cloud_carbon:software_carbon_intensity_grams_per_unit > 0",
    "cloud_carbon_budget_forecast_grams",
)
"""What is there once every counter of the demo was scraped twice, and rules ran over it."""

BUDGETS = "budgets: [{name: all, kilograms: 800}, {name: data, grams: 90000, tags: {team: data}}]"

SHOWN = {
    "full": "-metrics.labels=full",
    "slim": "-metrics.labels=slim",
    "aggregate": "-metrics.aggregate=account,region,kind",
}
OF_RESOURCES = {family.name for family in RESOURCES}
OF_RECORDS = {
    rule["record"] for rule in rules() if "record" in rule and names_in(rule["expr"]) & OF_RESOURCES
}
CHOICES: dict[str, dict[str, str]] = {
    "all": {},
    "a cloud": {"provider": "aws"},
    "an account": {"account": "demo-aws"},
    "another label": {"group": "host_type"},
}
"""Of the demo's clouds the one in which something fails, and something idles."""


def fillable(expression: str, shown: str) -> bool:
    """Whether an exporter that shows so has what a query asks for, before any `or`."""
    asked = names_in(expression.partition(" or ")[2] or expression)
    return shown != "aggregate" or not asked & (OF_RESOURCES | OF_RECORDS)


@pytest.fixture(scope="module", params=SHOWN)
def shown(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def prometheus(shown: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that has scraped the demo often enough for rates, and recorded sums of them."""
    home = tmp_path_factory.mktemp("grafana")
    flags = ("-demo.enabled", "-collect.interval=1s", "-metrics.tags=team,env", SHOWN[shown])
    (home / "budgets.yml").write_text(BUDGETS, encoding="utf-8")
    demo = Exporter(home, *flags, f"-config.file={home / 'budgets.yml'}")
    with demo, Ruled(home, demo.ready().url) as server:
        server.ready()
        eventually(
            lambda: all(server.query(twice) for twice in SCRAPED_TWICE),
            f"what comes of two scrapes:\n{server.output}",
        )
        yield server


class _Golden(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = (ROOT / "tests" / "golden" / "metrics.txt").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: what Prometheus asks is no news."""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """One that scrapes an exposition with every family there is, which no account has at once."""
    home = tmp_path_factory.mktemp("everything")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Golden) as source:
        threading.Thread(target=source.serve_forever, daemon=True).start()
        with Ruled(home, f"http://127.0.0.1:{source.server_address[1]}") as server:
            server.ready()
            eventually(
                lambda: server.query("count_over_time(cloud_carbon_total_power_watts[1m]) > 1"),
                f"two scrapes:\n{server.output}",
            )
            yield server
        source.shutdown()


ANSWERED = [query for query in QUERIES if not LACKING.search(query[1])]


@pytest.mark.e2e
@over_all("choice", CHOICES)
@over_all(("board", "expression"), ANSWERED)
def test_every_query_is_answered(
    board: str, expression: str, choice: str, shown: str, prometheus: Prometheus
) -> None:
    values = prometheus.query(filled(expression, prometheus, CHOICES[choice]))
    if expression == IDLE:
        assert values == {}, "nothing has idled for a day within a minute"
    elif fillable(expression, shown):
        assert values, f"{board}: nothing for {expression}"
    else:
        assert values or (board, expression) in TOLD or "$resource" in expression
    assert all(math.isfinite(value) for value in values.values())


@pytest.mark.e2e
@over_all(("board", "expression"), sorted({*QUERIES} - {*ANSWERED}))
def test_what_a_demo_lacks_is_told_there_and_shown_where_it_is(
    board: str, expression: str, shown: str, prometheus: Prometheus, everything: Prometheus
) -> None:
    assert everything.query(filled(expression, everything)), f"{board}: nothing for {expression}"
    assert (board, expression) in TOLD or prometheus.query(filled(expression, prometheus))


MERGED = [
    (name, panel["title"])
    for name, board in BOARDS.items()
    for panel in panels(board)
    if panel["type"] == "table" and len(panel["targets"]) > 1
]


@pytest.mark.e2e
@pytest.mark.parametrize(("board", "title"), MERGED)
def test_columns_of_a_table_share_its_rows(board: str, title: str, everything: Prometheus) -> None:
    """Grafana merges rows whose labels are alike: what is no column, as a name, parts them."""
    (panel,) = [panel for panel in panels(BOARDS[board]) if panel["title"] == title]
    rows = []
    for target in panel["targets"]:
        asked = urllib.parse.urlencode({"query": filled(target["expr"], everything)})
        body, _ = fetch(f"{everything.url}/api/v1/query?{asked}")
        found = [series["metric"] for series in json.loads(body)["data"]["result"]]
        assert not {"__name__", "job", "instance"} & {name for labels in found for name in labels}
        rows.append({tuple(sorted(labels.items())) for labels in found})
    assert set.intersection(*rows)


@pytest.mark.e2e
def test_the_figure_of_the_provider_stands_beside_ours_in_one_row(everything: Prometheus) -> None:
    """1 kg of 2 kg; what is foreseen for an hour from now is 30.5 of 36 g/kWh."""
    title = "The newest closed month that is reported"
    columns = [query_of("cloud-carbon-overview", title, column) for column in range(3)]
    rows = [everything.query(filled(query, everything)) for query in columns]
    assert [list(row.values()) for row in rows] == [[1000], [2000], [0.5]]
    assert len({tuple(row) for row in rows}) == 1
    title = "Cleanest hour that is foreseen"
    columns = [query_of("cloud-carbon-overview", title, column) for column in range(2)]
    rows = [everything.query(filled(query, everything)) for query in columns]
    assert [list(row.values()) for row in rows] == [[30.5], [pytest.approx(30.5 / 36)]]
    assert len({tuple(row) for row in rows}) == 1
    assert dict(next(iter(rows[0])))["hours_ahead"] == "1"


@pytest.mark.server
def test_what_idles_is_told_after_a_day_and_never_before(tmp_path: Path) -> None:
    """As the rule has it: a minute of rest is none."""
    query, loads = (
        IDLE,
        {"idle": ("0.01", "0.01"), "busy": ("0.01", "0.9"), "gpu": ("0.01", "0.01")},
    )
    series = []
    for name, (night, day) in loads.items():
        of_one = f'{{cloud_resource_id="{name}"}}'
        values = f"{night}+0x700 {day}+0x800"
        series.append({"series": f"cloud_carbon_cpu_utilisation_ratio{of_one}", "values": values})
        for part in ("operational", "embodied"):
            family = f"cloud_carbon_{part}_emissions_grams_per_second"
            series.append({"series": family + of_one, "values": "0.001+0x1500"})
        told = of_one.replace("}", ',cloud_provider="aws",kind="ec2/instance"}')
        series.append({"series": f"cloud_carbon_resource_info{told}", "values": "1+0x1500"})
    gpu = {"series": 'cloud_carbon_gpu_utilisation_ratio{cloud_resource_id="gpu"}'}
    series.append(gpu | {"values": "0.5+0x1500"})
    for name in ("provider", "account", "region"):
        query = query.replace(f"${name}", ".*")
    idle = {
        "labels": '{cloud_resource_id="idle", kind="ec2/instance"}',
        "value": 86400 * 0.002,
    }
    asked = [
        {"expr": query, "eval_time": when, "exp_samples": found}
        for when, found in (("1m", []), ("23h", []), ("24h30m", [idle]))
    ]
    path = tmp_path / "idle.yml"
    tests = [{"interval": "1m", "input_series": series, "promql_expr_test": asked}]
    path.write_text(yaml.safe_dump({"tests": tests}), encoding="utf-8")
    assert "FAILED" not in promtool("test", "rules", path)


@pytest.mark.server
def test_processor_time_of_the_first_minute_is_over_that_minute(tmp_path: Path) -> None:
    query = query_of("cloud-carbon-exporter", "Processor time")
    series = [
        {"series": "process_cpu_seconds_total", "values": "0+6x20"},
        {"series": "process_start_time_seconds", "values": "0+0x20"},
        {"series": "cloud_carbon_exporter_build_info", "values": "1+0x20"},
    ]
    asked = [
        {"expr": query, "eval_time": when, "exp_samples": [{"labels": "{}", "value": 0.1}]}
        for when in ("1m", "4m", "15m")
    ]
    path = tmp_path / "processor.yml"
    tests = [{"interval": "1m", "input_series": series, "promql_expr_test": asked}]
    path.write_text(yaml.safe_dump({"tests": tests}), encoding="utf-8")
    assert "FAILED" not in promtool("test", "rules", path)


@pytest.mark.e2e
@over_all("record", sorted({rule["record"] for rule in rules() if "record" in rule} - UNRECORDED))
def test_every_recording_rule_records(record: str, shown: str, prometheus: Prometheus) -> None:
    if fillable(record, shown):
        assert prometheus.query(record)


def labels_of(server: Prometheus, pattern: str) -> list[str]:
    """Names of labels of families, as Grafana asks for them by label_names()."""
    query = urllib.parse.urlencode({"match[]": f'{{__name__=~".*{pattern}.*"}}'})
    body, _ = fetch(f"{server.url}/api/v1/labels?{query}")
    names: list[str] = json.loads(body)["data"]
    return names


def values_of(variable: dict[str, Any], server: Prometheus) -> list[str]:
    """What can be chosen, as Grafana finds it."""
    query = variable["query"]["query"]
    if names := re.fullmatch(r"label_names\((.+)\)", query):
        sought = re.compile(variable["regex"].strip("/"))
        return [name for name in labels_of(server, names[1]) if sought.search(name)]
    parts = re.fullmatch(r"label_values\((.+), ([\w$]+)\)|query_result\((.+)\)", query)
    assert parts, query
    label = filled(parts[2] or "cloud_resource_id", server)
    found = [dict(labels) for labels in server.query(filled(parts[1] or parts[3], server))]
    return [labels[label] for labels in found if label in labels]


@pytest.mark.e2e
def test_the_variables_of_the_dashboards_have_values(
    shown: str, prometheus: Prometheus, everything: Prometheus
) -> None:
    for board in BOARDS.values():
        for variable in board["templating"]["list"]:
            if variable["type"] != "query":
                continue
            values = values_of(variable, prometheus)
            asked = names_in(variable["query"]["query"])
            if LACKING.search(variable["query"]["query"]):
                assert values_of(variable, everything), variable["name"]
            elif shown != "aggregate" or not asked & OF_RESOURCES:
                assert values, variable["name"]
            if variable["name"] == "group":
                tags = {"tag_env", "tag_team"} if shown != "aggregate" else set()
                assert tags <= set(values) and "basis" in values
