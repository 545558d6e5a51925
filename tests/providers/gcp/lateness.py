"""Lateness of Google's metrics: how long after a sample Cloud Monitoring may not show it yet.

Google's lists of metrics say it of most: "Sampled every 60 seconds. After sampling, data is not
visible for up to 240 seconds." A period is complete that long after its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

_LISTS = "https://docs.cloud.google.com/monitoring/api/metrics_"
_A_B, _C, _D_H = f"{_LISTS}gcp_a_b", f"{_LISTS}gcp_c", f"{_LISTS}gcp_d_h"
_I_O, _P_Z = f"{_LISTS}gcp_i_o", f"{_LISTS}gcp_p_z"
_KUBERNETES, _AGENT = f"{_LISTS}kubernetes", f"{_LISTS}opsagent"


class Lateness(NamedTuple):
    """Lateness of one metric.

    hidden_seconds: as its source says it. sampled_seconds: between two samples. documented: whether
        the source was found to say so; what is not is taken as it is of the nearest of its kind.
    """

    hidden_seconds: float
    source: str
    sampled_seconds: float = 60
    documented: bool = True


LATENESS: Mapping[str, Lateness] = {
    "agent.googleapis.com/gpu/utilization": Lateness(240, _AGENT, documented=False),
    "aiplatform.googleapis.com/prediction/online/accelerator/duty_cycle": Lateness(360, _A_B),
    "aiplatform.googleapis.com/prediction/online/cpu/utilization": Lateness(360, _A_B),
    "alloydb.googleapis.com/cluster/storage/usage": Lateness(180, _A_B),
    "alloydb.googleapis.com/instance/cpu/average_utilization": Lateness(240, _A_B),
    "bigquery.googleapis.com/slots/allocated_for_project": Lateness(420, _A_B),
    "bigquery.googleapis.com/storage/stored_bytes": Lateness(10800, _A_B, 1800),
    "bigtable.googleapis.com/cluster/cpu_load": Lateness(240, _A_B),
    "bigtable.googleapis.com/disk/bytes_used": Lateness(180, _A_B),
    "cloudfunctions.googleapis.com/function/execution_times": Lateness(240, _C),
    "cloudsql.googleapis.com/database/cpu/utilization": Lateness(165, _C),
    "compute.googleapis.com/instance/cpu/utilization": Lateness(240, _C),
    "compute.googleapis.com/instance/uptime": Lateness(240, _C),
    # Its bytes are counted once a day, and said to be so no more exactly.
    "firestore.googleapis.com/storage/data_and_index_storage_bytes": Lateness(
        3840, _D_H, documented=False
    ),
    "kubernetes.io/container/cpu/request_cores": Lateness(120, _KUBERNETES),
    "kubernetes.io/container/cpu/request_utilization": Lateness(240, _KUBERNETES),
    "kubernetes.io/container/memory/request_bytes": Lateness(120, _KUBERNETES, documented=False),
    "loadbalancing.googleapis.com/https/external/regional/response_bytes_count": Lateness(90, _I_O),
    "loadbalancing.googleapis.com/https/internal/response_bytes_count": Lateness(90, _I_O),
    "loadbalancing.googleapis.com/https/response_bytes_count": Lateness(210, _I_O),
    "loadbalancing.googleapis.com/l3/external/egress_bytes_count": Lateness(150, _I_O),
    "loadbalancing.googleapis.com/l3/internal/egress_bytes_count": Lateness(150, _I_O),
    "loadbalancing.googleapis.com/tcp_ssl_proxy/egress_bytes_count": Lateness(210, _I_O),
    "memcache.googleapis.com/node/cpu/utilization": Lateness(240, _I_O, documented=False),
    # Valkey's instances are clusters of Redis by another name.
    "memorystore.googleapis.com/instance/cpu/average_utilization": Lateness(
        300, _I_O, documented=False
    ),
    "oracledatabase.googleapis.com/autonomousdatabase/cpu_utilization": Lateness(
        240, _I_O, documented=False
    ),
    "redis.googleapis.com/cluster/cpu/average_utilization": Lateness(300, _P_Z),
    "redis.googleapis.com/stats/cpu_utilization": Lateness(240, _P_Z),
    "router.googleapis.com/nat/sent_bytes_count": Lateness(225, _P_Z),
    "run.googleapis.com/container/cpu/allocation_time": Lateness(120, _P_Z),
    "run.googleapis.com/container/cpu/utilizations": Lateness(120, _P_Z),
    "run.googleapis.com/container/memory/allocation_time": Lateness(120, _P_Z),
    "spanner.googleapis.com/instance/cpu/utilization": Lateness(120, _P_Z),
    "spanner.googleapis.com/instance/storage/used_bytes": Lateness(180, _P_Z),
    "storage.googleapis.com/storage/v2/total_bytes": Lateness(690, _P_Z, 300),
    "tpu.googleapis.com/cpu/utilization": Lateness(180, _P_Z),
    "tpu.googleapis.com/tpu/mxu/utilization": Lateness(180, _P_Z),
}
"""Lateness by metric type, as Google's lists had it in 2026."""
