"""Usage by answers: whatever order they come in, and what odd ones come to."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.http.vector import Sample
from cloud_carbon_exporter.kubernetes.boards import board_share
from cloud_carbon_exporter.kubernetes.queries import QUERIES, query
from cloud_carbon_exporter.model.clusters import Workload
from tests.kubernetes.estate import GIB
from tests.kubernetes.estate import usage_of as usage

Answers = dict[str, list[Sample]]


def node(name: str, provider_id: str = "aws:///a/i-01") -> Sample:
    return {"node": name, "provider_id": provider_id}, 1.0


def pod(name: str, node: str, kind: str = "", owner: str = "", namespace: str = "shop") -> Sample:
    labels = {"namespace": namespace, "pod": name, "node": node}
    return {**labels, "created_by_kind": kind, "created_by_name": owner}, 1.0


def of(name: str, value: float, **labels: str) -> Sample:
    return {"namespace": "shop", "pod": name, **labels}, value


SMALL: Answers = {
    "nodes": [node("n1"), node("n2", "aws:///a/i-02")],
    "pods": [
        pod("web-1", "n1", "ReplicaSet", "web-7"),
        pod("web-2", "n2", "ReplicaSet", "web-7"),
        pod("web-3", "n1", "ReplicaSet", "web-8"),
        pod("lone", "n1"),
        pod("waiting", ""),
    ],
    "replicasets": [
        (
            {
                "namespace": "shop",
                "replicaset": name,
                "owner_kind": "Deployment",
                "owner_name": "web",
            },
            1,
        )
        for name in ("web-7", "web-8")
    ],
    "cores": [of("web-1", 0.25), of("web-3", 0.5), of("lone", 0.125), of("waiting", 9.0)],
    "memory": [of("web-1", 1.0 * GIB), of("web-3", 4.0 * GIB)],
    "requests": [
        of("web-1", 2.0 * GIB, resource="memory"),
        of("web-3", 3.0 * GIB, resource="memory"),
        of("web-1", 0.5, resource="cpu"),
        of("web-1", 5.0, resource="attachable_volumes_aws_ebs"),
    ],
}
WEB = Workload("shop", "Deployment", "web")


def test_pods_of_one_workload_are_summed_each_with_the_larger_of_use_and_request() -> None:
    first, second = usage(SMALL).nodes
    web = first.workloads[WEB]
    assert (web.cores, web.cores_asked) == (0.75, 0.5)
    assert web.memory_bytes_held == 2 * GIB + 4 * GIB
    assert first.workloads[Workload("shop", "Pod", "lone")].cores == 0.125
    assert second.workloads[WEB].cores == 0
    # what waits for a node is on none
    assert len(first.workloads) + len(second.workloads) == 3


@given(st.integers(0, 2**32))
def test_the_order_of_series_does_not_matter(seed: int) -> None:
    shuffled = {name: random.Random(seed).sample(told, len(told)) for name, told in SMALL.items()}
    expected = {each.name: each for each in usage(SMALL).nodes}
    assert {each.name: each for each in usage(shuffled).nodes} == expected


def test_a_pod_that_was_moved_counts_on_one_node() -> None:
    moved = {**SMALL, "pods": [pod("web-1", "n1"), pod("web-1", "n2")]}
    counts = [len(each.workloads) for each in usage(moved).nodes]
    assert counts == [0, 1]
    moved["pods"].reverse()
    assert [len(each.workloads) for each in usage(moved).nodes] == counts


def test_without_owners_a_replicaset_and_a_job_are_themselves() -> None:
    told = {
        "nodes": [node("n1")],
        "pods": [pod("a", "n1", "ReplicaSet", "web-7"), pod("b", "n1", "Job", "once")],
    }
    found = usage(told).nodes[0].workloads.keys()
    assert found == {Workload("shop", "ReplicaSet", "web-7"), Workload("shop", "Job", "once")}


def test_owners_come_from_kube_pod_owner_where_kube_pod_info_has_none() -> None:
    told = {
        "nodes": [node("n1")],
        "pods": [pod("a", "n1"), pod("b", "n1", "<none>", "<none>")],
        "owners": [of("a", 1.0, owner_kind="StatefulSet", owner_name="db")],
    }
    found = usage(told).nodes[0].workloads.keys()
    assert found == {Workload("shop", "StatefulSet", "db"), Workload("shop", "Pod", "b")}


def test_disks_are_those_who_mount_them_else_the_claims() -> None:
    def claim(name: str) -> Sample:
        labels = {"namespace": "shop", "persistentvolumeclaim": name, "volumename": f"pv-{name}"}
        return labels, 1.0

    names = ("mine", "shared", "unused", "nfs")
    mounts = [("web-1", "mine"), ("web-3", "mine"), ("web-1", "shared"), ("lone", "shared")]
    told: Answers = {
        **SMALL,
        "claims": [claim(name) for name in names],
        "volumes": [
            ({"persistentvolume": f"pv-{name}", "csi_volume_handle": f"vol-0{number}"}, 1.0)
            for number, name in enumerate(names[:3])
        ],
        "mounts": [of(name, 1.0, persistentvolumeclaim=claimed) for name, claimed in mounts],
    }
    assert usage(told).disks == {
        "aws/vol-00": WEB,
        "aws/vol-01": Workload("shop", "PersistentVolumeClaim", "shared"),
        "aws/vol-02": Workload("shop", "PersistentVolumeClaim", "unused"),
    }


def test_a_volume_of_google_from_before_csi_is_told_by_its_disks_name() -> None:
    claim = {"namespace": "shop", "persistentvolumeclaim": "data", "volumename": "pv"}
    volume = {"persistentvolume": "pv", "gce_persistent_disk_name": "gke-pd-1"}
    told: Answers = {
        "nodes": [node("n1", "gce://proj/zone/n1")],
        "claims": [(claim, 1.0)],
        "volumes": [(volume, 1.0)],
    }
    claimed = Workload("shop", "PersistentVolumeClaim", "data")
    assert usage(told).disks == {"gcp-disk/proj//gke-pd-1": claimed}


@pytest.mark.parametrize(
    ("asked", "offered", "share"),
    [
        ({"nvidia_com_gpu": 1.0}, {"nvidia_com_gpu": 4.0}, 0.25),
        ({"nvidia_com_mig_1g_5gb": 2.0}, {"nvidia_com_mig_1g_5gb": 7.0}, 2 / 7),
        # a board of seven slices, and one cut into two slices of three
        (
            {"nvidia_com_mig_3g_20gb": 1.0},
            {"nvidia_com_gpu": 1.0, "nvidia_com_mig_3g_20gb": 2.0},
            3 / 13,
        ),
        (
            {"aws_amazon_com_neuroncore": 2.0},
            {"aws_amazon_com_neuron": 1.0, "aws_amazon_com_neuroncore": 4.0},
            0.5,
        ),
        ({"google_com_tpu": 4.0}, {"google_com_tpu": 4.0}, 1.0),
        ({"nvidia_com_gpu": 9.0}, {"nvidia_com_gpu": 4.0}, 1.0),
        ({"amd_com_gpu": 1.0}, {}, 0.0),
    ],
)
def test_boards_are_a_share_of_what_the_node_offers(
    asked: dict[str, float], offered: dict[str, float], share: float
) -> None:
    assert board_share(asked, offered) == pytest.approx(share)


def test_nodes_that_were_there_lately_are_known_by_their_keys() -> None:
    gone = {"node": "n0", "provider_id": "aws:///a/i-00"}
    told: Answers = {"nodes": [node("n1")], "former": [(gone, 1.0), ({"node": "x"}, 1.0)]}
    assert usage(told).former == ("aws/i-00",)


def test_matchers_are_in_every_query_quoted() -> None:
    for name in QUERIES:
        text = query(name, {"cluster": 'a"\\b'})
        assert text.count('cluster="a\\"\\\\b"') >= 1
        assert "$" not in text.replace('"$1"', "")
        plain = query(name, {})
        assert "{}" not in plain and ",}" not in plain and "{," not in plain


def test_no_nodes_is_said() -> None:
    with pytest.raises(CollectError, match="kube-state-metrics scraped"):
        usage({})
