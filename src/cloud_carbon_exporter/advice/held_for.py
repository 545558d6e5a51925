"""Held for: what a kind of thing is held for beside its processors, and whether it can be stopped.

Facts of services, by kind; a kind that is in none of these is judged by its processors.
"""

from __future__ import annotations

from cloud_carbon_exporter.model.types import Resource

IN_MEMORY = frozenset(
    {
        "dax/cluster",
        "elasticache/cache_cluster",
        "memcache/instance",
        "memorydb/cluster",
        "memorystore/instance",
        "redis/cluster",
        "redis/instance",
    }
)
"""Kinds that are held for their memory: a cache answers all day at a few per cent of its
processors, and half of its memory is half of what it holds."""

_PASSING_ON = frozenset(
    {
        "amazonmq/broker",
        "fsx/file_system",
        "kafka/cluster",
        "kafkaconnect/connector",
        "managedkafka/cluster",
        "managedkafka/connect_cluster",
        "messageq/deployment",
        "msk/cluster",
    }
)
"""Kinds that pass on messages or files: they wait for disks and networks, not for processors."""

NOT_BY_PROCESSORS = IN_MEMORY | _PASSING_ON
"""Kinds of which idle processors do not tell that nobody uses them."""

WEEK_STOPPED = frozenset(
    {"docdb/db_instance", "lightsail/database", "neptune/db_instance", "rds/db_instance"}
)
"""Kinds that their cloud starts again by itself after seven days (Amazon RDS user guide, Stopping
a DB instance; the same in those of DocumentDB, Neptune and Lightsail)."""

STOPPABLE = WEEK_STOPPED | {
    "ec2/instance",
    "docdbelastic/cluster",
    "lightsail/instance",
    "redshift/cluster",
    "sagemaker/notebook_instance",
    "workspaces/workspace",
    "alloydb/instance",
    "compute/instance",
    "sql/instance",
    "tpu/node",
    "instance/server",
}
"""Kinds with a call that stops them and keeps what they store (StopInstances, StopDBInstance,
PauseCluster and the like of AWS; instances.stop, nodes.stop and the activation policy NEVER of
Google; poweroff of Scaleway). All other kinds can be deleted alone."""


def manager_of(resource: Resource) -> str:
    """What runs a machine, and starts another in place of one that is stopped; empty for nobody.

    AWS names it by a tag or an operator; GKE labels its nodes (Google Cloud documentation, GKE
    resource labels).
    """
    told = resource.info.get("managed_by", "")
    return "container/node_pool" if not told and "goog-gke-node" in resource.tags else told
