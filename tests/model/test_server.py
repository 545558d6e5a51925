import pytest

from cloud_carbon_exporter.model import memory
from cloud_carbon_exporter.model.cpu_models import canonical
from cloud_carbon_exporter.model.estimate import NOWHERE, estimate
from cloud_carbon_exporter.model.facts import figure
from cloud_carbon_exporter.model.server import describe, parse, part, server
from cloud_carbon_exporter.model.server_power import curve
from cloud_carbon_exporter.model.types import Footprint


def priced(
    load: float | None = 0.5,
    processor: str = "",
    microarchitecture: str = "",
    sockets: int | None = None,
    memory_gib: float | None = None,
    tdp_watts: float | None = None,
) -> Footprint:
    """A described server at a load."""
    described = describe(processor, microarchitecture, tdp_watts, sockets, None, memory_gib)
    return estimate(server(described), {} if load is None else {"cpu_ratio": load}, NOWHERE, None)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Intel(R) Xeon(R) Platinum 8480+ @ 2.0GHz", "Xeon 8480+"),
        (
            "Intel Xeon Gold 6430 CPU 2.10 GHz (Intel Turbo Boost Technology up to 3.40 GHz)",
            "Xeon 6430",
        ),
        ("AMD EPYC 7742 64-Core Processor", "EPYC 7742"),
        ("Intel Xeon E5-2660V3", "Xeon E5-2660 v3"),
        ("Intel Xeon E5-2699 v4", "Xeon E5-2699 v4"),
        ("Ampere® Altra® Max 64-Bit Multi-Core Processor M128-30", "Altra M128-30"),
        ("", ""),
    ],
)
def test_processors_are_known_under_every_spelling(said: str, name: str) -> None:
    assert canonical(said) == name


def test_a_processor_and_its_sockets_are_enough() -> None:
    described = describe("Intel Xeon Platinum 8480+", sockets=2)
    assert (described.microarchitecture, described.tdp_watts, described.threads) == (
        "Sapphire Rapids",
        350,
        224,
    )
    assert described.memory_gib == 2 * figure("server.usual.Xeon 8480+.memory").value
    assert described.assumed == ""
    assert priced(processor="Intel Xeon Platinum 8480+", sockets=2).basis == "measured"


def test_what_is_said_wins_over_the_table() -> None:
    described = describe("Xeon 8480+", "ice lake", 200, 1, 64, 512)
    assert described.microarchitecture == "Ice Lake"
    assert (described.tdp_watts, described.sockets, described.threads, described.memory_gib) == (
        200,
        1,
        64,
        512,
    )


def test_sockets_follow_from_threads_where_they_are_not_said() -> None:
    assert describe("EPYC 7742", threads=256).sockets == 2
    assert describe("EPYC 7742").sockets == 1
    assert describe("EPYC 7742").threads == 128


def test_a_known_microarchitecture_needs_no_processor() -> None:
    server = priced(microarchitecture="Genoa (Zen 4)", sockets=2)
    assert (server.basis, server.reason) == ("measured", "")


def test_an_unknown_processor_is_assumed_and_wide() -> None:
    unknown, known = (
        priced(processor="Zilog Z80", sockets=2),
        priced(processor="EPYC 7742", sockets=2),
    )
    assert (unknown.basis, unknown.reason) == ("assumed", "unknown processor Zilog Z80")
    width = unknown.power_watts.upper / unknown.power_watts.value
    assert width > 1.3 * known.power_watts.upper / known.power_watts.value


def test_nothing_said_is_some_server() -> None:
    server = priced()
    assert (server.basis, server.reason) == ("assumed", "unknown processor")
    assert 50 < server.power_watts.value < 500


def test_the_load_of_a_server_may_be_missing() -> None:
    assert priced(None, processor="EPYC 7742", sockets=1).reason == "no cpu_ratio"


@pytest.mark.parametrize(
    ("processor", "known", "family"),
    [
        ("EPYC 7742", "often", "Rome (Zen 2)"),
        ("EPYC 8124P", "few", "Siena (Zen 4c)"),
        ("EPYC 7H12", "unseen", "Rome (Zen 2)"),
    ],
)
def test_the_less_was_measured_the_wider(processor: str, known: str, family: str) -> None:
    for load, end in ((0, "idle"), (100, "full")):
        server = priced(load / 100, processor=processor, sockets=1)
        interval = figure(f"server.interval.{known}.{load}")
        spread = figure(f"server.spread.{family}.{end}").value
        power = server.power_watts
        assert power.upper / power.value == pytest.approx(interval.high**spread)
        assert power.lower / power.value == pytest.approx(interval.low**spread)


