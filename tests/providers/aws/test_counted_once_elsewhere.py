"""Nothing is counted twice, continued: jobs, hosts, backups, whatever runs on others' hardware."""

from __future__ import annotations

import pytest
from tests.fakes.aws import ACCOUNT
from tests.fakes.aws_replay import described, recordings
from tests.over_all import over_all
from tests.providers.aws.parts import parts
from tests.providers.aws.test_counted_once import (
    M5_LARGE,
    PAIRS,
    Pair,
    arn,
    counted,
    ecs,
    instances,
    together,
)
from tests.providers.aws.test_specs import module_specs

from cloud_carbon_exporter.providers.aws.describing.kinds import kind_of

MORE_PAIRS = (
    *(
        Pair(
            f"what {service} runs on is instances",
            {
                "ec2.DescribeInstances": instances(
                    {"InstanceId": name, "Tags": [{"Key": tag, "Value": "x"}]}
                )
            },
            {f"ec2/instance {name}": M5_LARGE},
        )
        for service, name, tag in (
            ("EMR", "i-emr", "aws:elasticmapreduce:job-flow-id"),
            ("Batch", "i-batch", "aws:batch:compute-environment"),
            ("Elastic Beanstalk", "i-beanstalk", "elasticbeanstalk:environment-name"),
        )
    ),
    Pair(
        "jobs of Batch on Fargate are tasks of a cluster Batch made",
        ecs("FARGATE", "AWSBatch-jobs"),
        {"ecs/task AWSBatch-jobs": {"vcpu": 1.0, "memory": 2.0, "ssd ssd": 20.0}},
    ),
    Pair(
        "the load balancer of an environment of Elastic Beanstalk is one of the account",
        {
            "elbv2.DescribeLoadBalancers": {
                "LoadBalancers": [
                    {
                        "LoadBalancerArn": arn("elasticloadbalancing", "loadbalancer/app/awseb/1"),
                        "LoadBalancerName": "awseb",
                        "Type": "application",
                        "Scheme": "internal",
                        "AvailabilityZones": [
                            {"ZoneName": "eu-west-3a"},
                            {"ZoneName": "eu-west-3b"},
                        ],
                    }
                ]
            }
        },
        {
            "elasticloadbalancingv2/load_balancer awseb": {
                "fixed aws/load-balancer": 1.0,
                "network intra per bytes": 1.0,
            }
        },
    ),
    Pair(
        "a dedicated host is what the instances on it leave",
        {
            "ec2.DescribeHosts": {
                "Hosts": [
                    {
                        "HostId": "h-1",
                        "State": "available",
                        "OwnerId": ACCOUNT,
                        "HostProperties": {"InstanceFamily": "m5", "TotalVCpus": 96},
                        "AvailableCapacity": {"AvailableVCpus": 94},
                        "Instances": [{"InstanceId": "i-host", "InstanceType": "m5.large"}],
                    }
                ]
            },
            "ec2.DescribeInstances": instances(
                {"InstanceId": "i-host", "Placement": {"HostId": "h-1", "Tenancy": "host"}}
            ),
        },
        {"ec2/instance i-host": M5_LARGE, "ec2/host h-1": {"vcpu": 94.0, "memory": 376.0}},
    ),
    Pair(
        "a reservation is what the instances in it leave",
        {
            "ec2.DescribeCapacityReservations": {
                "CapacityReservations": [
                    {
                        "CapacityReservationId": "cr-1",
                        "State": "active",
                        "OwnerId": ACCOUNT,
                        "InstanceType": "m5.large",
                        "TotalInstanceCount": 3,
                        "AvailableInstanceCount": 2,
                    }
                ]
            },
            "ec2.DescribeInstances": instances(
                {"InstanceId": "i-in", "CapacityReservationId": "cr-1"}
            ),
        },
        {
            "ec2/instance i-in": M5_LARGE,
            "ec2/capacity_reservation cr-1": {"vcpu": 4.0, "memory": 16.0},
        },
    ),
    Pair(
        "a training plan is what the jobs in it leave",
        {
            "sagemaker.ListTrainingPlans": {
                "TrainingPlanSummaries": [
                    {
                        "TrainingPlanName": "plan",
                        "TrainingPlanArn": arn("sagemaker", "training-plan/plan"),
                        "Status": "Active",
                        "AvailableInstanceCount": 2,
                        "ReservedCapacitySummaries": [
                            {"InstanceType": "ml.m5.large", "TotalInstanceCount": 3}
                        ],
                    }
                ]
            },
        },
        {"sagemaker/training_plan plan": {"vcpu": 4.0, "memory": 16.0}},
    ),
    Pair(
        "a job of SageMaker and an endpoint of the model it made",
        {
            "sagemaker.ListTrainingJobs": {
                "TrainingJobSummaries": [
                    {
                        "TrainingJobName": "fit",
                        "TrainingJobArn": arn("sagemaker", "training-job/fit"),
                    }
                ]
            },
            "sagemaker.DescribeTrainingJob fit": {
                "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1}
            },
            "sagemaker.ListEndpoints": {"Endpoints": [{"EndpointName": "serve"}]},
            "sagemaker.DescribeEndpoint serve": {
                "EndpointName": "serve",
                "EndpointArn": arn("sagemaker", "endpoint/serve"),
                "EndpointConfigName": "serve-1",
                "EndpointStatus": "InService",
                "ProductionVariants": [{"VariantName": "a", "CurrentInstanceCount": 1}],
            },
            "sagemaker.DescribeEndpointConfig serve-1": {
                "ProductionVariants": [
                    {"VariantName": "a", "InstanceType": "ml.m5.large", "InitialInstanceCount": 9}
                ]
            },
        },
        {"sagemaker/training_job fit": M5_LARGE, "sagemaker/endpoint serve": M5_LARGE},
    ),
    Pair(
        "a backup of a volume is its snapshot, one of a file system is in the vault",
        {
            "backup.ListBackupVaults": {
                "BackupVaultList": [
                    {
                        "BackupVaultName": "Default",
                        "BackupVaultArn": arn("backup", "backup-vault:Default"),
                        "NumberOfRecoveryPoints": 2,
                    }
                ]
            },
            "backup.ListRecoveryPointsByBackupVault Default": {
                "RecoveryPoints": [
                    {"ResourceType": "EBS", "Status": "COMPLETED", "BackupSizeInBytes": 8 * 2**30},
                    {"ResourceType": "EFS", "Status": "COMPLETED", "BackupSizeInBytes": 4 * 2**30},
                ]
            },
            "ec2.DescribeSnapshots": {
                "Snapshots": [
                    {
                        "SnapshotId": "snap-b",
                        "VolumeId": "vol-b",
                        "VolumeSize": 8,
                        "State": "completed",
                    }
                ]
            },
        },
        {
            "backup/backup_vault Default": {"snapshot aws/backup": 4.0},
            "ec2/snapshot snap-b": {"snapshot aws/ebs-snapshot": 8.0},
        },
    ),
    Pair(
        "a disk of Lightsail shows with its instance and by itself",
        {
            "lightsail.GetInstances": {
                "instances": [
                    {
                        "name": "blog",
                        "arn": arn("lightsail", "Instance/1"),
                        "hardware": {
                            "cpuCount": 2,
                            "ramSizeInGb": 2,
                            "disks": [
                                {"sizeInGb": 60, "isSystemDisk": True},
                                {"sizeInGb": 8, "isSystemDisk": False},
                            ],
                        },
                    }
                ]
            },
            "lightsail.GetDisks": {
                "disks": [{"name": "more", "arn": arn("lightsail", "Disk/1"), "sizeInGb": 8}]
            },
        },
        {
            "lightsail/instance blog": {"vcpu": 2.0, "memory": 2.0, "block aws/gp2": 60.0},
            "lightsail/disk more": {"block aws/gp2": 8.0},
        },
    ),
)


