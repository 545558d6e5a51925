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

PRICE = "a price for machines, which are counted where they run"

WORDS = frozenset({NETWORK, PRICE, WHAT_IT_MADE})
"""Ends of the table that are no kinds."""

# What AWS runs in the customer's account are EC2 instances, which EC2 lists; how each of them is
# told from others stands in aws/describing/managers.py. Not here: pods on Fargate, PCS' controllers
# and fleets of GameLift, CodeBuild, AppStream and Deadline Cloud, whose machines are AWS' own.
_AWS: Mapping[str, str] = {
    "apigateway/stage": "apigateway/rest_api",
    "apigatewayv2/stage": "apigatewayv2/api",
    "autoscaling/auto_scaling_group": "ec2/instance",
    "batch/compute_environment": "ec2/instance",
    "batch/job_definition": "batch/job_queue",
    "batch/job_queue": "batch/compute_environment",
    # whatever name a model is called by, its tokens are what it draws
    "bedrock/application_inference_profile": "bedrock/foundation_model",
    "bedrock/custom_model_deployment": "bedrock/foundation_model",
    "bedrock/imported_model": "bedrock/foundation_model",
    "bedrock/inference_profile": "bedrock/foundation_model",
    # it is an endpoint of SageMaker's in the same account
    "bedrock/marketplace_model_endpoint": "sagemaker/endpoint",
    # its tokens are those of the model it calls
    "bedrock/model_invocation_job": "bedrock/foundation_model",
    "bedrockagentcore/runtime_endpoint": "bedrockagentcore/runtime",
    "cassandra/keyspace": "cassandra/table",
    "cloudformation/stack": WHAT_IT_MADE,
    "codebuild/project": "codebuild/build",
    "docdb/db_subnet_group": "docdb/db_cluster",
    "ec2/capacity_block": "ec2/capacity_reservation",
    "ec2/capacity_reservation_fleet": "ec2/capacity_reservation",
    "batch/scheduling_policy": "batch/job_queue",
    "bedrockagentcore/capacity_provider": "ec2/instance",
    "cloud9/environment": "ec2/instance",
    "cloud9/environment_ec2": "cloud9/environment",
    "drs/recovery_instance": "ec2/instance",
    "drs/replication_configuration_template": "drs/source_server",
    "drs/source_server": "ec2/instance",
    "ec2/ec2_fleet": "ec2/instance",
    "ec2/fleet": "ec2/ec2_fleet",
    "ec2/network_acl": "ec2/vpc",
    "ec2/network_interface": "ec2/instance",
    # Reserved instances and nodes, and savings plans, hold no machines: what runs costs less.
    "ec2/reserved_instances": PRICE,
    "ec2/route_table": "ec2/vpc",
    "ec2/security_group": "ec2/vpc",
    "ec2/security_group_rule": "ec2/security_group",
    "ec2/spot_fleet": "ec2/instance",
    "ec2/spot_fleet_request": "ec2/spot_fleet",
    "ec2/spot_instances_request": "ec2/instance",
    "ec2/subnet": "ec2/vpc",
    "ec2/vpc": NETWORK,
    "ecs/capacity_provider": "ec2/instance",
    "ecs/cluster": "ecs/task",
    "ecs/container_instance": "ec2/instance",
    "ecs/express_gateway_service": "ecs/service",
    "ecs/service": "ecs/task",
    "ecs/task_definition": "ecs/task",
    "ecs/task_set": "ecs/service",
    "eks/access_entry": "eks/cluster",
    "eks/addon": "eks/cluster",
    "eks/identity_provider_config": "eks/cluster",
    "eks/nodegroup": "ec2/instance",
    "eks/pod_identity_association": "eks/cluster",
    "elasticache/parameter_group": "elasticache/cache_cluster",
    "elasticache/parametergroup": "elasticache/cache_cluster",
    "elasticache/replication_group": "elasticache/cache_cluster",
    "elasticache/reserved_instance": PRICE,
    "elasticache/subnet_group": "elasticache/cache_cluster",
    "elasticache/subnetgroup": "elasticache/cache_cluster",
    "elasticbeanstalk/application": "elasticbeanstalk/environment",
    "elasticbeanstalk/application_version": "elasticbeanstalk/application",
    "elasticbeanstalk/configuration_template": "elasticbeanstalk/application",
    "elasticbeanstalk/environment": "ec2/instance",
    "elasticloadbalancingv2/listener": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancingv2/listener_rule": "elasticloadbalancingv2/load_balancer",
    "elasticloadbalancingv2/target_group": "elasticloadbalancingv2/load_balancer",
    "emr/cluster": "ec2/instance",
    "emr/editor": "emr/cluster",
    "emr/instance_fleet_config": "emr/cluster",
    "emr/instance_group_config": "emr/cluster",
    "emr/step": "emr/cluster",
    "emr/studio": "emr/cluster",
    "emrcontainers/virtual_cluster": "eks/nodegroup",
    "evs/environment": "ec2/instance",
    "gamelift/game_server_group": "autoscaling/auto_scaling_group",
    "imagebuilder/component": "imagebuilder/image_pipeline",
    "imagebuilder/container_recipe": "imagebuilder/image_pipeline",
    "imagebuilder/distribution_configuration": "imagebuilder/image_pipeline",
    "imagebuilder/image": "ec2/snapshot",
    "imagebuilder/image_pipeline": "ec2/instance",
    "imagebuilder/image_recipe": "imagebuilder/image_pipeline",
    "imagebuilder/infrastructure_configuration": "imagebuilder/image_pipeline",
    "lambda/capacity_provider": "ec2/instance",
    "kafkaconnect/custom_plugin": "kafkaconnect/connector",
    "kafkaconnect/worker_configuration": "kafkaconnect/connector",
    "lambda/event_source_mapping": "lambda/function",
    "lambda/version": "lambda/function",
    "logs/log_stream": "logs/log_group",
    "logs/metric_filter": "logs/log_group",
    "logs/subscription_filter": "logs/log_group",
    "memorydb/parametergroup": "memorydb/cluster",
    "memorydb/reservednode": PRICE,
    "memorydb/subnetgroup": "memorydb/cluster",
    "mgn/launch_configuration_template": "mgn/source_server",
    "mgn/replication_configuration_template": "mgn/source_server",
    "mgn/source_server": "ec2/instance",
    "pcs/compute_node_group": "ec2/instance",
    "pcs/queue": "pcs/compute_node_group",
    "rds/cev": "rds/custom_db_engine_version",
    "rds/custom_db_engine_version": "s3/bucket",
    "rds/db_cluster_parameter_group": "rds/db_cluster",
    "rds/db_parameter_group": "rds/db_instance",
    "rds/db_subnet_group": "rds/db_instance",
    "rds/option_group": "rds/db_instance",
    "rds/ri": PRICE,
    "redshift/reserved_node": PRICE,
    "rds/db_proxy_endpoint": "rds/db_proxy",
    "rds/db_proxy_target_group": "rds/db_proxy",
    "s3tables/namespace": "s3tables/table_bucket",
    "s3tables/table": "s3tables/table_bucket",
    "s3vectors/index": "s3vectors/vector_bucket",
    "sagemaker/endpoint_config": "sagemaker/endpoint",
    # models that share the instances of an endpoint
    "sagemaker/inference_component": "sagemaker/endpoint",
    "savingsplans/savingsplan": PRICE,
    "sns/subscription": "sns/topic",
    "workspacesinstances/workspace_instance": "ec2/instance",
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
