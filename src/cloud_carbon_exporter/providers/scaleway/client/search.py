"""Scaleway's own search over the whole organisation: what there is beyond our kinds, for the
ledger.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cloud_carbon_exporter.providers.spec import Extras

if TYPE_CHECKING:
    from cloud_carbon_exporter.providers.scaleway.client.client import ScalewayClient

HOUR_SECONDS = 3600.0
MOST_PAGES = 500

# The search's types whose objects one of our listings brings.
OURS = frozenset(
    {
        "apple_silicon_server",
        "baremetal_server",
        "ddl_datalab",
        "dtwh_deployment",
        "ifr_deployment",
        "instance_server",
        "instance_snapshot",
        "instance_volume",
        "k8s_cluster",
        "kafk_cluster",
        "lb_server",
        "mgdb_instance",
        "mgdb_snapshot",
        "rdb_backup",
        "rdb_instance",
        "rdb_snapshot",
        "redis_cluster",
        "sbs_snapshot",
        "sbs_volume",
        "sedb_cluster",
        "serverless_containers_container",
        "serverless_functions_function",
        "serverless_job_definition",
        "serverless_sqldb_database",
        "vpg_gateway",
    }
)

# Names, rules and settings, or a view of hardware another object owns (a node is an Instance, an
# image a snapshot).
NO_HARDWARE = frozenset(
    {
        "autoscaling_group",
        "dns_zone",
        "domain_domain",
        "ifr_model",
        "instance_image",
        "instance_placement_group",
        "instance_private_nic",
        "instance_security_group",
        "instance_template",
        "k8s_node",
        "k8s_pool",
        "kms_key",
        "obs_datasource",
        "obs_exporter",
        "sm_secret",
        "svpn_connection",
        "svpn_customer_gateway",
        "svpn_routing_policy",
        "vpc_private_network",
        "vpc_vpc",
    }
)


async def count_resources(client: ScalewayClient) -> Extras:
    """The search's count of our kinds, and by type what no listing of ours brings; nothing when it
    does not answer.
    """
    unknown: Counter[str] = Counter()
    counts = await client.memory.get_extra("search", HOUR_SECONDS, lambda: _count(client), unknown)
    if not counts:
        return Extras()
    account = client.organization_id
    return Extras(
        listed={
            ("scaleway", account, "search"): sum(
                count for kind, count in counts.items() if kind in OURS
            )
        },
        unsupported={
            (account, _kind(kind)): count
            for kind, count in counts.items()
            if kind not in OURS | NO_HARDWARE
        },
    )


def _kind(search_type: str) -> str:
    """ "wbh_hosting" as a kind: product/type."""
    product, _, thing = search_type.partition("_")
    return f"{product}/{thing or 'unknown'}"


async def _count(client: ScalewayClient) -> Counter[str]:
    counts: Counter[str] = Counter()
    token = ""
    for _ in range(MOST_PAGES):
        params: dict[str, str | int] = {
            "query": "*",
            "organization_id": client.organization_id,
            "page_size": 100,
        }
        document, _ = await client.ask(
            "SearchResources",
            "search/v1alpha1/resources",
            permission="OrganizationReadOnly",
            params={**params, "page_token": token} if token else params,
        )
        counts.update(str(found.get("type")) for found in document.get("resources") or ())
        last, token = token, str(document.get("next_page_token") or "")
        if not token or token == last:
            break
    return counts
