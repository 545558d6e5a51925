"""Whole servers as their offers list them: sockets, memory modules, disks, accelerators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cloud_carbon_exporter.model.machines import Machine, machine
from cloud_carbon_exporter.providers.scaleway.describing.describe import gib

FLASH = ("ssd", "nvme")


def whole_server(name: str, hardware: Mapping[str, Any]) -> Machine:
    """The machine of an offer: its real CPU, all threads of all sockets; what the offer lacks is
    guessed by name.
    """
    cpus: Sequence[Mapping[str, Any]] = hardware.get("cpus") or ()
    threads = sum(int(cpu.get("thread_count") or cpu.get("core_count") or 0) for cpu in cpus)
    memory = sum(gib(module.get("capacity")) for module in hardware.get("memories") or ())
    gpus: Sequence[Mapping[str, Any]] = hardware.get("gpus") or ()
    return machine(
        "scaleway",
        name,
        vcpus=threads or None,
        memory_gib=memory or None,
        cpu=next((str(cpu["name"]) for cpu in cpus if cpu.get("name")), None),
        gpu=next((str(gpu["name"]) for gpu in gpus if gpu.get("name")), None),
        gpus=len(gpus) or None,
        ssd_gib=_disks(hardware, flash=True) or None,
        hdd_gib=_disks(hardware, flash=False) or None,
    )


def _disks(hardware: Mapping[str, Any], *, flash: bool) -> float:
    disks = hardware.get("disks") or ()
    return sum(gib(disk.get("capacity")) for disk in disks if _is_flash(disk) == flash)


def _is_flash(disk: Mapping[str, Any]) -> bool:
    return any(word in str(disk.get("type") or "").lower() for word in FLASH)
