"""`estimate`: one machine, one server, or a batch; and what nonsense gets."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_carbon_exporter.cli import main
from cloud_carbon_exporter.commands.estimate import FIELDS, answers
from cloud_carbon_exporter.config.flags import of_command

Captured = pytest.CaptureFixture[str]
KEYS = {
    "power_watts",
    "operational_emissions_grams_per_second",
    "embodied_emissions_grams_per_second",
    "reason",
    "facts",
}
M5 = {"cloud_provider": "aws", "machine_type": "m5.large", "region": "eu-west-3", "cpu_ratio": 0.5}


def answer(line: Any) -> dict[str, Any]:
    text = line if isinstance(line, bytes) else json.dumps(line).encode()
    ((failed, said),) = answers([text])
    answered: dict[str, Any] = json.loads(said)
    assert failed == ("error" in answered)
    return answered


def one(capsys: Captured, line: str) -> dict[str, Any]:
    assert main(["estimate", *line.split(), "-format=json"]) == 0
    answered: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answered


def test_a_machine_as_json_has_the_keys_of_the_contract(capsys: Captured) -> None:
    answered = one(
        capsys, "-cloud.provider=aws -machine-type=m5.large -region=eu-west-3 -cpu-ratio=0.5"
    )
    assert set(answered) == KEYS
    for key in KEYS - {"reason", "facts"}:
        estimate = answered[key]
        assert set(estimate) == {"value", "lower", "upper", "basis"}
        assert 0 < estimate["lower"] < estimate["value"] < estimate["upper"]
        assert estimate["basis"] == "measured"
    assert answered["facts"]
    assert answered == answer(M5)


def test_emissions_are_power_times_grid_and_there_are_none_without_a_region() -> None:
    here, nowhere = answer(M5), answer({key: value for key, value in M5.items() if key != "region"})
    assert nowhere["operational_emissions_grams_per_second"] is None
    assert nowhere["power_watts"]["value"] < here["power_watts"]["value"]  # PUE is 1 there
    elsewhere = answer({**M5, "region": "us-east-1"})
    grids = [
        answered["operational_emissions_grams_per_second"]["value"]
        / answered["power_watts"]["value"]
        for answered in (here, elsewhere)
    ]
    assert grids[1] > 5 * grids[0]  # nuclear France, fossil Virginia


def test_the_grid_is_counted_by_the_method_that_is_asked_for(capsys: Captured) -> None:
    grams = {}
    for method in ("lifecycle", "location", "direct", "market", "live"):
        answered = answer({**M5, "grid_method": method})
        grams[method] = answered["operational_emissions_grams_per_second"]["value"]
    assert grams["lifecycle"] == grams["location"] == grams["live"]  # no source is asked here
    assert 0 == grams["market"] < grams["direct"] < grams["lifecycle"]
    said = one(
        capsys,
        "-cloud.provider=aws -machine-type=m5.large -region=eu-west-3 -cpu-ratio=0.5"
        " -grid.method=direct",
    )
    assert said["operational_emissions_grams_per_second"]["value"] == grams["direct"]
    assert "grid.google.europe-west9" in said["facts"]


def test_a_missing_load_is_a_default_and_says_so() -> None:
    answered = answer({"cloud_provider": "aws", "machine_type": "m5.large"})
    assert answered["power_watts"]["basis"] == "default"
    assert "cpu_ratio" in answered["reason"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"machine_type": "zz9.large"}, "zz9.large"),
        ({"region": "moon-1"}, "moon-1"),
        ({"cloud_provider": "gcp", "machine_type": "warp-core-7"}, "warp-core-7"),
    ],
)
def test_what_nobody_knows_is_assumed_with_the_reason(change: dict[str, str], reason: str) -> None:
    answered = answer({**M5, **change})
    assert answered["power_watts"]["basis"] == "assumed"
    assert reason in answered["reason"]
    assert answered["power_watts"]["value"] > 0


def test_a_server_by_its_processor() -> None:
    server = {"processor": "Xeon Gold 6248", "sockets": 2, "cpu_ratio": 1}
    full, idle = answer(server), answer({**server, "cpu_ratio": 0})
    assert full["power_watts"]["basis"] == "measured"
    assert 2 * idle["power_watts"]["value"] < full["power_watts"]["value"]
    assert answer({**server, "sockets": 1})["power_watts"]["value"] < full["power_watts"]["value"]
    unknown = answer({"processor": "Abacus 3000", "threads": 32, "memory_gib": 64, "tdp_watts": 90})
    assert unknown["power_watts"]["basis"] == "assumed"
    assert "Abacus 3000" in unknown["reason"]
    assert answer({**server, "cloud_provider": "scaleway", "region": "fr-par"})[
        "operational_emissions_grams_per_second"
    ]


def test_scaleway_goes_by_both_its_names() -> None:
    machine = {"machine_type": "PRO2-M", "region": "fr-par", "cpu_ratio": 0.5}
    assert answer({**machine, "cloud_provider": "scw"}) == answer(
        {**machine, "cloud_provider": "scaleway"}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "field", "word"),
    [
        (b"", "", "not JSON"),
        (b"\n", "", "not JSON"),
        (b"{", "", "not JSON"),
        (b"\xff\xfe", "", "UTF-8"),
        (b"[" * 100_000, "", "not JSON"),
        (b'{"threads": ' + b"9" * 5000 + b"}", "", "not JSON"),
        (b"[]", "", "not a JSON object"),
        (b"null", "", "not a JSON object"),
        (b'"m5.large"', "", "not a JSON object"),
        (b"{}", "machine_type", "missing"),
        (b'{"cloud_provider":"aws","region":"eu-west-3"}', "machine_type", "missing"),
        (b'{"machine_type":"m5.large"}', "cloud_provider", "missing"),
        (b'{"processor":"Xeon","region":"eu-west-3"}', "cloud_provider", "missing"),
        (
            b'{"cloud_provider":"aws","machine_type":"m5.large","threads":4}',
            "threads",
            "one of them",
        ),
        (
            b'{"cloud_provider":"azure","machine_type":"D4"}',
            "cloud_provider",
            "aws, gcp, scw or scaleway",
        ),
        (b'{"cloud_provider":["aws"],"machine_type":"m5.large"}', "cloud_provider", "not known"),
        (b'{"machin_type":"m5.large"}', "machin_type", "machine_type"),
        (b'{"processor":"x","nothing":null}', "nothing", "not known"),
        (b'{"format":"json"}', "format", "not known"),
        (b'{"machine_type":5}', "machine_type", "not text"),
        (b'{"processor":{"name":"x"}}', "processor", "not text"),
        (b'{"processor":"a\\u0000b"}', "processor", "control character"),
        (b'{"threads":-4}', "threads", "1 to 100000"),
        (b'{"threads":0}', "threads", "out of range"),
        (b'{"threads":2.5}', "threads", "whole number"),
        (b'{"threads":"4"}', "threads", "not a number"),
        (b'{"threads":true}', "threads", "not a number"),
        (b'{"threads":1e400}', "threads", "not a finite number"),
        (b'{"cpu_ratio":NaN}', "cpu_ratio", "not a finite number"),
        (b'{"cpu_ratio":-Infinity}', "cpu_ratio", "not a finite number"),
        (b'{"cpu_ratio":-0.1}', "cpu_ratio", "0 to 1"),
        (b'{"cpu_ratio":1.01}', "cpu_ratio", "0 to 1"),
        (b'{"gpu_ratio":"half"}', "gpu_ratio", "not a number"),
        (b'{"memory_gib":-1}', "memory_gib", "above 0"),
        (b'{"tdp_watts":0}', "tdp_watts", "above 0"),
        (b'{"sockets":65}', "sockets", "1 to 64"),
    ],
)
def test_a_bad_line_names_its_field_and_what_is_allowed(line: bytes, field: str, word: str) -> None:
    error = answer(line)["error"]
    assert error["field"] == field
    assert word in error["message"]
    assert "\n" not in error["message"]
    assert len(error["message"]) < 250


def test_a_batch_answers_in_order_and_exits_1_when_a_line_is_bad(
    tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(
        "\ufeff" + "\n".join(map(json.dumps, [M5, {"threads": -1}, {**M5, "region": None}])),
        "utf-8",
    )
    assert main(["estimate", "-batch", str(file)]) == 1
    first, second, third = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == answer(M5)
    assert second["error"]["field"] == "threads"
    assert third["operational_emissions_grams_per_second"] is None


def test_a_good_batch_from_stdin_exits_0(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(M5).encode() + b"\n")))
    assert main(["estimate", "-batch=-"]) == 0
    assert json.loads(capsys.readouterr().out) == answer(M5)


def test_flags_hold_for_the_lines_that_do_not_say_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(
        '{"machine_type": "m5.large"}\n'
        '{"machine_type": "m5.large", "region": null, "cpu_ratio": 1}\n'
    )
    monkeypatch.setenv("CLOUD_CARBON_CLOUD_PROVIDER", "aws")
    assert (
        main(["estimate", "-region=eu-west-3", "-cpu-ratio=0.5", "-explain", "-batch", str(file)])
        == 0
    )
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first.pop("explain")[0]["component"] == "vcpu"
    assert first == answer(M5)
    assert second["operational_emissions_grams_per_second"] is None


def test_an_empty_batch_is_empty(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "empty"
    file.touch()
    assert main(["estimate", "-batch", str(file)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ["-machine-type", "missing", "processor"]),
        ("-machine-type=m5.large", ["-cloud.provider", "aws, gcp or scw"]),
        ("-cloud.provider=demo -machine-type=m5.large", ["-cloud.provider", '"demo"']),
        ("-cloud.provider=aws -machine-type=m5.large -threads=4", ["-threads", "one of them"]),
        ("-processor=Xeon -cpu-ratio=nan", ["-cpu-ratio", '"nan"', "0 to 1"]),
        ("-processor=Xeon -threads=-4", ["-threads", '"-4"', "1 to 100000"]),
        ("-processor=Xeon -memory-gib=lots", ["-memory-gib", '"lots"', "above 0"]),
        ("-batch=/nowhere/at/all", ["-batch", "/nowhere/at/all", "No such file"]),
        ("-batch=/", ["-batch", '"/"', "Is a directory"]),
        ("-processor=Xeon -listen=:1", ["-listen is not a flag of estimate"]),
    ],
)
def test_what_bad_flags_get(line: str, words: list[str], capsys: Captured) -> None:
    assert main(["estimate", *line.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_the_fields_of_a_line_are_the_flags_in_snake_case() -> None:
    flags = {flag.name.replace(".", "_").replace("-", "_") for flag in of_command("estimate")}
    assert set(FIELDS) == flags - {"format", "explain", "batch", "strict", "plan", "budget"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(tuple(FIELDS)), inner, max_size=4)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@given(JSON)
def test_no_json_does_more_than_be_refused(value: Any) -> None:
    answered = answer(value)
    assert (
        "error" in answered
        or 0 <= answered["power_watts"]["lower"] <= answered["power_watts"]["value"]
    )


@pytest.mark.slow
@given(st.binary(max_size=40))
def test_no_bytes_do_more_than_be_refused(line: bytes) -> None:
    assert "error" in answer(line)


def test_hours_are_told_as_well_by_a_line_and_by_the_flag(capsys: Captured) -> None:
    flags = "-cloud.provider=aws -machine-type=m5.large -region=eu-west-3 -cpu-ratio=0.5"
    month = answer({**M5, "hours": 730})
    assert month == one(capsys, f"{flags} -hours=730")
    assert month["hours"] == 730
    power = month["power_watts"]["value"]
    assert month["energy_kilowatt_hours"]["value"] == pytest.approx(power * 0.73)
    parts = [month[f"{part}_emissions_grams"]["value"] for part in ("operational", "embodied")]
    assert month["emissions_grams"]["value"] == pytest.approx(sum(parts))
    assert set(month) - KEYS == {
        "hours",
        "energy_kilowatt_hours",
        "operational_emissions_grams",
        "embodied_emissions_grams",
        "emissions_grams",
    }
    assert main(["estimate", *flags.split(), "-hours=730"]) == 0
    assert re.search(r"Over 730 hours\n.*\n.*\nEnergy +kWh", capsys.readouterr().out)


def test_hours_without_a_region_have_no_grams_of_power(capsys: Captured) -> None:
    nowhere = answer({**M5, "region": None, "hours": 2})
    assert nowhere["operational_emissions_grams"] is None
    assert nowhere["emissions_grams"] is None
    assert nowhere["embodied_emissions_grams"]["value"] > 0