@pytest.mark.parametrize("pair", MORE_PAIRS, ids=lambda pair: pair.what)
async def test_whatever_runs_on_something_else_counts_once(pair: Pair) -> None:
    resources, unsupported = await counted(pair.answers)
    assert {
        f"{resource.kind} {resource.name}": parts(resource) for resource in resources
    } == pair.counted
    assert len(resources) == len(pair.counted)
    assert unsupported == pair.unsupported


async def test_an_account_that_holds_every_pair_of_both_tables_counts_each_once() -> None:
    pairs = (*PAIRS, *MORE_PAIRS)
    resources, _ = await counted(together(pair.answers for pair in pairs))
    expected = {name: held for pair in pairs for name, held in pair.counted.items()}
    assert {
        f"{resource.kind} {resource.name}": parts(resource) for resource in resources
    } == expected
    assert len(resources) == sum(len(pair.counted) for pair in pairs)
    assert len({resource.id for resource in resources}) == len(resources)


ALIKE = {
    "directoryservice/ad_connector",
    "directoryservice/simple_ad",
    "docdb/cluster_automated_backup",
    "docdb/cluster_snapshot",
    "neptune/cluster_automated_backup",
    "neptune/cluster_snapshot",
    "docdb/db_cluster",
    "docdb/db_instance",
    "neptune/db_cluster",
    "neptune/db_instance",
    "msk/serverless_cluster",
}
"""What bears ARNs of another kind's form."""
OTHER_NAMES = {"bedrock/imported_model", "bedrock/application_inference_profile"}
"""Names that a model of Bedrock is called by; the ownership table leads from them to it."""


@over_all("module", recordings())
async def test_an_inventory_names_the_kinds_we_estimate_as_we_do(module: str) -> None:
    for each in module_specs(module):
        for resource in (await described(each.kind, module)).values():
            told = kind_of(resource.id)
            assert told == each.kind or each.kind in ALIKE or told in OTHER_NAMES
