"""Kind of anything AWS names by its ARN or CloudFormation type."""

from __future__ import annotations

import re

_CLOUDFORMATION = re.compile(r"(?:AWS|Alexa)::(\w+)::(\w+)")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HOLDERS = frozenset({"apis", "bucket", "database", "keyspace", "restapis"})
# Services whose ARNs end in a name, without a word for what it names.
_NAMED_ONLY = {"s3": "bucket", "sns": "topic", "sqs": "queue"}

# Service of an ARN -> the same in CloudFormation's types, where they differ by more than dashes.
_SERVICES = {
    "acm": "certificatemanager",
    "airflow": "mwaa",
    "airflowserverless": "mwaaserverless",
    "aoss": "opensearchserverless",
    "cognitoidentity": "cognito",
    "cognitoidp": "cognito",
    "ds": "directoryservice",
    "elasticfilesystem": "efs",
    "elasticmapreduce": "emr",
    "elasticsearch": "opensearchservice",
    "es": "opensearchservice",
    "firehose": "kinesisfirehose",
    "kafka": "msk",
    "kinesisanalytics": "kinesisanalyticsv2",
    "mq": "amazonmq",
    "geo": "location",
    "states": "stepfunctions",
    "timestreaminfluxdb": "timestream",
}

# Kinds as ARNs spell them -> as CloudFormation's types do, and so do we, where they differ.
_KINDS = {
    "apigateway/apis": "apigatewayv2/api",
    "apigateway/restapis": "apigateway/rest_api",
    "apigateway/stages": "apigateway/stage",
    "athena/workgroup": "athena/work_group",
    # an endpoint of either sort of model; CloudFormation has no type for it
    "comprehend/document_classifier_endpoint": "comprehend/endpoint",
    "comprehend/entity_recognizer_endpoint": "comprehend/endpoint",
    "dax/cache": "dax/cluster",
    "dms/rep": "dms/replication_instance",
    "directconnect/dxcon": "directconnect/connection",
    "directoryservice/directory": "directoryservice/microsoft_ad",
    "ec2/dedicated_host": "ec2/host",
    "ec2/elastic_ip": "ec2/eip",
    "ec2/natgateway": "ec2/nat_gateway",
    "elasticache/cluster": "elasticache/cache_cluster",
    "elasticache/replicationgroup": "elasticache/replication_group",
    "elasticache/serverlesscache": "elasticache/serverless_cache",
    "elasticache/serverlesscachesnapshot": "elasticache/serverless_cache_snapshot",
    "elasticloadbalancing/listener": "elasticloadbalancingv2/listener",
    "elasticloadbalancing/load_balancer_v2": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancing/loadbalancer": "elasticloadbalancing/load_balancer",
    "elasticloadbalancing/targetgroup": "elasticloadbalancingv2/target_group",
    "emrserverless/applications": "emrserverless/application",
    "kendraranking/rescore_execution_plan": "kendraranking/execution_plan",
    "glacier/vaults": "glacier/vault",
    "kinesisfirehose/deliverystream": "kinesisfirehose/delivery_stream",
    "gamelift/containerfleet": "gamelift/container_fleet",
    "lightsail/container_service": "lightsail/container",
    "lightsail/relational_database": "lightsail/database",
    "mediaconvert/queues": "mediaconvert/queue",
    "rds/cluster": "rds/db_cluster",
    "rds/cluster_auto_backup": "rds/cluster_automated_backup",
    "rds/db": "rds/db_instance",
    "rds/pg": "rds/db_parameter_group",
    "rds/shard_group": "rds/db_shard_group",
    "rds/snapshot": "rds/db_snapshot",
    "rds/subgrp": "rds/db_subnet_group",
    "rds/target_group": "rds/db_proxy_target_group",
    "s3express/bucket": "s3express/directory_bucket",
    "s3tables/bucket": "s3tables/table_bucket",
    "s3vectors/bucket": "s3vectors/vector_bucket",
    "timestream/db_cluster": "timestream/influx_db_cluster",
    "route53/healthcheck": "route53/health_check",
    "timestream/db_instance": "timestream/influx_db_instance",
    "workspaces/workspacespool": "workspaces/workspaces_pool",
}


def _snake(word: str) -> str:
    return _WORD.sub("_", word).replace("-", "_").lower()


def kind_of(arn: str, cloudformation: str = "") -> str:
    """Kind (service/type) of a resource: by its CloudFormation type if told, else by its ARN."""
    typed = _CLOUDFORMATION.fullmatch(cloudformation)
    if typed:
        service, thing = typed[1].lower(), _snake(typed[2])
        return f"{_SERVICES.get(service, service)}/{thing}"
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[2]:
        return "unknown/unknown"
    service = parts[2].replace("-", "").lower()
    kind = f"{_SERVICES.get(service, service)}/{_thing(service, parts[5])}"
    return _KINDS.get(kind, kind)


def _thing(service: str, rest: str) -> str:
    """Type of a resource, from the end of its ARN: "db:name", "instance/i-1", "/restapis/x"."""
    if service in _NAMED_ONLY:
        return "subscription" if service == "sns" and ":" in rest else _NAMED_ONLY[service]
    words = re.split("[/:]", rest.strip("/"))
    if len(words) < 2:
        return "resource"
    if words[0] == "loadbalancer" and words[1] in ("app", "net", "gwy"):
        return "load_balancer_v2"
    # "application/a/index/i/data-source/d": each is named within what holds it
    if service == "qbusiness":
        return _snake(words[-2])
    # "database/d/table/t" is a table: these name what holds the thing before the thing.
    nested = len(words) > 3 and words[0] in _HOLDERS
    return _snake(words[2] if nested else words[0])
