"""What draws nothing of its own, as all its hardware is that of other resources, which are counted.

kind -> the kinds that hold it. An inventory that lists these finds them owned, not forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping

OWNED: Mapping[str, tuple[str, ...]] = {
    "autoscaling/auto_scaling_group": ("ec2/instance",),
    "batch/compute_environment": ("ec2/instance", "ecs/task"),
    "batch/job": ("ec2/instance", "ecs/task"),
    "batch/job_queue": ("ec2/instance", "ecs/task"),
    "ec2/ec2_fleet": ("ec2/instance",),
    "ec2/spot_fleet": ("ec2/instance",),
    "ecs/cluster": ("ec2/instance", "ecs/task"),
    "ecs/service": ("ec2/instance", "ecs/task"),
    "eks/nodegroup": ("ec2/instance",),
    "elasticbeanstalk/application": ("ec2/instance", "elasticloadbalancingv2/load_balancer"),
    "elasticbeanstalk/environment": ("ec2/instance", "elasticloadbalancingv2/load_balancer"),
    "elasticloadbalancingv2/listener": ("elasticloadbalancingv2/load_balancer",),
    "elasticloadbalancingv2/target_group": ("elasticloadbalancingv2/load_balancer",),
    "emr/cluster": ("ec2/instance",),
    "emrserverless/job_run": ("emrserverless/application",),
    "sagemaker/endpoint_config": ("sagemaker/endpoint",),
    "timestream/database": ("timestream/table",),
}
