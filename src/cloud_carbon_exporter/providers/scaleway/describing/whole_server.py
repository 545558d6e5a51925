"""Whole servers as their offers list them: sockets, memory modules, disks, accelerators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, machine
from cloud_carbon_exporter.providers.scaleway.describing.hardware import gib, memory_gib

FLASH = ("ssd", "nvme", "mmc")
_BYTES_PER_TERABYTE = 10**12

# An offer says H100 of both forms. SXM boards come soldered in fours and eights (NVIDIA HGX H100),
# so fewer of them are cards.
SOLDERED = 4
CARDS = {"NVIDIA H100": "NVIDIA H100 PCIe"}


def whole_server(name: str, offer: Mapping[str, Any]) -> Machine:
    """Machine of an offer: all threads of all sockets; what it lacks is guessed by the name."""
    cpus: Sequence[Mapping[str, Any]] = offer.get("cpus") or ()
    gpus: Sequence[Mapping[str, Any]] = offer.get("gpus") or ()
    memories: Sequence[Mapping[str, Any]] = offer.get("memories") or ()
    # Each entry is a socket.
    threads = 0
    for cpu in cpus:
        threads += int(cpu.get("thread_count") or cpu.get("core_count") or 0)
    return machine(
        "scaleway",
        name,
        vcpus=threads or None,
        memory_gib=sum(memory_gib(part.get("capacity")) for part in memories) or None,
        cpu=_first_name(cpus),
        gpu=_board(gpus),
        gpus=len(gpus) or None,
        ssd_gib=_disks_gib(offer, flash=True) or None,
        hdd_gib=_disks_gib(offer, flash=False) or None,
        hdd_terabytes=_hard_disk_terabytes(offer),
        sockets=len(cpus) or None,
    )


def _first_name(parts: Sequence[Mapping[str, Any]]) -> str | None:
    for part in parts:
        if part.get("name"):
            return str(part["name"])
    return None


def _board(gpus: Sequence[Mapping[str, Any]]) -> str | None:
    name = _first_name(gpus)
    return CARDS.get(name or "", name) if len(gpus) < SOLDERED else name


def _capacity_gib(parts: Sequence[Mapping[str, Any]]) -> float:
    return sum(gib(part.get("capacity")) for part in parts)


def _disks_gib(offer: Mapping[str, Any], *, flash: bool) -> float:
    disks = offer.get("disks") or ()
    return _capacity_gib([disk for disk in disks if _is_flash(disk) == flash])


def _hard_disk_terabytes(offer: Mapping[str, Any]) -> float:
    """What the largest of the hard disks holds, which an offer tells in bytes; 0 without any."""
    disks = offer.get("disks") or ()
    sizes = (int(disk.get("capacity") or 0) for disk in disks if not _is_flash(disk))
    return max(sizes, default=0) / _BYTES_PER_TERABYTE


def _is_flash(disk: Mapping[str, Any]) -> bool:
    """Whether a disk is an SSD; offers write the type freely: "NVMe", "SSD SATA 2.5", "MMC"."""
    disk_type = str(disk.get("type") or "").lower()
    return any(word in disk_type for word in FLASH)
