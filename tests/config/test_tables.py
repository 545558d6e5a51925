"""Tables that say one thing in two places are held to each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

import cloud_carbon_exporter
from cloud_carbon_exporter import exposition
from cloud_carbon_exporter.collect import CollectSettings
from cloud_carbon_exporter.commands.permissions import POLICIES
from cloud_carbon_exporter.config import cloud_flags, flags, push_flags
from cloud_carbon_exporter.config import target_keys as keys
from cloud_carbon_exporter.config.flag import COMMANDS, Flag, Values
from cloud_carbon_exporter.config.flags import FLAGS
from cloud_carbon_exporter.config.grid_flags import TOKENS
from cloud_carbon_exporter.config.target_keys import KEYS, Key
from cloud_carbon_exporter.config.targets import FiledTarget, read_targets
from cloud_carbon_exporter.exposition import upstream_labels
from cloud_carbon_exporter.grid import SOURCES
from cloud_carbon_exporter.model import known_names
from cloud_carbon_exporter.providers.clouds import CLOUDS, REAL_CLOUDS, CloudName
from cloud_carbon_exporter.providers.options import AwsOptions, DemoOptions
from cloud_carbon_exporter.providers.settings import TargetSettings
from cloud_carbon_exporter.push.settings import PushSettings
from cloud_carbon_exporter.service.loading import provider
from tests.over_all import over_all

SRC = Path(cloud_carbon_exporter.__file__).parent
DEFAULTS = Values({flag: flag.value_by_default for flag in FLAGS})

SAID: dict[Key[object], object] = {
    keys.NAME: "a-name",
    keys.PROFILE: "prod",
    keys.EXTERNAL_ID: "our/tenant:7",
    keys.ROLE_SESSION_NAME: "carbon-prod",
    keys.SESSION_DURATION: "30m",
    keys.ROLE_ARN: "arn:aws:iam::111111111111:role/carbon",
    keys.ORGANIZATION: True,
    keys.EVENTS_QUEUE_URL: "https://sqs.eu-west-3.amazonaws.com/111111111111/carbon",
    keys.ACCOUNTS: ["111111111111"],
    keys.EXCLUDE_ACCOUNTS: ["222222222222"],
    keys.ROLE_NAME: "team/carbon",
    keys.DEFAULT_REGION: "eu-west-3",
    keys.DISCOVERY: "cost-explorer",
    keys.PROJECT_ID: "a-project",
    keys.FOLDER_ID: "99",
    keys.ORGANIZATION_ID: "7",
    keys.METRICS_SCOPE: "a-scope",
    keys.CARBON_FOOTPRINT_TABLE: "p.d.t",
    keys.ASSET_FEED_SUBSCRIPTION: "projects/p/subscriptions/carbon",
    keys.COCKPIT_TOKEN: "t",
    keys.COCKPIT_TOKENS: {"p": "t"},
    keys.COCKPIT_CREATE_TOKENS: True,
    keys.REGIONS: ["eu-west-3"],
    keys.EXCLUDE: ["ec2/snapshot"],
    keys.TARGET_INTERVAL: "7s",
    keys.TARGET_UTILISATION_INTERVAL: "8s",
    keys.TARGET_BUDGET: 3,
    keys.TARGET_TAGS: ["team"],
    keys.RESOURCES: 3,
    keys.SEED: 4,
}
"""A value of each key that is not what holds where nothing is said."""


@pytest.mark.parametrize("name", CLOUDS)
def test_the_table_of_clouds_is_what_the_packages_say_of_themselves(name: str) -> None:
    cloud, package = CLOUDS[name], provider(name)
    assert (package.name, package.label) == (cloud.name, cloud.label)
    assert f".{cloud.package}." in f"{package.client.__module__}."


def test_the_names_of_clouds_are_the_same_wherever_they_stand() -> None:
    labels = [cloud.label for cloud in REAL_CLOUDS.values()]
    assert tuple(CLOUDS) == get_args(CloudName)
    assert list(known_names.PROVIDERS) == labels
    for label, name in upstream_labels._EXPLORERS.items():
        assert CLOUDS[name].label == label
    assert set(POLICIES) == {cloud.policy for cloud in REAL_CLOUDS.values()}


def test_every_command_has_its_module() -> None:
    for command in (*COMMANDS, "help"):
        assert callable(import_module(f"cloud_carbon_exporter.commands.{command}").run)


def test_every_token_a_source_needs_has_its_flag() -> None:
    needed: set[str] = set()
    for source in SOURCES.values():
        needed.update(source.secrets)
    assert needed == set(TOKENS)
    assert set(TOKENS.values()) <= set(FLAGS)


def test_a_default_that_stands_in_two_places_is_one() -> None:
    """Settings that are also made without a configuration, as tests and benchmarks do."""
    target, collecting = TargetSettings(provider="aws"), CollectSettings()
    assert target.interval_seconds == flags.INTERVAL.value_by_default
    assert target.utilisation_interval_seconds == flags.UTILISATION_INTERVAL.value_by_default
    assert collecting.interval_seconds == flags.INTERVAL.value_by_default
    assert collecting.stale_after_seconds == flags.STALE_AFTER.value_by_default
    assert collecting.mode == flags.MODE.value_by_default
    assert exposition.Settings().labels == flags.LABEL_SET.value_by_default
    assert AwsOptions().default_region == cloud_flags.AWS_DEFAULT_REGION.value_by_default
    assert AwsOptions().discovery == cloud_flags.AWS_DISCOVERY.value_by_default
    assert DemoOptions().resources == cloud_flags.DEMO_RESOURCES.value_by_default
    assert DemoOptions().seed == cloud_flags.DEMO_SEED.value_by_default
    assert PushSettings().interval_seconds == push_flags.PUSH_INTERVAL.value_by_default
    assert PushSettings().labels == push_flags.PUSH_LABELS.value_by_default
    (demo,) = read_targets(DEFAULTS.but({cloud_flags.DEMO_ENABLED: True}), (), {})
    assert demo == TargetSettings(provider="demo", options=DemoOptions())


def target_of(said: dict[str, object]) -> TargetSettings:
    (target,) = read_targets(DEFAULTS, [FiledTarget("here", said)], {})
    return target


def filed() -> Iterator[tuple[str, Key[object]]]:
    """Every key with each cloud that understands it."""
    for key in KEYS:
        for name in key.providers:
            if key is not keys.PROVIDER:
                yield name, key


@over_all(("name", "key"), list(filed()), ids=lambda part: getattr(part, "name", part))
def test_every_key_of_a_target_reaches_its_place(name: str, key: Key[object]) -> None:
    before: dict[str, object] = {"provider": name}
    said = {key.name: SAID[key]}
    if key in (keys.ORGANIZATION, keys.ACCOUNTS):
        said["role_name"] = "carbon"
    if key is keys.ROLE_NAME:
        before["organization"] = said["organization"] = True
        before["role_name"] = "another"
    assert target_of(before | said) != target_of(before)


def references(path: Path) -> Iterator[str]:
    """Names a module reads."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id


@pytest.mark.slow
def test_no_flag_and_no_key_is_read_nowhere() -> None:
    read: set[str] = set()
    for path in SRC.rglob("*.py"):
        read.update(references(path))
    for module in ("cloud_flags", "flags", "grid_flags", "push_flags", "machine_flags"):
        defined = vars(import_module(f"cloud_carbon_exporter.config.{module}"))
        for name, thing in defined.items():
            assert not isinstance(thing, Flag) or name in read, f"{module}.{name} is read nowhere"
    for name, thing in vars(keys).items():
        assert not isinstance(thing, Key) or name in read, f"target_keys.{name} is read nowhere"


def test_the_flags_are_all_there_are() -> None:
    defined: set[Flag[object]] = set()
    for path in (SRC / "config").glob("*.py"):
        for thing in vars(import_module(f"cloud_carbon_exporter.config.{path.stem}")).values():
            if isinstance(thing, Flag):
                defined.add(thing)
    assert len(FLAGS) == len(set(FLAGS))
    assert defined == set(FLAGS)
