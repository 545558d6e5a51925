"""`permissions`: the least the exporter must be allowed, from what its services call."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from cloud_carbon_exporter.commands import aws_policy, terminal
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.cloud_flags import PRINTED_PROVIDERS
from cloud_carbon_exporter.config.flag import PROGRAM, Values
from cloud_carbon_exporter.config.flags import POLICY_FORMAT, POLICY_OPTIONAL, POLICY_REGIONS
from cloud_carbon_exporter.model.known_names import doubt_of_region
from cloud_carbon_exporter.printable import printable
from cloud_carbon_exporter.providers.clouds import CLOUDS, REAL_CLOUDS
from cloud_carbon_exporter.providers.scaleway.permission_sets import rules
from cloud_carbon_exporter.service.loading import provider


def run(invocation: Invocation) -> int:
    """Print the policy, or the readable list."""
    options = invocation.settings.options
    form = options[POLICY_FORMAT]
    if form == "text":
        terminal.printed(as_text(options[PRINTED_PROVIDERS] or REAL_CLOUDS))
    else:
        sys.stdout.write(POLICIES[form](options))
    return 0


def needed(name: str) -> Mapping[str, tuple[str, ...]]:
    """Permissions a provider needs, sorted, each with the kinds that need it.

    No kind where it is needed whatever the services; what is optional stands with what it is for.
    """
    asked = provider(name)
    kinds: dict[str, set[str]] = defaultdict(set)
    for permission in asked.permissions:
        kinds[permission] = set()
    for permission, purpose in asked.optional.items():
        kinds[permission] = {f"{purpose} (optional)"}
    for service in asked.services:
        for permission in (*service.listing.permissions, *service.permissions):
            if permission not in asked.permissions and permission not in asked.optional:
                kinds[permission].add(service.kind)
    return {permission: tuple(sorted(kinds[permission])) for permission in sorted(kinds)}


def as_text(names: Iterable[str]) -> str:
    """Permissions, one a line, with the kinds that need each."""
    lines: list[str] = []
    for name in names:
        permissions = needed(name)
        width = max(map(len, permissions))
        lines += [f"{CLOUDS[name].title} (-cloud.provider={name})", ""]
        for permission, kinds in permissions.items():
            lines.append(f"  {permission:<{width}}  {', '.join(kinds) or 'everything'}")
        lines.append("")
    return "\n".join(lines)


def iam(options: Values) -> str:
    """Policy document of AWS IAM: nothing but reading names, sizes and metrics."""
    for region in options[POLICY_REGIONS]:
        doubt = printable(doubt_of_region("aws", region))
        if doubt:
            sys.stderr.write(f"{PROGRAM}: -regions: {doubt} (the policy names it all the same)\n")
    document = aws_policy.policy(options[POLICY_REGIONS], options[POLICY_OPTIONAL])
    return json.dumps(document, indent=2) + "\n"


_FOR = {
    "when what was deleted ended": "history",
    "starts and ends of Instances": "audit-trail",
    "Scaleway's own figure": "own-figure",
    "what else the organisation holds, by its search": "coverage",
    "cockpit_create_tokens: true": "",  # it is a right to write: no policy of ours holds it
}
"""What Google's and Scaleway's optional permissions are for -> the feature that needs it."""


def wanted(name: str, options: Values) -> list[str]:
    """Permissions a provider needs, of the optional those for the features that are asked for.

    All of them where nothing is said.
    """
    optional = provider(name).optional
    said = POLICY_OPTIONAL in options
    features = options[POLICY_OPTIONAL] if said else POLICY_OPTIONAL.value_by_default
    return [
        permission
        for permission in needed(name)
        if permission not in optional or _FOR[optional[permission]] in features
    ]


def gcp(options: Values) -> str:
    """Custom role of Google Cloud, as `gcloud iam roles create --file` reads it."""
    lines = [
        "title: Cloud Carbon Exporter",
        "description: What the cloud carbon exporter reads",
        "stage: GA",
        "includedPermissions:",
        *map("- {}".format, wanted("gcp", options)),
    ]
    return "\n".join([*lines, ""])


def scw(options: Values) -> str:
    """Policy of Scaleway's IAM, as its API's CreatePolicy reads it; the ids are the reader's.

    It only reads: ObservabilityFullAccess would let it make and delete tokens.
    """
    reading = [name for name in wanted("scw", options) if name.endswith("ReadOnly")]
    policy = {
        "name": "cloud-carbon-exporter",
        "description": "What the cloud carbon exporter reads",
        "organization_id": "<organization id>",
        "application_id": "<application id>",
        "rules": rules(reading),
    }
    return json.dumps(policy, indent=2) + "\n"


POLICIES: Mapping[str, Callable[[Values], str]] = {"iam": iam, "gcp": gcp, "scw": scw}
"""Writers of policies by the form -format names."""
