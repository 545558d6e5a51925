"""Local drives of a host: which class of flash or hard disk they are, by its age and their size.

`facts/local_drives.csv` has a row a class. Flash costs by the gigabyte, and less each year: it is
as old as its host. A hard disk costs the same whatever it holds: what counts is how large one is.
"""

from __future__ import annotations

import functools
import math
import re

from cloud_carbon_exporter.model.facts import Row, rows


@functools.lru_cache(maxsize=4096)
def flash(microarchitecture: str) -> str:
    """Class of the SSDs in a host of that microarchitecture: of today, where no row says older."""
    dated = (row for row in rows("local_drives") if row["microarchitectures"])
    older = (row for row in dated if microarchitecture in row["microarchitectures"].split(";"))
    return next((row["class"] for row in older), "ssd")


@functools.lru_cache(maxsize=4096)
def hard_disk(provider: str, machine_type: str, terabytes: float = 0) -> str:
    """Class of the hard disks of a machine: by the size of one, as told, else as its type has.

    "hdd", a share of a disk as clouds have them, where nobody knows.
    """
    sizes = tuple(row for row in rows("local_drives") if row["terabytes"])
    if terabytes > 0:
        return min(sizes, key=lambda row: _apart(row, terabytes))["class"]
    name = f"{provider}/{machine_type.lower()}"
    named = (row for row in sizes if row["names"] and re.fullmatch(row["names"], name))
    return next((row["class"] for row in named), "hdd")


def _apart(row: Row, terabytes: float) -> float:
    return abs(math.log(float(row["terabytes"]) / terabytes))
