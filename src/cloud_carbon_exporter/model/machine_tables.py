"""Machine types by their names: the tables of types, of families, and of how names are built.

`machine_types` holds what each type is, `whole_servers` those that are a server of their own,
`machine_rules` how names are built, `families` what stands behind a family and what to think of one
nobody knows. What is guessed says so in `assumed`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cloud_carbon_exporter.model.facts import Row, microarchitecture, rows
from cloud_carbon_exporter.model.hosts import part_of_family
from cloud_carbon_exporter.model.machine import Machine

MIB_PER_GIB = 1024

# In place of a number: the machine is a whole host of its family, or a server of its own like it.
HOST = "host"
SERVER = "server"


@dataclass(frozen=True, slots=True)
class Known:
    """Machine the tables have for a name, and its family.

    The family is to scale by when the API says another size.
    """

    machine: Machine
    family: Row
    size_assumed: bool = False


def sized(found: Machine, family: Row, vcpus: float, gib_per_vcpu: float) -> Machine:
    """A machine of its family with so many vCPUs, and what comes with each."""
    return replace(
        found,
        vcpus=vcpus,
        threads=vcpus * float(family["threads_per_vcpu"]),
        memory_gib=vcpus * gib_per_vcpu,
        gpus=vcpus * float(family["gpus_per_vcpu"] or 0),
        ssd_gib=vcpus * float(family["ssd_gib_per_vcpu"] or 0),
        hdd_gib=vcpus * float(family["hdd_gib_per_vcpu"] or 0),
    )


@functools.lru_cache(maxsize=4096)
def known(provider: str, name: str, architecture: str) -> Known:
    """What the tables say of a name: by its type, else by the rule that the name follows."""
    row = _types().get((provider, name.lower()))
    if row:
        return _of_type(provider, name, row)
    whole = _whole_servers().get((provider, name.lower()))
    if whole:
        return _of_whole_server(provider, name, whole)
    rule, match = next(_fitting_rules(provider, name.lower()))
    if rule["becomes"]:
        inner = known(provider, match.expand(rule["becomes"]), architecture)
        held = _multiplied(inner, float(match.groupdict().get("times") or 1))
        return replace(inner, machine=replace(held, name=name))
    return _of_rule(provider, name, rule, match, architecture)


def lists(provider: str, name: str) -> bool:
    """Whether the table of types has this one."""
    return (provider, name.lower()) in _types()


def is_guessed(provider: str, name: str) -> bool:
    """Whether size or family of a machine had to be guessed from its name."""
    return known(provider, name, "").size_assumed


def inner_name(provider: str, name: str) -> str:
    """Name of the type within a longer one: m5.large of db.m5.large; else the name itself."""
    rule, match = next(_fitting_rules(provider, name.lower()))
    return match.expand(rule["becomes"]) if rule["becomes"] else name.lower()


@functools.cache
def type_names(provider: str) -> tuple[str, ...]:
    """Names of all types the tables have of a provider, as it spells them."""
    listed = (*rows("machine_types"), *rows("whole_servers"))
    return tuple(row["type"] for row in listed if row["provider"] == provider)


def _multiplied(inner: Known, times: float) -> Machine:
    """So many times a machine: of a larger one of its family whose cores are not all in use."""
    machine = inner.machine
    if times == 1:
        return machine
    return sized(machine, inner.family, machine.vcpus * times, machine.memory_gib / machine.vcpus)


def _fitting_rules(provider: str, key: str) -> Iterator[tuple[Row, re.Match[str]]]:
    """Rules a name follows, best first.

    One that guesses a size holds for known families only, but for the last.
    """
    for pattern, rule in _rules(provider):
        match = pattern.match(key)
        if not match:
            continue
        certain = not rule["assumed"] or not rule["provider"]
        if certain or (rule["family"] or match["family"]) in _families(provider):
            yield rule, match


def _of_type(provider: str, name: str, row: Row) -> Known:
    family = _family_of_type(provider, row["type"].lower())
    base = _base(provider, name, family)
    vcpus = float(row["vcpus"])
    return Known(
        replace(
            base,
            vcpus=vcpus,
            threads=float(row["threads"] or vcpus * float(family["threads_per_vcpu"])),
            memory_gib=float(row["memory_gib"]),
            share=float(row["share"] or base.share),
            gpu=row["gpu"],
            gpus=float(row["gpus"] or 0),
            ssd_gib=float(row["ssd_gib"] or 0),
            hdd_gib=float(row["hdd_gib"] or 0),
        ),
        family,
    )


def _of_whole_server(provider: str, name: str, row: Row) -> Known:
    family = _family_of_type(provider, row["type"].lower())
    base = _base(provider, name, family)
    threads = float(row["threads"])
    return Known(
        replace(
            base,
            vcpus=threads,
            threads=threads,
            memory_gib=float(row["memory_gib"]),
            architecture=row["architecture"],
            cpu=row["cpu"],
            microarchitecture=microarchitecture(row["cpu"]) or base.microarchitecture,
            gpu=row["gpu"],
            gpus=float(row["gpus"] or 0),
            ssd_gib=float(row["ssd_gib"] or 0),
            hdd_gib=float(row["hdd_gib"] or 0),
            sockets=int(row["sockets"]),
            assumed="",
        ),
        family,
    )


def _of_rule(provider: str, name: str, rule: Row, match: re.Match[str], architecture: str) -> Known:
    said = match.groupdict()
    key = rule["family"] or said["family"]
    family = _families(provider).get(key) or _guess(provider, key, architecture)
    base = _base(provider, name, family)
    base = replace(base, share=float(rule["share"] or base.share), gpu=family["gpu"])
    shaped = sized(
        base,
        family,
        _vcpus(rule, said, family),
        float(rule["gib_per_vcpu"] or family["gib_per_vcpu"]),
    )
    if said.get("memory_mib"):
        shaped = replace(shaped, memory_gib=float(said["memory_mib"]) / MIB_PER_GIB)
    if said.get("memory_gib"):
        shaped = replace(shaped, memory_gib=float(said["memory_gib"]))
    if rule["ssd_gib_per_vcpu"]:
        shaped = replace(shaped, ssd_gib=shaped.vcpus * float(rule["ssd_gib_per_vcpu"]))
    if rule["vcpus"] == SERVER:
        shaped = replace(shaped, sockets=int(family["host_sockets"]))
    unsized = "gpus" in said and not family["gpus_per_vcpu"]
    guessed = bool(rule["assumed"] or family["pattern"] or unsized)
    reason = rule["assumed"].format(family=key, name=name) or (
        f"unknown machine {name}" if guessed else ""
    )
    reasons = "; ".join(each for each in (reason, family["assumed"]) if each)
    return Known(replace(shaped, assumed=reasons), family, guessed)


def _vcpus(rule: Row, said: Mapping[str, str], family: Row) -> float:
    if said.get("gpus") and family["gpus_per_vcpu"]:
        return float(said["gpus"]) / float(family["gpus_per_vcpu"])
    if rule["vcpus"] in (HOST, SERVER):
        return float(family["host_vcpus"])
    if rule["vcpus_per_unit"]:
        return float(said["units"]) * float(rule["vcpus_per_unit"])
    return float(rule["vcpus"] or said["vcpus"])


def _base(provider: str, name: str, family: Row) -> Machine:
    pool = tuple(family["pool"].split(";")) if family["pool"] else ()
    processors = (family["microarchitecture"], *pool)
    return Machine(
        provider=provider,
        name=name,
        threads=0,
        vcpus=0,
        memory_gib=0,
        architecture=family["architecture"],
        cpu=family["cpu"],
        microarchitecture=family["microarchitecture"],
        share=float(family["share"] or 1),
        assumed=family["assumed"],
        pool=pool,
        host=part_of_family(family["provider"], family["family"], processors),
        host_gib_per_socket=_gib_per_socket(family),
    )


def _gib_per_socket(family: Row) -> float:
    """Memory of a socket of a family's host; 0 where the host is not known."""
    if not (family["host_vcpus"] and family["host_sockets"]):
        return 0
    gib = float(family["host_vcpus"]) * float(family["gib_per_vcpu"])
    return round(gib / float(family["host_sockets"]))


