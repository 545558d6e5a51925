"""Clusters of the file: what is read, and what cannot be followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.kubernetes.settings import ClusterSettings
from tests.config.reading import settings

HEAD = "targets: [{provider: demo}]\nkubernetes:\n"


def test_clusters_are_read_with_all_their_keys(tmp_path: Path) -> None:
    file = f"""{HEAD}
  - {{cluster: prod, url: "http://prometheus:9090"}}
  - cluster: test
    url: https://thanos.example/prefix
    token-file: /run/token
    matchers: {{cluster: test, tenant: a"b}}
    idle: by-request
    top_workloads: 20
  - {{cluster: lab, url: "http://lab:9090", username: u, password_file: /run/password}}
  - {{cluster: gke, source: cloud_monitoring, project: p, called: shop, location: europe-west1,
      interval: 30m, budget: 5}}
  - {{cluster: kapsule, source: cockpit, url: "https://cockpit.example", token_file: /run/cockpit}}
  - {{cluster: eks, source: container_insights, location: eu-west-3, profile: ops,
      role_arn: "arn:aws:iam::123456789012:role/carbon"}}
"""
    prod, test, lab, gke, kapsule, eks = settings("", file, tmp_path).clusters
    assert prod == ClusterSettings(cluster="prod", url="http://prometheus:9090")
    assert (prod.idle, prod.top_workloads) == ("apart", 500)
    assert test == ClusterSettings(
        cluster="test",
        url="https://thanos.example/prefix",
        token_file="/run/token",
        matchers={"cluster": "test", "tenant": 'a"b'},
        idle="by-request",
        top_workloads=20,
    )
    assert (lab.username, lab.password_file) == ("u", "/run/password")
    assert "example" not in repr(test)
    assert gke == ClusterSettings(
        cluster="gke",
        source="cloud_monitoring",
        project="p",
        called="shop",
        location="europe-west1",
        interval_seconds=1800,
        budget_dollars=5,
    )
    assert (eks.location, eks.profile) == ("eu-west-3", "ops")
    assert eks.role_arns == ("arn:aws:iam::123456789012:role/carbon",)
    assert (kapsule.source, kapsule.url) == ("cockpit", "https://cockpit.example")


def test_a_file_without_clusters_has_none(tmp_path: Path) -> None:
    assert settings("", "targets: [{provider: demo}]\nkubernetes:\n", tmp_path).clusters == ()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ("{cluster: a}", "kubernetes: not a list"),
        ("[a]", "kubernetes: not a list"),
        ("[{url: 'http://x'}]", "kubernetes[0]: cluster is missing"),
        ("[{cluster: a}]", "kubernetes[0]: url is missing"),
        ("[{cluster: '', url: 'http://x'}]", "is empty"),
        ("[{cluster: a, url: 'ftp://x'}]", "url: what is given is no such URL"),
        ("[{cluster: a, url: 'http://u:p@x'}]", "url: what is given is no such URL"),
        ("[{cluster: a, url: 'http://x?token=s3cret'}]", "url: what is given is no such URL"),
        ("[{cluster: a, url: 'http://x', tokenfile: f}]", "nearest known one is token_file"),
        ("[{cluster: a, url: 'http://x', matchers: [a]}]", "is not a mapping of labels to text"),
        ("[{cluster: a, url: 'http://x', matchers: {a-b: c}}]", "which is no label"),
        ("[{cluster: a, url: 'http://x', matchers: {a: 1}}]", "is not text"),
        ("[{cluster: a, url: 'http://x', idle: shared}]", "allowed: apart or by-request"),
        ("[{cluster: a, url: 'http://x', top_workloads: -1}]", "0 to 100000"),
        ("[{cluster: a, url: 'http://x', token_file: f, username: u}]", "exclude each other"),
        ("[{cluster: a, url: 'http://x', password_file: f}]", "needs a username"),
        (
            "[{cluster: a, source: gke}]",
            "cockpit, cloud_monitoring or container_insights",
        ),
        ("[{cluster: a, source: cloud_monitoring}]", "project is missing"),
        ("[{cluster: a, source: container_insights}]", "location is missing"),
        ("[{cluster: a, source: cockpit, url: 'http://x'}]", "token_file is missing"),
        (
            "[{cluster: a, source: cloud_monitoring, project: p, url: 'http://x'}]",
            "url means nothing where source is cloud_monitoring",
        ),
        ("[{cluster: a, url: 'http://x', budget: 5}]", "budget means nothing"),
        (
            "[{cluster: a, source: cloud_monitoring, project: p},"
            " {cluster: b, called: a, source: cloud_monitoring, project: p}]",
            'the same series as "a"',
        ),
        (
            "[{cluster: a, url: 'http://x'}, {cluster: a, url: 'http://y'}]",
            "two clusters need two names",
        ),
        (
            "[{cluster: a, url: 'http://x'}, {cluster: b, url: 'http://x'}]",
            'the same series as "a"',
        ),
    ],
)
def test_what_cannot_be_followed_is_said(entries: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings("", f"targets: [{{provider: demo}}]\nkubernetes: {entries}\n", tmp_path)
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
