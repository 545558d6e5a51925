"""`report -advice`: a section, by the loads that the state file of a running exporter has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.collect.load_statistics import LoadStatistics
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.reporting.advice import section
from cloud_carbon_exporter.storage.reading import rows_of_section
from cloud_carbon_exporter.storage.state_file import StateFile
from tests.advice.estates import NOW, machine_row
from tests.exposition import estate

DEMO = ("report", "-demo.enabled", "-demo.resources=60", "-advice")
pytestmark = pytest.mark.usefixtures("process_kept")


def test_the_demo_has_a_past_and_advice(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DEMO, "-format=json"]) == 0
    told = json.loads(capsys.readouterr().out)["advice"]
    kinds = {each["advice"] for each in told}
    assert {"region", "oversized", "unattached"} <= kinds
    saved = [each["saved_emissions_grams_per_second"] for each in told]
    assert all(0 < each["lower"] <= each["value"] <= each["upper"] for each in saved)
    assert [each["value"] for each in saved] == sorted(each["value"] for each in saved)[::-1]


def test_what_is_dismissed_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DEMO, "-format=json", "-advice.dismiss=region,oversized"]) == 0
    told = json.loads(capsys.readouterr().out)["advice"]
    assert told
    assert not {"region", "oversized"} & {each["advice"] for each in told}


def test_as_csv_it_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*DEMO, "-format=csv"]) == 0
    said = capsys.readouterr()
    assert "What could be done" in said.err
    assert "What could be done" not in said.out


def test_a_state_file_is_read_while_another_process_has_it(tmp_path: Path) -> None:
    statistics, path = LoadStatistics(), tmp_path / "state"
    statistics.add(machine_row().resource, {"cpu_ratio": 0.1}, NOW, NOW + 3600)
    state = StateFile(path, {"loads": statistics})
    state.load()  # takes the lock
    state.save()
    read = LoadStatistics()
    read.load(rows_of_section(path, "loads"))
    assert read.evidence("r", NOW + 3600) == statistics.evidence("r", NOW + 3600)
    assert rows_of_section(path, "of a newer one") == ()
    state.close()


@pytest.mark.parametrize("content", [None, b"", b"{}\n{}\n", b"\xff\n", b"[" * 9999])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "state"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"-state\.file"):
        rows_of_section(path, "loads")
    assert main([*DEMO, f"-state.file={path}"]) == 2


def test_the_section_says_why_there_is_none() -> None:
    assert "-state.file" in section((), kept=False).notes[0]
    assert "two weeks" in section((), kept=True).notes[0]
    told = section(estate.ADVICE, kept=True)
    assert len(told.rows) == 2
    assert len(told.rows[0]) == len(told.header)
