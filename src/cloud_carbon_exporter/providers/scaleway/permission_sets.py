"""Permission sets of Scaleway's IAM: at which scope a rule of a policy may hold each.

Names and scopes are those of Scaleway's page of permission sets, as of 2026-03-20:
https://www.scaleway.com/en/docs/iam/reference-content/permission-sets/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

ORGANIZATION = frozenset(
    {
        "AuditTrailReadOnly",
        "EnvironmentalImpactReadOnly",
        "IAMReadOnly",
        "OrganizationReadOnly",
        "ProjectReadOnly",
    }
)
"""Sets that are granted for an organisation; all others are granted for its projects."""

UNLISTED = frozenset({"MessageQReadOnly"})
"""Sets of products in beta, which the page does not name: IAM refuses a policy with one."""


def rules(names: Iterable[str]) -> list[Mapping[str, object]]:
    """Rules that grant these sets, as CreatePolicy reads them: one a scope.

    Rule.permission_sets_scope_type of the API: all sets of a rule have the same scope. A rule of
    projects that names an organisation holds for all its projects, those to come included.
    """
    granted = sorted(set(names) - UNLISTED)
    of_organization = [name for name in granted if name in ORGANIZATION]
    of_projects = [name for name in granted if name not in ORGANIZATION]
    return [
        {
            "organization_id": "<organization id>",
            "permission_set_names": of_one_scope,
            "condition": "",
        }
        for of_one_scope in (of_organization, of_projects)
        if of_one_scope
    ]
