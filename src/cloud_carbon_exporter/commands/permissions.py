"""`permissions`: the least the exporter must be allowed, from what its services call."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping

from cloud_carbon_exporter.commands.services import NAMES
from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config.flags import MACHINE_PROVIDERS
from cloud_carbon_exporter.service.loading import provider


def run(invocation: Invocation) -> int:
    """Print the policy, or the readable list."""
    options = invocation.settings.options
    form = options["format"]
    if form == "text":
        sys.stdout.write(as_text(options["cloud.provider"] or MACHINE_PROVIDERS))
    else:
        sys.stdout.write({"iam": iam, "gcp": gcp, "scw": scw}[form]())
    return 0


def needed(name: str) -> Mapping[str, tuple[str, ...]]:
    """Permission -> the kinds that need it, sorted; no kind where it is needed whatever the
    services.

    What is optional stands with what it is for.
    """
    found = provider(name)
    kinds: dict[str, set[str]] = {permission: set() for permission in found.permissions}
    kinds |= {
        permission: {f"{purpose} (optional)"} for permission, purpose in found.optional.items()
    }
    for service in found.services:
        for permission in (*service.listing.permissions, *service.permissions):
            if permission not in found.permissions and permission not in found.optional:
                kinds.setdefault(permission, set()).add(service.kind)
    return {permission: tuple(sorted(kinds[permission])) for permission in sorted(kinds)}


def as_text(names: Iterable[str]) -> str:
    """One line a permission, with the kinds that need it."""
    lines = []
    for name in names:
        permissions = needed(name)
        width = max(map(len, permissions))
        lines += [f"{NAMES[name]} (-cloud.provider={name})", ""]
        lines += [
            f"  {each:<{width}}  {', '.join(kinds) or 'everything'}"
            for each, kinds in permissions.items()
        ]
        lines.append("")
    return "\n".join(lines)


def iam() -> str:
    """A policy document of AWS IAM: nothing but reading names, sizes and metrics."""
    statement = {
        "Sid": "CloudCarbonExporter",
        "Effect": "Allow",
        "Action": list(needed("aws")),
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2) + "\n"


def gcp() -> str:
    """A custom role of Google Cloud, as `gcloud iam roles create --file` reads it."""
    lines = [
        "title: Cloud Carbon Exporter",
        "description: What the cloud carbon exporter reads",
        "stage: GA",
        "includedPermissions:",
        *(f"- {permission}" for permission in needed("gcp")),
    ]
    return "\n".join([*lines, ""])


def scw() -> str:
    """A policy of Scaleway's IAM, as its API's CreatePolicy reads it; the ids are the reader's. It
    only reads.
    """
    reading = [each for each in needed("scw") if each not in provider("scw").optional]
    policy = {
        "name": "cloud-carbon-exporter",
        "description": "What the cloud carbon exporter reads",
        "organization_id": "<organization id>",
        "application_id": "<application id>",
        "rules": [{"organization_id": "<organization id>", "permission_set_names": reading}],
    }
    return json.dumps(policy, indent=2) + "\n"
