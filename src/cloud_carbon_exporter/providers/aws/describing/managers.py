"""Managers: which service of AWS runs an EC2 instance for the customer, by its mark on it.

EC2 names the operator of a managed instance; the others leave a tag. `providers/ownership.py` says
of each kind here that its machines are counted with EC2's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from cloud_carbon_exporter.providers.spec import Raw


class Mark(NamedTuple):
    """Tag by which a manager is known. value: of the tag, where not any will do."""

    tag: str
    kind: str
    value: str = ""


# EC2 user guide, managed instances: Operator.Principal names the service. Only that of EKS is
# spelled out there; the others are taken by the word the principals of services begin with.
OPERATORS: Mapping[str, str] = {
    "bedrock-agentcore": "bedrockagentcore/capacity_provider",
    "ecs": "ecs/capacity_provider",
    "eks": "eks/cluster",
    "lambda": "lambda/capacity_provider",
    "workspaces": "workspacesinstances/workspace_instance",
    "workspaces-instances": "workspacesinstances/workspace_instance",
}

# The first that fits: nearly all of them start their instances by an Auto Scaling group or a fleet.
MARKS = (
    # RDS user guide, RDS Custom: custom-oracle, custom-oracle-rac, custom-sqlserver
    Mark("AWSRDSCustom", "rds/db_instance"),
    # EMR management guide, tagging: system tags
    Mark("aws:elasticmapreduce:job-flow-id", "emr/cluster"),
    # PCS user guide: how to find the instances of a node group
    Mark("aws:pcs:compute-node-group-id", "pcs/compute_node_group"),
    Mark("parallelcluster:cluster-name", "cloudformation/stack"),
    # EKS user guide: tags of a managed node group, and of all nodes of a cluster
    Mark("eks:nodegroup-name", "eks/nodegroup"),
    Mark("eks:cluster-name", "eks/cluster"),
    # AmazonEKSLocalOutpostServiceRolePolicy: control planes of local clusters on an Outpost
    Mark("eks-local:controlplane-name", "eks/cluster"),
    # Batch user guide, service-linked role
    Mark("AWSBatchServiceTag", "batch/compute_environment"),
    # ECS developer guide: put on the Auto Scaling group of a capacity provider, and what it starts
    Mark("AmazonECSManaged", "ecs/capacity_provider"),
    Mark("elasticbeanstalk:environment-id", "elasticbeanstalk/environment"),
    Mark("aws:cloud9:environment", "cloud9/environment"),
    # Their replication and conversion servers, and what they have launched from them
    Mark("AWSApplicationMigrationServiceManaged", "mgn/source_server"),
    Mark("AWSElasticDisasterRecoveryManaged", "drs/source_server"),
    # Image Builder user guide, service-linked role: instances that build and test
    Mark("CreatedBy", "imagebuilder/image_pipeline", "EC2 Image Builder"),
    Mark("aws:ec2spot:fleet-request-id", "ec2/spot_fleet"),
    Mark("aws:ec2:fleet-id", "ec2/ec2_fleet"),
    Mark("aws:autoscaling:groupName", "autoscaling/auto_scaling_group"),
)


def manager_of(raw: Raw, tags: Mapping[str, str]) -> str:
    """Kind of what runs an instance; a principal nobody knows as it is; empty for the customer."""
    principal = str((raw.get("Operator") or {}).get("Principal") or "")
    if principal:
        return OPERATORS.get(principal.partition(".")[0], principal)
    for mark in MARKS:
        if mark.tag in tags and mark.value in ("", tags[mark.tag]):
            return mark.kind
    return ""
