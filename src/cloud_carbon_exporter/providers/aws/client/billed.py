"""Services of the bill that nothing here estimates, for accounts without an index to see them by.

Asked for only with `-cloud.aws.discovery=cost-explorer`: the answer that tells the regions, once a
day, tells the services too, so that it costs nothing more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from cloud_carbon_exporter.errors import CollectError
from cloud_carbon_exporter.providers.aws.client import regions
from cloud_carbon_exporter.providers.aws.client.api import AwsApi
from cloud_carbon_exporter.providers.aws.describing.bill import kind_unseen


async def unseen(client: AwsApi, estimated: Collection[str]) -> Mapping[tuple[str, str], int]:
    """(account, kind) -> 1, of each service of the bill that no listing brings; says its share."""
    if client.options.discovery != "cost-explorer":
        return {}
    kinds: dict[tuple[str, str], int] = {}
    for account_id in await client.accounts.known():
        try:
            used = await regions.used(client, account_id)
        except CollectError:
            continue  # said by the sweeps, which know no regions either
        dollars: defaultdict[str, float] = defaultdict(float)
        for use in used:
            dollars[use.service] += use.dollars
        total = sum(dollars.values())
        for service in sorted(dollars):
            kind = kind_unseen(service, estimated)
            if kind:
                kinds[account_id, kind] = 1
                share = dollars[service] / total if total else 0.0
                client.say_once(
                    f"aws {account_id}: the bill names {service}, which is not estimated: "
                    f"{share:.1%} of its cost; in the ledger as {kind}"
                )
    return kinds
