"""Flags of the clouds: which are explored, and what each is told."""

from __future__ import annotations

from typing import Literal

from cloud_carbon_exporter.config.flag import Flag, flags_in
from cloud_carbon_exporter.config.kinds import (
    boolean,
    choice,
    identifier,
    optional_choice,
    several,
    shaped,
    text,
)
from cloud_carbon_exporter.config.quantities import count
from cloud_carbon_exporter.providers.clouds import CLOUDS, LABELS, REAL_CLOUDS

Discovery = Literal["regions", "cost-explorer"]

REGION = shaped("REGION", "the name of a region, such as eu-west-3", r"[a-z][a-z0-9-]*")
# A partition may be aws, aws-cn or aws-us-gov.
ROLE_SHAPE = (
    "ARN",
    "the ARN of a role, such as arn:aws:iam::111111111111:role/carbon",
    r"arn:[\w-]+:iam::\d+:role/\S+",
)
ROLE = shaped(*ROLE_SHAPE)

PROVIDERS = Flag("cloud.provider", several("PROVIDERS", *CLOUDS), "", "Clouds to explore.")
# `estimate` takes the label too: a batch is often made from series that have cloud_provider.
MACHINE_PROVIDER = Flag(
    "cloud.provider",
    optional_choice(*LABELS),
    "",
    "Cloud that rents the machine.",
    commands=("estimate",),
)
PRINTED_PROVIDERS = Flag(
    "cloud.provider",
    several("PROVIDERS", *REAL_CLOUDS),
    "",
    "Clouds to print; all when empty.",
    commands=("services", "permissions"),
)
# Global services (IAM, Route 53, Organizations) answer in one region of each partition alone.
AWS_DEFAULT_REGION = Flag(
    "cloud.aws.defaultregion",
    REGION,
    "us-east-1",
    "Region of the calls that belong to none.",
    providers=("aws",),
)
AWS_ROLE_ARN = Flag(
    "cloud.aws.rolearn",
    ROLE,
    "",
    "Role to assume before anything is read.",
    providers=("aws",),
)
# Cost Explorer charges 0.01 USD a request and lags by up to a day, so it is not the default.
AWS_DISCOVERY: Flag[Discovery] = Flag(
    "cloud.aws.discovery",
    choice("regions", "cost-explorer"),
    "regions",
    "How the regions in use are found: by probing each opted-in region, or by asking Cost Explorer "
    "once a day (0.01 USD a request), whose services that nothing estimates enter the ledger.",
    providers=("aws",),
)
GCP_PROJECT_ID = Flag(
    "cloud.gcp.projectid",
    identifier("PROJECT"),
    "",
    "Project to explore; that of the Application Default Credentials when empty.",
    aliases=("gcp.projectid",),
    providers=("gcp",),
)
SCW_ORGANIZATION_ID = Flag(
    "cloud.scw.organizationid",
    text("ID"),
    "",
    "Organisation to explore; SCW_DEFAULT_ORGANIZATION_ID or that of the Scaleway profile when "
    "empty.",
    providers=("scw",),
)
COCKPIT_TOKEN = Flag(
    "cloud.scw.cockpit-token",
    text("TOKEN", secret=True),
    "",
    "Token to read Cockpit's metrics with; SCW_COCKPIT_TOKEN when empty.",
    providers=("scw",),
    ecosystem="SCW_COCKPIT_TOKEN",
)
# Cockpit keeps each project's metrics apart in each region, and a token opens one such place.
COCKPIT_CREATE_TOKENS = Flag(
    "cloud.scw.cockpit-create-tokens",
    boolean(),
    "false",
    "Make a Cockpit token for each project and region that has none, and delete it at the end; "
    "needs the permission set ObservabilityFullAccess.",
    providers=("scw",),
)
# The original takes text here, so its users write `-demo.enabled=true`; the bare flag works too.
DEMO_ENABLED = Flag(
    "demo.enabled",
    boolean(),
    "false",
    "Add a made-up estate of three clouds.",
    providers=("demo",),
)
DEMO_RESOURCES = Flag(
    "demo.resources",
    count("COUNT", "a whole number from 0 to 1000000", 0, 1_000_000),
    "200",
    "How many resources the made-up estate holds.",
    providers=("demo",),
)
DEMO_SEED = Flag(
    "demo.seed",
    count("NUMBER", "a whole number from 0 up", 0, 2**63 - 1),
    "0",
    "Another number is another made-up estate; the same number is the same one.",
    providers=("demo",),
)

CLOUD_FLAGS = flags_in(globals())
