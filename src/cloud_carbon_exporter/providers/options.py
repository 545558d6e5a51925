"""Options of one cloud alone, an object for each, as a target of that cloud has them.

Each answers the two questions of `spec.Options`; its own client alone reads the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsOptions:
    """Options of an AWS target. Empty = what the environment of AWS' own tools says.

    profile: of the shared files, to take credentials from.
    role_arn: role to assume before anything is read. role_chain: roles to assume before that one,
        each with the credentials of the one before.
    external_id, role_session_name, session_seconds: sent with each role that is assumed; 0 seconds
        = as long as the role says.
    organization: explore every account the organisation lists; accounts: of these, those it lists,
        or without `organization` just these; role_name: the role to assume in each of them.
    default_region: where the calls go that belong to no region.
    discovery: how the regions in use are found.
    events_queue_url: queue of SQS into which EventBridge puts what starts and ends.
    """

    profile: str = ""
    role_arn: str = ""
    role_chain: tuple[str, ...] = ()
    external_id: str = ""
    role_session_name: str = ""
    session_seconds: float = 0
    organization: bool = False
    accounts: tuple[str, ...] = ()
    exclude_accounts: tuple[str, ...] = ()
    role_name: str = ""
    default_region: str = "us-east-1"
    discovery: Literal["regions", "cost-explorer"] = "regions"
    events_queue_url: str = ""

    @property
    def place(self) -> str:
        """Account of the role (arn:aws:iam::ACCOUNT:role/NAME), if there is one."""
        return self.role_arn.split(":")[4] if self.role_arn else ""

    def explored(self) -> AwsOptions:
        """Options that decide what is explored; how it is found makes no other target."""
        return AwsOptions(
            profile=self.profile,
            role_arn=self.role_arn,
            organization=self.organization,
            accounts=self.accounts,
            exclude_accounts=self.exclude_accounts,
            default_region="",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GcpOptions:
    """Options of a Google target; project, folder and organisation exclude each other.

    metrics_scope: the scoping project through which all projects' monitoring is read.
    carbon_footprint_table: project.dataset.table of the Carbon Footprint export, to hold beside
        our figures.
    asset_feed_subscription: projects/P/subscriptions/S, out of which the feed of Asset Inventory is
        pulled.
    """

    project_id: str = ""
    folder_id: str = ""
    organization_id: str = ""
    metrics_scope: str = ""
    carbon_footprint_table: str = ""
    asset_feed_subscription: str = ""

    @property
    def place(self) -> str:
        """Project, folder or organisation that is explored."""
        return self.project_id or self.folder_id or self.organization_id

    def explored(self) -> GcpOptions:
        """Options that decide what is explored."""
        return replace(
            self, metrics_scope="", carbon_footprint_table="", asset_feed_subscription=""
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalewayOptions:
    """Options of a Scaleway target.

    cockpit_tokens: "project=token" or "project/region=token".
    cockpit_create_tokens: make the tokens that are not given, and delete them at the end.
    """

    organization_id: str = ""
    cockpit_token: str = field(default="", repr=False)
    cockpit_tokens: tuple[str, ...] = field(default=(), repr=False)
    cockpit_create_tokens: bool = False

    @property
    def place(self) -> str:
        """Organisation that is explored."""
        return self.organization_id

    def explored(self) -> ScalewayOptions:
        """Options that decide what is explored; tokens open it, and are not it."""
        return ScalewayOptions(organization_id=self.organization_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """Options of the made-up estate: how many resources, and which of all estates of that size."""

    resources: int = 200
    seed: int = 0

    @property
    def place(self) -> str:
        """Nowhere: a made-up estate has no account to be told by."""
        return ""

    def explored(self) -> DemoOptions:
        """All demo targets are one: their accounts bear the same names."""
        return DemoOptions()
