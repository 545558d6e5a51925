"""The kind of anything AWS names, and what has no hardware of its own because it belongs to another
resource. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_CLOUDFORMATION = re.compile(r"(?:AWS|Alexa)::(\w+)::(\w+)")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NAMED_ONLY = {"s3": "bucket", "sns": "topic", "sqs": "queue"}
"""Services whose ARNs end in a name, without a word for what it names."""

_SERVICES = {
    "airflow": "mwaa",
    "aoss": "opensearchserverless",
    "elasticfilesystem": "efs",
    "elasticmapreduce": "emr",
    "elasticsearch": "opensearchservice",
    "emr_serverless": "emrserverless",
    "es": "opensearchservice",
    "kafka": "msk",
    "mq": "amazonmq",
    "redshift_serverless": "redshiftserverless",
    "states": "stepfunctions",
    "timestream_influxdb": "timestream",
}
"""Service of an ARN -> the same in CloudFormation's types, where they differ."""

_KINDS = {
    "apigateway/apis": "apigatewayv2/api",
    "apigateway/restapis": "apigateway/rest_api",
    "apigateway/stages": "apigateway/stage",
    "athena/workgroup": "athena/work_group",
    "dax/cache": "dax/cluster",
    "dms/rep": "dms/replication_instance",
    "ec2/dedicated_host": "ec2/host",
    "ec2/elastic_ip": "ec2/eip",
    "ec2/natgateway": "ec2/nat_gateway",
    "elasticache/cluster": "elasticache/cache_cluster",
    "elasticache/replicationgroup": "elasticache/replication_group",
    "elasticache/serverlesscache": "elasticache/serverless_cache",
    "elasticloadbalancing/listener": "elasticloadbalancingv2/listener",
    "elasticloadbalancing/load_balancer_v2": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancing/loadbalancer": "elasticloadbalancing/load_balancer",
    "elasticloadbalancing/targetgroup": "elasticloadbalancingv2/target_group",
    "emrserverless/applications": "emrserverless/application",
    "lightsail/container_service": "lightsail/container",
    "lightsail/relational_database": "lightsail/database",
    "rds/cluster": "rds/db_cluster",
    "rds/cluster_snapshot": "rds/db_cluster_snapshot",
    "rds/db": "rds/db_instance",
    "rds/pg": "rds/db_parameter_group",
    "rds/snapshot": "rds/db_snapshot",
    "rds/subgrp": "rds/db_subnet_group",
    "timestream/db_instance": "timestream/influx_db_instance",
}
"""Kinds as ARNs spell them -> as CloudFormation's types do, and so do we, where they differ."""

OWNED: Mapping[str, str] = {
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
"""Kind -> whose hardware, or setting, it is: what it runs on is counted there, and it draws nothing
besides.
"""


def _snake(word: str) -> str:
    return _WORD.sub("_", word).replace("-", "_").lower()


def kind_of(arn: str, cloudformation: str = "") -> str:
    """service/type of a resource, from its CloudFormation type where that is told, else from its
    ARN.
    """
    typed = _CLOUDFORMATION.fullmatch(cloudformation)
    if typed:
        service, thing = typed[1].lower(), _snake(typed[2])
        return f"{_SERVICES.get(service, service)}/{thing}"
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[2]:
        return "unknown/unknown"
    service = _snake(parts[2])
    found = f"{_SERVICES.get(service, service)}/{_thing(service, parts[5])}"
    return _KINDS.get(found, found)


def _thing(service: str, rest: str) -> str:
    """What a resource is, from the last part of its ARN: "db:name", "instance/i-1", "/restapis/x"."""
    if service in _NAMED_ONLY:
        return "subscription" if service == "sns" and ":" in rest else _NAMED_ONLY[service]
    words = re.split("[/:]", rest.strip("/"))
    if len(words) < 2:
        return "resource"
    if words[0] == "loadbalancer" and words[1] in ("app", "net", "gwy"):
        return "load_balancer_v2"
    nested = (
        words[2] if len(words) > 3 and words[0] in ("database", "restapis", "apis") else words[0]
    )
    return _snake(nested)