def _guess(provider: str, family: str, architecture: str) -> Row:
    """Family row for a family nobody knows: the first whose pattern fits, of that architecture."""
    guesses = [
        row for row in rows("families") if row["pattern"] and row["provider"] in (provider, "")
    ]
    alike = [row for row in guesses if not architecture or row["architecture"] == architecture]
    fits = (row for row in alike if re.search(row["pattern"], family))
    return next(fits, alike[0] if alike else guesses[-1])


@functools.cache
def _types() -> Mapping[tuple[str, str], Row]:
    return {(row["provider"], row["type"].lower()): row for row in rows("machine_types")}


@functools.cache
def _whole_servers() -> Mapping[tuple[str, str], Row]:
    return {(row["provider"], row["type"].lower()): row for row in rows("whole_servers")}


@functools.cache
def _families(provider: str) -> Mapping[str, Row]:
    return {
        row["family"].lower(): row
        for row in rows("families")
        if row["provider"] == provider and not row["pattern"]
    }


@functools.cache
def _rules(provider: str) -> tuple[tuple[re.Pattern[str], Row], ...]:
    found = (row for row in rows("machine_rules") if row["provider"] in (provider, ""))
    return tuple((re.compile(row["pattern"], re.DOTALL), row) for row in found)


def _family_of_type(provider: str, type_: str) -> Row:
    """The family with the longest name that the type's name begins with."""
    families = _families(provider)
    cut = type_
    while cut not in families:
        cut = cut[:-1]
    return families[cut]
