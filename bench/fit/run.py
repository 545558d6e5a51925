"""Fit the power of processors, print how far it is from machines it has not seen, and write the tables of facts.

python -m bench.fit.run            prints the report
python -m bench.fit.run --write    and writes facts/server.csv and the watts of facts/processors.csv
"""

from __future__ import annotations

import sys

from bench.fit import tables
from bench.fit.data import read
from bench.fit.mixed import fit_all
from bench.fit.validate import leave_groups_out, leave_machines_out


def main() -> None:
    """Run the fit."""
    machines = read()
    fitted = fit_all(machines)
    left_out = leave_machines_out(machines)
    models = leave_groups_out(machines, lambda machine: machine.model)
    families = leave_groups_out(machines, lambda machine: machine.microarchitecture)
    points = {
        "model": [point for point in left_out if point.known == "model"],
        "microarchitecture": [point for point in models if point.known == "microarchitecture"],
        "none": families,
    }
    if "--write" in sys.argv:
        tables.write_server(tables.figures(fitted, machines, points))
        tables.write_processors(fitted, machines, points)


if __name__ == "__main__":
    main()