def test_of_what_was_never_measured_there_is_no_spread() -> None:
    power = priced(0, processor="Graviton3", sockets=1, tdp_watts=200).power_watts
    assert power.upper / power.value == pytest.approx(figure("server.interval.none.0").high)


def test_rows_of_an_interval_are_told() -> None:
    used = priced(processor="EPYC 7742", sockets=1).facts
    assert {"server.interval.often.0", "server.spread.Rome (Zen 2).full"} <= set(used)


def test_four_sockets_are_as_wide_as_a_processor_never_measured() -> None:
    two, four = (priced(0, processor="Xeon 8380H", sockets=count) for count in (2, 4))
    assert "server.interval.unseen.0" in four.facts
    assert "server.interval.unseen.0" not in two.facts


def test_intervals_widen_with_ignorance() -> None:
    for load in range(0, 101, 10):
        often, few, unseen, none = (
            figure(f"server.interval.{known}.{load}")
            for known in ("often", "few", "unseen", "none")
        )
        assert often.high <= few.high <= unseen.high <= none.high
        assert often.low >= few.low >= unseen.low >= none.low
        assert often.high - often.low < unseen.high - unseen.low < none.high - none.low


def test_a_server_knows_no_gap_to_production() -> None:
    assert not [name for name in priced(processor="EPYC 7742").facts if "production_gap" in name]


def test_memory_beyond_any_measured_server_draws_as_memory_does() -> None:
    most = figure("server.reference.memory").high
    full, more = (
        estimate(
            server(describe("EPYC 7742", sockets=1, memory_gib=gib)),
            {"cpu_ratio": 0},
            NOWHERE,
            None,
        ).power_watts
        for gib in (most, most + 1000)
    )
    held, measured = (memory.watts(gib, 1)[0].value for gib in (most + 1000, most))
    assert more.value - full.value == pytest.approx(held - measured)
    assert more.upper - full.upper > held - measured > more.lower - full.lower > 0


@pytest.mark.parametrize(
    "processor", ["EPYC 7742", "Xeon 8480+", "Xeon 6980P", "Graviton4", "Altra M128-30", "nothing"]
)
def test_a_curve_never_falls(processor: str) -> None:
    points = curve(describe(processor, sockets=2))
    assert points.loads[0] == 0 and points.loads[-1] == 1 and len(points.loads) == 11
    assert list(points.watts) == sorted(points.watts)
    assert all(
        low <= value <= high
        for low, value, high in zip(points.low, points.watts, points.high, strict=True)
    )


def test_a_description_survives_its_name_even_a_hostile_one() -> None:
    described = describe("a|b|c|d", sockets=2, memory_gib=12.5)
    assert parse(part(described)) == described
    assert parse("Skylake") is None
    assert priced(processor="a|b|c|d").basis == "assumed"


def test_nonsense_amounts_are_as_if_not_said() -> None:
    assert describe("EPYC 7742", tdp_watts=-1, sockets=0, threads=-5) == describe("EPYC 7742")
    assert describe("EPYC 7742", memory_gib=-3).memory_gib == 0
    assert priced(processor="EPYC 7742", memory_gib=0).power_watts.value > 0


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Rome", "Rome (Zen 2)"),
        ("zen 3", "Milan (Zen 3)"),
        ("Zen4", "Genoa (Zen 4)"),
        ("Skylake-SP", "Skylake"),
        ("AWS Graviton2", "Graviton2"),
        ("Neoverse N1", "Ampere Altra (Neoverse N1)"),
        ("Westmere-EP", "Westmere"),
    ],
)
def test_a_microarchitecture_is_known_by_its_usual_names_too(said: str, meant: str) -> None:
    described = describe(microarchitecture=said, threads=64)
    assert (described.microarchitecture, described.assumed) == (meant, "")
    assert described == describe(microarchitecture=meant, threads=64)


def test_a_microarchitecture_nobody_knows_is_assumed() -> None:
    assert "Zen 99" in describe(microarchitecture="Zen 99", threads=64).assumed
