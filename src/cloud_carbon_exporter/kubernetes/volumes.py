"""Volumes: whose each disk is, by the claim it is bound to and by who mounts that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.owners import PodKey, named, pod_key
from cloud_carbon_exporter.model.clusters import Workload
from cloud_carbon_exporter.model.provider_ids import key_of_named_disk, key_of_volume


def disks(
    answers: Mapping[str, Sequence[Sample]], workload_of: Mapping[PodKey, Workload]
) -> dict[str, Workload]:
    """Workload of each disk, by the disk's key.

    A claim that nobody mounts, or several do, is a workload itself: its disk is held all the same.
    """
    users: dict[tuple[str, str], set[Workload]] = {}
    for labels, _ in answers["mounts"]:
        pod = pod_key(labels)
        if pod in workload_of:
            claim = (pod[0], labels.get("persistentvolumeclaim", ""))
            users.setdefault(claim, set()).add(workload_of[pod])
    key_by_volume = _keys(answers)
    owned: dict[str, Workload] = {}
    for labels, _ in answers["claims"]:
        key = key_by_volume.get(labels.get("volumename", ""), "")
        if not key:
            continue
        namespace, name = named(labels, "namespace"), labels.get("persistentvolumeclaim", "")
        mounted = users.get((namespace, name), set())
        claim_itself = Workload(namespace, "PersistentVolumeClaim", name)
        owned[key] = next(iter(mounted)) if len(mounted) == 1 else claim_itself
    return owned


def _keys(answers: Mapping[str, Sequence[Sample]]) -> dict[str, str]:
    """Key of the disk of each volume: by its handle, else by what it was before CSI."""
    node = next((labels.get("provider_id", "") for labels, _ in answers["nodes"]), "")
    keys: dict[str, str] = {}
    for labels, _ in answers["volumes"]:
        handle = labels.get("csi_volume_handle") or labels.get("ebs_volume_id", "")
        named = labels.get("gce_persistent_disk_name", "")
        if key := key_of_volume(handle) or key_of_named_disk(named, node):
            keys[labels.get("persistentvolume", "")] = key
    return keys
