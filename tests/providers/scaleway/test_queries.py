"""PromQL of every service, evaluated by Prometheus itself over series as Scaleway writes them."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cloud_carbon_exporter.providers.scaleway import PROVIDER

RDB = "rdb_instance_postgresql_node_cpu_seconds_total"
MYSQL = "rdb_instance_mysql_node_cpu_seconds_total"

CASES: list[tuple[str, str, dict[str, str], dict[str, float]]] = [
    (
        "instance/server",
        "cpu_ratio",
        {  # 4 vCPUs, each 15 of 60 s at work; a second server idles
            'instance_server_cpu_seconds_total{resource_id="a"}': "0+60x10",
            'instance_server_vcpu_count{resource_id="a"}': "4+0x10",
            'instance_server_cpu_seconds_total{resource_id="b"}': "5+0x10",
            'instance_server_vcpu_count{resource_id="b"}': "2+0x10",
        },
        {"a": 0.25, "b": 0},
    ),
    (
        "instance/server",
        "cpu_ratio",
        {  # were the modes told apart, idle time would be no work
            'instance_server_cpu_seconds_total{resource_id="a", mode="idle", cpu="0"}': "0+30x10",
            'instance_server_cpu_seconds_total{resource_id="a", mode="user", cpu="0"}': "0+30x10",
            'instance_server_cpu_seconds_total{resource_id="a", mode="user", cpu="1"}': "0+0x10",
            'instance_server_vcpu_count{resource_id="a"}': "2+0x10",
        },
        {"a": 0.25},
    ),
    (
        "rdb/instance",
        "cpu_ratio",
        {  # two nodes of two CPUs
            f'{RDB}{{resource_id="a", node="1", cpu="0", mode="idle"}}': "0+60x10",
            f'{RDB}{{resource_id="a", node="1", cpu="0", mode="user"}}': "0+0x10",
            f'{RDB}{{resource_id="a", node="1", cpu="1", mode="idle"}}': "0+30x10",
            f'{RDB}{{resource_id="a", node="1", cpu="1", mode="user"}}': "0+30x10",
            f'{RDB}{{resource_id="a", node="2", cpu="0", mode="idle"}}': "0+60x10",
            f'{RDB}{{resource_id="a", node="2", cpu="1", mode="idle"}}': "0+60x10",
            f'{MYSQL}{{resource_id="b", cpu="0", mode="idle"}}': "0+15x10",
            f'{MYSQL}{{resource_id="b", cpu="0", mode="system"}}': "0+45x10",
        },
        {"a": 0.125, "b": 0.75},
    ),
    (
        "redis/cluster",
        "cpu_ratio",
        {
            'rkv_cluster_node_cpu_seconds_total{resource_id="a", mode="idle"}': "0+45x10",
            'rkv_cluster_node_cpu_seconds_total{resource_id="a", mode="user"}': "0+15x10",
        },
        {"a": 0.25},
    ),
    (
        "containers/container",
        "capacity_units",
        {'serverless_container_instances_total{resource_id="a"}': "1 2 3 3 3 3 3 3 3 3 3"},
        {"a": 3},
    ),
    (
        "containers/container",
        "cpu_ratio",
        {
            'serverless_container_cpu_usage_ratio{resource_id="a", instance="1"}': "20+0x10",
            'serverless_container_cpu_usage_ratio{resource_id="a", instance="2"}': "60+0x10",
        },
        {"a": 40},
    ),
    (
        "mongodb/instance",
        "cpu_ratio",
        {
            'mgdb_instance_node_cpu_seconds_total{resource_id="a", mode="idle"}': "0+45x10",
            'mgdb_instance_node_cpu_seconds_total{resource_id="a", mode="user"}': "0+15x10",
        },
        {"a": 0.25},
    ),
    (
        "object/bucket",
        "stored_gib",
        {'object_storage_bucket_usage_bytes_total{resource_name="a"}': "4096+0x10"},
        {"a": 4096},
    ),
]


def query_of(kind: str, into: str) -> str:
    metrics = next(spec.metrics for spec in PROVIDER.services if spec.kind == kind)
    return next(metric.name for metric in metrics if metric.into == into)


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "into", "series", "expected"), CASES, ids=lambda value: str(value)[:24]
)
def test_a_query_means_what_it_should(
    tmp_path: Path, kind: str, into: str, series: dict[str, str], expected: dict[str, float]
) -> None:
    label = "resource_name" if kind == "object/bucket" else "resource_id"
    wanted = [
        {"labels": f'{{{label}="{name}"}}', "value": value} for name, value in expected.items()
    ]
    test: dict[str, Any] = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": query_of(kind, into), "eval_time": "10m", "exp_samples": wanted}
        ],
    }
    path = tmp_path / "test.yml"
    path.write_text(json.dumps({"evaluation_interval": "1m", "tests": [test]}))
    promtool = shutil.which("promtool")
    assert promtool, "promtool is needed: apt-get install prometheus"
    done = subprocess.run(
        [promtool, "test", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
