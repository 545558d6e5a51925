"""Owners of what a cloud lists and what draws nothing of its own: one table over all clouds.

What runs on a thing is counted there (the nodes of EKS are EC2 instances), and what only sets it up
(a subnet, a parameter group) draws nothing: neither is estimated, nor called unsupported.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# EKS' node groups, EMR, Batch and Beanstalk start EC2 instances, which EC2 lists.
_AWS: Mapping[str, str] = {
    "apigateway/stage": "apigateway/rest_api",
    "apigatewayv2/stage": "apigatewayv2/api",
    "autoscaling/auto_scaling_group": "ec2/instance",
    "batch/compute_environment": "ec2/instance",
    "batch/job_definition": "batch/job_queue",
    "cloudformation/stack": "what it made",
    "docdb/db_subnet_group": "docdb/db_cluster",
    "ec2/network_acl": "ec2/vpc",
    "ec2/network_interface": "ec2/instance",
    "ec2/route_table": "ec2/vpc",
    "ec2/security_group": "ec2/vpc",
    "ec2/security_group_rule": "ec2/security_group",
    "ec2/subnet": "ec2/vpc",
    "ecs/cluster": "ecs/task",
    "ecs/container_instance": "ec2/instance",
    "ecs/service": "ecs/task",
    "ecs/task_definition": "ecs/task",
    "eks/access_entry": "eks/cluster",
    "eks/addon": "eks/cluster",
    "eks/fargate_profile": "eks/cluster",
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
}

OWNERS: Mapping[str, Mapping[str, str]] = MappingProxyType({"aws": MappingProxyType(_AWS)})
"""Provider -> kind -> the kind whose hardware, or setting, it is."""
