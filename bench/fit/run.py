"""Fit of the power of processors: print its error on unseen machines, write tables of facts.

python -m bench.fit.run            prints the report
python -m bench.fit.run --write    writes facts/server.csv and docs/model.md, too
python -m bench.fit.run --renew    the same, where the page is not of today's fit; it takes minutes
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.fit import accounts, nodes, platforms, report, tables
from bench.fit.widths import widths
from cloud_carbon_exporter.documents.marks import Marks

DOC = Path(__file__).parents[2] / "docs" / "model.md"
MARKS = Marks("<!-- figures: python -m bench.fit.run --write -->", "<!-- end of figures -->")


def _is_current(figures: str) -> bool:
    """Whether figures are of today's fit, which is not made to tell, hosts, nodes, accounts."""
    current = (
        f"made from {report.digest()}",
        *(each.report() for each in (platforms, nodes, accounts)),
    )
    return all(each in figures for each in current)


def main() -> None:
    """Run the fit."""
    page = DOC.read_text(encoding="utf-8")
    renewing = "--renew" in sys.argv
    if renewing and _is_current(MARKS.content(page)):
        return
    writing = renewing or "--write" in sys.argv
    validation = report.validate()
    if writing:
        found = widths(validation.calibration)
        tables.write_server(tables.figures(validation.fitted, validation.machines, found))
    figures = "\n\n".join((report.render(validation), nodes.report(), accounts.report()))
    if writing:
        DOC.write_text(MARKS.written(page, figures), encoding="utf-8")
    print(figures)


if __name__ == "__main__":
    main()
