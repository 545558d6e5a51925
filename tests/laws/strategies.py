"""Resources, loads and places to try the laws of the model on."""

from __future__ import annotations

from hypothesis import strategies as st

from cloud_carbon_exporter.model.types import (
    CarbonIntensity,
    Component,
    Estimate,
    Location,
    Place,
    Resource,
)

SIGNALS = (
    "cpu_ratio",
    "gpu_ratio",
    "memory_gib",
    "stored_gib",
    "bytes",
    "requests",
    "capacity_units",
)

amounts = st.floats(0, 1e4)
reasons = st.sampled_from(["", "", "unknown machine"])


def _of(
    kind: str, parts: list[str], load: str = "", pers: tuple[str, ...] = ("",)
) -> st.SearchStrategy[Component]:
    return st.builds(
        Component,
        st.just(kind),
        st.sampled_from(parts),
        amounts,
        load=st.just(load),
        per=st.sampled_from(pers),
        share=st.floats(0.01, 1) if kind == "vcpu" else st.just(1.0),
        assumed=reasons,
    )


components = st.one_of(
    _of(
        "vcpu",
        ["Skylake", "Graviton3", "Turin (Zen 5/5c)", "EPYC 7R13", "no such"],
        "cpu_ratio",
        ("", "capacity_units"),
    ),
    _of("memory", ["dram"], pers=("", "memory_gib", "capacity_units")),
    _of("gpu", ["A100 SXM4 40GB", "L4", "no such"], "gpu_ratio"),
    _of("ssd", ["ssd"]),
    _of("hdd", ["hdd"]),
    _of("block", ["aws/gp3", "gcp/pd-ssd", "no such"]),
    _of("object", ["aws/s3"], pers=("stored_gib",)),
    _of("network", ["intra", "internet", "no such"], pers=("bytes",)),
    _of("requests", ["default", "no such"], pers=("requests",)),
    _of("fixed", ["aws/eks-control-plane", "no such"]),
)


def resource_of(*held: Component) -> Resource:
    """A resource of these components."""
    return Resource("id", "kind", "name", Location("aws", "1", "eu-west-3"), held)


def _as_ratios(percents: dict[str, float]) -> dict[str, float]:
    """The same with loads of 0..100 as ratios."""
    loads_read: dict[str, float] = {}
    for name, value in percents.items():
        loads_read[name] = value / 100 if name.endswith("_ratio") else value
    return loads_read


resources = st.lists(components, min_size=1, max_size=5).map(lambda held: resource_of(*held))
loads = st.dictionaries(st.sampled_from(SIGNALS), st.floats(0, 100), max_size=7).map(_as_ratios)


@st.composite
def estimates(draw: st.DrawFn, low: float = 0, high: float = 1e3) -> Estimate:
    """Any estimate within bounds."""
    lower, value, upper = sorted(draw(st.lists(st.floats(low, high), min_size=3, max_size=3)))
    return Estimate(value, lower, upper)


places = st.builds(Place, st.just("aws"), st.just("eu-west-3"), st.just(()), estimates(1, 2))
grids = st.builds(CarbonIntensity, estimates(0, 1000), st.just("location"), st.just("a test"))


def widened(sure: Estimate, by: float) -> Estimate:
    """The same value, less well known."""
    return Estimate(sure.value, max(0, sure.lower - by * sure.value), sure.upper + by, sure.basis)
