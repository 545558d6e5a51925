"""Permission sets: named as Scaleway names them, and a rule for each scope."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from scaleway.iam.v1alpha1 import CreatePolicyRequest
from scaleway.iam.v1alpha1.types import RuleSpecs

from cloud_carbon_exporter.commands.permissions import needed, scw
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.providers.scaleway.permission_sets import ORGANIZATION, UNLISTED

pytestmark = pytest.mark.slow

# https://www.scaleway.com/en/docs/iam/reference-content/permission-sets/ (validated 2026-03-20):
# every set that only reads, by the heading it stands under.
ORGANIZATION_SETS = """
    AuditTrailReadOnly BillingReadOnly EnvironmentalImpactReadOnly IAMApplicationReadOnly
    IAMGroupReadOnly IAMPolicyReadOnly IAMReadOnly IAMUserReadOnly NotificationManagerReadOnly
    OrganizationReadOnly ProjectReadOnly SupportTicketReadOnly
    """
PROJECT_SETS = """
    AllProductsReadOnly AppleSiliconReadOnly BlockStorageReadOnly ContainerRegistryReadOnly
    ContainersReadOnly DataWarehouseReadOnly DediboxReadOnly DistributedDataLabReadOnly
    DomainsDNSReadOnly EdgeServicesReadOnly ElasticMetalReadOnly FileStorageReadOnly
    FunctionsReadOnly IPAMReadOnly InferenceReadOnly InstancesReadOnly InterlinkPartnerReadOnly
    InterlinkReadOnly IoTReadOnly KafkaClusterReadOnly KeyManagerReadOnly KubernetesReadOnly
    LoadBalancersReadOnly MailboxReadOnly MessagingAndQueuingReadOnly MongoDBReadOnly
    ObjectStorageReadOnly ObservabilityReadOnly PrivateNetworksReadOnly QaaSReadOnly RedisReadOnly
    RelationalDatabasesReadOnly SSHKeysReadOnly SearchDBReadOnly SecretManagerReadOnly
    ServerlessJobsReadOnly ServerlessSQLDatabaseReadOnly SiteToSiteVPNReadOnly VPCGatewayReadOnly
    VPCReadOnly WebHostingReadOnly
    """


SCOPED_BY_ORGANIZATION = frozenset(ORGANIZATION_SETS.split())
SCOPED_BY_PROJECT = frozenset(PROJECT_SETS.split())


@pytest.mark.parametrize("name", needed("scw"))
def test_a_set_is_one_of_scaleways(name: str) -> None:
    if name in UNLISTED or not name.endswith("ReadOnly"):
        assert name not in SCOPED_BY_ORGANIZATION | SCOPED_BY_PROJECT
    else:
        assert name in (SCOPED_BY_ORGANIZATION if name in ORGANIZATION else SCOPED_BY_PROJECT)


def test_a_rule_of_the_policy_holds_sets_of_one_scope_alone() -> None:
    policy = json.loads(scw(Values({})))
    assert set(policy) <= {field.name for field in fields(CreatePolicyRequest)}
    granted: list[frozenset[str]] = []
    for rule in policy["rules"]:
        assert set(rule) <= {field.name for field in fields(RuleSpecs)}
        granted.append(frozenset(rule["permission_set_names"]))
    of_organization, of_projects = granted
    assert of_organization <= SCOPED_BY_ORGANIZATION
    assert of_projects <= SCOPED_BY_PROJECT
    assert of_organization >= {"EnvironmentalImpactReadOnly", "OrganizationReadOnly"}
