"""Keys of a target in the file, once: name, kind, meaning, for which clouds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from cloud_carbon_exporter.config.cloud_flags import (
    AWS_DISCOVERY,
    DEMO_RESOURCES,
    DEMO_SEED,
    REGION,
    ROLE_SHAPE,
)
from cloud_carbon_exporter.config.flags import BUDGET, INTERVAL
from cloud_carbon_exporter.config.kinds import (
    account_ids,
    boolean,
    chain,
    choice,
    identifier,
    secrets_of,
    several,
    shaped,
    text,
)
from cloud_carbon_exporter.config.quantities import duration_between
from cloud_carbon_exporter.config.values import Kind
from cloud_carbon_exporter.providers.clouds import CLOUDS, CloudName

Held_co = TypeVar("Held_co", covariant=True)
Asked = TypeVar("Asked")

EVERY: tuple[CloudName, ...] = tuple(cloud.name for cloud in CLOUDS.values())


@dataclass(frozen=True, slots=True, eq=False)
class Key(Generic[Held_co]):
    """Key of a target in the file. meaning: for the documents. providers: who understands it."""

    name: str
    kind: Kind[Held_co]
    meaning: str
    providers: tuple[CloudName, ...] = EVERY


@dataclass(frozen=True, slots=True)
class Entry:
    """Entry of the file's `targets`: the keys it says, each with a value of its own kind."""

    provider: str
    said: Mapping[Key[object], object]

    def get(self, key: Key[Asked], otherwise: Asked) -> Asked:
        """Value of a key, or what holds where the entry does not say it."""
        if key not in self.said:
            return otherwise
        # As in flag.Values: what stands under a key came out of its Kind.
        return cast(Asked, self.said[key])


PROVIDER = Key("provider", choice(*CLOUDS), "The cloud.")
NAME = Key("name", text("NAME"), "What the target is called in target_up and in the log.")
PROFILE = Key(
    "profile",
    shaped("PROFILE", "the name of a profile of AWS' shared files", r"[^\s\[\]][^\[\]]*"),
    "Profile of AWS' shared files to take credentials from, instead of AWS_PROFILE.",
    ("aws",),
)
ROLE_ARN = Key(
    "role_arn",
    chain(*ROLE_SHAPE),
    "Role to assume; of a list, each with the credentials of the one before.",
    ("aws",),
)
# STS API reference, AssumeRole: the shapes of ExternalId and RoleSessionName, and the least and the
# most of DurationSeconds.
EXTERNAL_ID = Key(
    "external_id",
    shaped("ID", "2 to 1224 letters, digits and _+=,.@:/-", r"[\w+=,.@:/-]{2,1224}"),
    "External id that the trust policies of the roles ask for.",
    ("aws",),
)
ROLE_SESSION_NAME = Key(
    "role_session_name",
    shaped("NAME", "2 to 64 letters, digits and _+=,.@-", r"[\w+=,.@-]{2,64}"),
    "What CloudTrail shows of whoever has assumed the roles; cloud-carbon-exporter when empty.",
    ("aws",),
)
SESSION_DURATION = Key(
    "session_duration",
    duration_between(900, 43200),
    "How long an assumed role lasts before it is assumed anew; the role's own default when empty.",
    ("aws",),
)
ORGANIZATION = Key(
    "organization",
    boolean(),
    "Explore every account of the organisation, which lists them.",
    ("aws",),
)
ACCOUNTS = Key(
    "accounts",
    account_ids("ACCOUNTS"),
    "Explore these accounts, of the organisation or without it.",
    ("aws",),
)
EXCLUDE_ACCOUNTS = Key("exclude_accounts", account_ids("IDS"), "Accounts to leave out.", ("aws",))
# AWS allows a path and these characters in the name of a role.
ROLE_NAME = Key(
    "role_name",
    shaped("ROLE", "the name of a role, such as carbon, with its path", r"[\w+=,.@/-]+"),
    "Role to assume in each of the accounts.",
    ("aws",),
)
DEFAULT_REGION = Key("default_region", REGION, "As -cloud.aws.defaultregion.", ("aws",))
EVENTS_QUEUE_URL = Key(
    "events_queue_url",
    shaped("URL", "the URL of an SQS queue", r"https?://[^\s/]+/\d{12}/[\w-]+"),
    "Queue of SQS into which EventBridge puts what EC2 and ECS start and end.",
    ("aws",),
)
DISCOVERY = Key("discovery", AWS_DISCOVERY.kind, "As -cloud.aws.discovery.", ("aws",))
PROJECT_ID = Key("project_id", identifier("PROJECT"), "Project to explore.", ("gcp",))
FOLDER_ID = Key(
    "folder_id", identifier("FOLDER"), "Folder to explore, instead of a project.", ("gcp",)
)
ORGANIZATION_ID = Key(
    "organization_id", identifier("ID"), "Organisation to explore.", ("gcp", "scw")
)
# Cloud Monitoring reads the series of other projects through one scoping project, in one request.
METRICS_SCOPE = Key(
    "metrics_scope",
    identifier("PROJECT"),
    "Project through whose metrics scope all others are read.",
    ("gcp",),
)
# Google tells its own figures in no API but by a monthly export to BigQuery.
CARBON_FOOTPRINT_TABLE = Key(
    "carbon_footprint_table",
    text("TABLE"),
    "BigQuery table, as project.dataset.table, that Carbon Footprint is exported to.",
    ("gcp",),
)
ASSET_FEED_SUBSCRIPTION = Key(
    "asset_feed_subscription",
    shaped(
        "SUBSCRIPTION",
        "the full name of a Pub/Sub subscription, projects/PROJECT/subscriptions/NAME",
        # domain-scoped projects are called example.com:project
        r"projects/[\w.:-]+/subscriptions/[A-Za-z][\w.~+%-]+",
    ),
    "Subscription of Pub/Sub to a feed of Asset Inventory, which tells what starts and ends.",
    ("gcp",),
)
COCKPIT_TOKEN = Key(
    "cockpit_token", text("TOKEN", secret=True), "As -cloud.scw.cockpit-token.", ("scw",)
)
COCKPIT_TOKENS = Key(
    "cockpit_tokens",
    secrets_of("TOKENS"),
    "A token for each project, or project/region, as a mapping.",
    ("scw",),
)
COCKPIT_CREATE_TOKENS = Key(
    "cockpit_create_tokens", boolean(), "As -cloud.scw.cockpit-create-tokens.", ("scw",)
)
# Not for Google: Asset Inventory lists a whole project at once, wherever its resources stand.
REGIONS = Key("regions", several("REGIONS"), "Explore these regions alone.", ("aws", "scw"))
EXCLUDE = Key("exclude", several("KINDS"), "Kinds of resource to leave out, such as ec2/snapshot.")
TARGET_INTERVAL = Key("interval", INTERVAL.kind, "As -collect.interval.")
TARGET_UTILISATION_INTERVAL = Key(
    "utilisation_interval", INTERVAL.kind, "As -collect.utilisation-interval.", ("aws", "gcp")
)
TARGET_BUDGET = Key("budget", BUDGET.kind, "As -api.budget.")
TARGET_TAGS = Key("tags", several("KEYS"), "As -metrics.tags.")
RESOURCES = Key("resources", DEMO_RESOURCES.kind, "As -demo.resources.", ("demo",))
SEED = Key("seed", DEMO_SEED.kind, "As -demo.seed.", ("demo",))

KEYS: tuple[Key[object], ...] = tuple(
    thing for thing in list(globals().values()) if isinstance(thing, Key)
)
