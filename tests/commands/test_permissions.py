"""Policies hold what is needed whatever the services, and of the optional what is asked for."""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.permissions import _FOR
from cloud_carbon_exporter.config.flags import FEATURES, OTHER_FEATURES
from cloud_carbon_exporter.service.loading import provider

ALL = (*FEATURES, *OTHER_FEATURES)
FORMS = {"iam": "aws", "gcp": "gcp", "scw": "scw"}
NEVER = {"ObservabilityFullAccess"}
"""It lets who has it make and delete tokens: no printed policy holds it."""


def printed(form: str, features: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Permissions of the optional in a printed policy."""
    assert main(["permissions", f"-format={form}", f"-optional={features}"]) == 0
    told = capsys.readouterr().out
    return {name for name in provider(FORMS[form]).optional if name in told}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_optional_is_allowed_that_is_not_asked_for(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(form, "", capsys) == set()
    assert printed(form, ",".join(ALL), capsys) == provider(FORMS[form]).optional.keys() - NEVER


@pytest.mark.parametrize("form", FORMS)
def test_each_feature_brings_its_own_and_no_other(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: set[str] = set()
    for feature in ALL:
        own = printed(form, feature, capsys)
        assert not own & seen, feature
        seen |= own
    assert seen == provider(FORMS[form]).optional.keys() - NEVER


@pytest.mark.parametrize("name", ["gcp", "scw"])
def test_every_optional_permission_has_a_feature(name: str) -> None:
    for purpose in provider(name).optional.values():
        assert _FOR[purpose] in {*ALL, ""}
