"""Permissions: named as Google's IAM names them, which is not always as its APIs name things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.over_all import over_all

from cloud_carbon_exporter.commands.permissions import needed
from cloud_carbon_exporter.providers.gcp.client.products import PRODUCTS

# https://docs.cloud.google.com/iam/docs/roles-permissions (as of 2026-08): those of roles/viewer
# that are asked for here. A name that is added is looked up there first.
NAMES = """
    aiplatform.batchPredictionJobs.list aiplatform.customJobs.list
    aiplatform.deploymentResourcePools.list aiplatform.endpoints.list aiplatform.indexEndpoints.list
    aiplatform.locations.list aiplatform.notebookRuntimes.list aiplatform.persistentResources.list
    aiplatform.reasoningEngines.list aiplatform.tuningJobs.list alloydb.backups.list
    alloydb.clusters.list alloydb.instances.list apigee.instances.list
    artifactregistry.locations.list artifactregistry.repositories.list backupdr.backupVaults.list
    bigquery.datasets.get bigquery.reservations.list bigtable.backups.list bigtable.clusters.list
    bigtable.instances.list cloudasset.assets.exportResource cloudasset.assets.listResource
    cloudfunctions.functions.list cloudsql.backupRuns.list cloudsql.instances.list
    composer.environments.list compute.disks.list compute.forwardingRules.list compute.images.list
    compute.instances.list compute.instantSnapshots.list compute.interconnectAttachments.list
    compute.interconnects.list compute.machineImages.list compute.machineTypes.list
    compute.nodeGroups.get compute.nodeGroups.list compute.regions.list compute.reservations.list
    compute.routers.list compute.snapshots.list compute.storagePools.list compute.vpnTunnels.list
    container.clusters.list dataflow.jobs.list datafusion.instances.list dataproc.batches.list
    dataproc.sessions.list datastore.backups.list datastore.databases.list file.backups.list
    file.instances.list gkebackup.backupPlans.list gkebackup.backups.list gkebackup.locations.list
    looker.instances.list looker.locations.list lustre.instances.list managedkafka.clusters.list
    managedkafka.connectClusters.list managedkafka.locations.list memcache.instances.list
    memorystore.instances.list monitoring.timeSeries.list netapp.locations.list
    netapp.storagePools.list oracledatabase.autonomousDatabases.list
    oracledatabase.cloudExadataInfrastructures.list oracledatabase.locations.list
    parallelstore.instances.list redis.clusters.list redis.instances.list run.jobs.list
    run.services.list run.workerpools.list spanner.backups.list spanner.instances.list
    storage.buckets.list tpu.nodes.list vmwareengine.clusters.list vmwareengine.locations.list
    vmwareengine.privateClouds.list
    """
OF_VIEWERS = frozenset(NAMES.split())

PAGE = Path(__file__).parents[3] / "docs" / "gcp.md"


def _of_lists() -> Iterator[str]:
    for product in PRODUCTS:
        yield product.permission
        if product.located:
            yield from product.locations_call("shop-prod").permissions
        if product.parents:
            yield product.parents.permission


@over_all("name", sorted(set(_of_lists())))
def test_a_list_names_a_permission_that_a_role_may_hold(name: str) -> None:
    assert name in OF_VIEWERS


@pytest.mark.parametrize("name", needed("gcp"))
def test_the_page_has_what_the_printed_role_holds(name: str) -> None:
    assert name in OF_VIEWERS
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")
