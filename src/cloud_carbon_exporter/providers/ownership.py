"""Owners: who counts the hardware of what a cloud lists in several places. One table, three clouds.

What runs on a thing is counted there (the nodes of EKS are EC2 instances), and what only sets it up
(a subnet, a parameter group) draws nothing: neither is estimated, nor called unsupported. Whoever
follows the table from a kind ends at one that is described, or at a word that says why nothing
draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NETWORK = "settings of routers that all customers share"
WHAT_IT_MADE = "what it made, each thing by itself"

WORDS = frozenset({NETWORK, WHAT_IT_MADE})
"""Ends of the table that are no kinds."""

# EKS' node groups, EMR, Batch and Beanstalk start EC2 instances, which EC2 lists. Profiles of
# Fargate are not here: their pods run on machines that nothing lists, and are unsupported.
_AWS: Mapping[str, str] = {
    "apigateway/stage": "apigateway/rest_api",
    "apigatewayv2/stage": "apigatewayv2/api",
    "autoscaling/auto_scaling_group": "ec2/instance",
    "batch/compute_environment": "ec2/instance",
    "batch/job_definition": "batch/job_queue",
    "batch/job_queue": "batch/compute_environment",
    "cloudformation/stack": WHAT_IT_MADE,
    "docdb/db_subnet_group": "docdb/db_cluster",
    "ec2/network_acl": "ec2/vpc",
    "ec2/network_interface": "ec2/instance",
    "ec2/route_table": "ec2/vpc",
    "ec2/security_group": "ec2/vpc",
    "ec2/security_group_rule": "ec2/security_group",
    "ec2/subnet": "ec2/vpc",
    "ec2/vpc": NETWORK,
    "ecs/cluster": "ecs/task",
    "ecs/container_instance": "ec2/instance",
    "ecs/service": "ecs/task",
    "ecs/task_definition": "ecs/task",
    "eks/access_entry": "eks/cluster",
    "eks/addon": "eks/cluster",
    "eks/nodegroup": "ec2/instance",
    "eks/pod_identity_association": "eks/cluster",
    "elasticache/parameter_group": "elasticache/cache_cluster",
    "elasticache/parametergroup": "elasticache/cache_cluster",
    "elasticache/replication_group": "elasticache/cache_cluster",
    "elasticache/subnet_group": "elasticache/cache_cluster",
    "elasticache/subnetgroup": "elasticache/cache_cluster",
    "elasticbeanstalk/application": "elasticbeanstalk/environment",
    "elasticbeanstalk/environment": "ec2/instance",
    "elasticloadbalancingv2/listener": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancingv2/listener_rule": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancingv2/target_group": "elasticloadbalancingv2/load_balancer",
    "emr/cluster": "ec2/instance",
    "lambda/event_source_mapping": "lambda/function",
    "lambda/version": "lambda/function",
    "memorydb/parametergroup": "memorydb/cluster",
    "memorydb/subnetgroup": "memorydb/cluster",
    "rds/db_parameter_group": "rds/db_instance",
    "rds/db_cluster_parameter_group": "rds/db_cluster",
    "rds/db_subnet_group": "rds/db_instance",
    "rds/option_group": "rds/db_instance",
    "sagemaker/endpoint_config": "sagemaker/endpoint",
    "sns/subscription": "sns/topic",
    # a gateway that does not run on EC2 stands at the customer's
    "storagegateway/gateway": "ec2/instance",
}

# Workers of Batch, Dataproc and Dataflow are instances of the customer's project, with disks of
# their own. Composer is not here: from its third version on its machines stand in a project of
# Google's, so that an environment is not counted anywhere else.
_GCP: Mapping[str, str] = {
    "artifactregistry/docker_image": "artifactregistry/repository",
    "batch/job": "compute/instance",
    "bigquery/table": "bigquery/dataset",
    "bigtableadmin/instance": "bigtableadmin/cluster",
    "bigtableadmin/table": "bigtableadmin/cluster",
    "cloudfunctions/function": "run/service",
    "compute/instance_group": "compute/instance",
    "compute/instance_group_manager": "compute/instance",
    "container/node_pool": "compute/instance",
    "dataflow/job": "compute/instance",
    "dataproc/cluster": "compute/instance",
    "dataproc/job": "dataproc/cluster",
    "k8s.io/node": "compute/instance",
    "k8s.io/pod": "k8s.io/node",
    "run/execution": "run/job",
    "run/revision": "run/service",
    "spanner/database": "spanner/instance",
}

# What a Kapsule cluster or an autoscaling group starts is an ordinary Instance, Load Balancer or
# volume of the project, and is listed there. The Instance API lists volumes and snapshots by their
# class: the local disks of its servers, and all of Block Storage's, stand in two lists.
_SCALEWAY: Mapping[str, str] = {
    "autoscaling/group": "instance/server",
    "ifr/model": "inference/deployment",
    "instance/image": "instance/snapshot",
    "instance/l_ssd": "instance/server",
    "instance/placement_group": "instance/server",
    "instance/private_nic": "instance/server",
    "instance/sbs_snapshot": "block/snapshot",
    "instance/sbs_volume": "block/volume",
    "instance/scratch": "instance/server",
    "instance/security_group": "instance/server",
    "instance/template": "instance/server",
    "k8s/load_balancer": "lb/lb",
    "k8s/node": "instance/server",
    "k8s/persistent_volume": "block/volume",
    "k8s/pool": "instance/server",
    "rdb/read_replica": "rdb/instance",
    "svpn/connection": NETWORK,
    "svpn/customer_gateway": NETWORK,
    "svpn/routing_policy": NETWORK,
}

OWNERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "aws": MappingProxyType(_AWS),
        "gcp": MappingProxyType(_GCP),
        "scaleway": MappingProxyType(_SCALEWAY),
    }
)
"""cloud_provider -> kind -> the kind that counts its hardware, or one of WORDS."""
