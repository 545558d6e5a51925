"""`report -what-if`: another region, the best ones, other machines; in every form."""

from __future__ import annotations

import json

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands import what_if
from cloud_carbon_exporter.commands.report import FORMS, with_what_if
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.model.machine_swap import Swap
from tests.exposition import estate

pytestmark = pytest.mark.usefixtures("process_kept")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", what_if.Wish()),
        ("eu-north-1", what_if.Wish(("aws", "eu-north-1"))),
        ("region=best", what_if.Wish(best=True)),
        ("best", what_if.Wish(best=True)),
        ("machine-type=m5.large:m7g.large", what_if.Wish(swap=Swap("m5.large", "m7g.large"))),
        (
            "region=gcp:europe-north1,machine-type=n2-*:n4-*",
            what_if.Wish(("gcp", "europe-north1"), swap=Swap("n2-*", "n4-*")),
        ),
    ],
)
def test_what_is_wished_for(text: str, wish: what_if.Wish) -> None:
    assert what_if.read(text) == wish


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("eu-noth-1", "eu-north-1"),
        ("machine-type=m5.large:m7g.lrge", "m7g.large"),
    ],
)
def test_the_nearest_name_is_told(text: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean {meant}"):
        what_if.read(text)


@pytest.mark.parametrize("text", ["machine-type=", "region=a b", "machine-type=a:b:c"])
def test_what_has_another_shape_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "-demo.enabled", f"-what-if={text}"]) == 2
    assert "OLD:NEW" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_all_of_it(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    wish = what_if.Wish(("aws", "eu-north-1"), True, Swap("m5.*", "m7g.*"))
    text = FORMS[form](estate.SNAPSHOT, ())
    told = with_what_if(text, form, estate.SNAPSHOT, wish, ())
    shown = capsys.readouterr().err if form == "csv" else told
    if form == "json":
        assert {"what_if", "what_if_machines", "best_regions"} <= json.loads(told).keys()
        return
    assert "What if in eu-north-1, with machines of m7g.*" in shown
    assert "Best regions" in shown
    assert told.startswith(text[:40])
