"""Owners of Scaleway's hardware: what shows in several places, and the one kind that counts it."""

from __future__ import annotations

from collections.abc import Mapping

OWNED: Mapping[str, str] = {
    "k8s/node": "instance/server",
    "k8s/pool": "instance/server",
    "k8s/load_balancer": "lb/lb",
    "k8s/persistent_volume": "block/volume",
    "autoscaling/group": "instance/server",
    "instance/image": "instance/snapshot",
    "instance/l_ssd": "instance/server",
    "instance/scratch": "instance/server",
    "instance/sbs_volume": "block/volume",
    "instance/sbs_snapshot": "block/snapshot",
    "rdb/read_replica": "rdb/instance",
}
"""What is seen -> the kind that owns it.

What a Kapsule cluster or an autoscaling group starts is an ordinary Instance, Load Balancer or
volume of the project, and is listed there. The Instance API lists volumes and snapshots by their
class: the local disks of its servers, and all of Block Storage's, stand in two lists.
"""
