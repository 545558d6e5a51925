"""Fit of the power of processors: print its error on unseen machines, write tables of facts.

python -m bench.fit.run            prints the report
python -m bench.fit.run --write    writes facts/server.csv, the watts of facts/processors.csv and
                                   docs/model.md, too
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.fit import report, tables
from cloud_carbon_exporter.documents.marks import Marks

DOC = Path(__file__).parents[2] / "docs" / "model.md"
MARKS = Marks("<!-- figures: python -m bench.fit.run --write -->", "<!-- end of figures -->")


def main() -> None:
    """Run the fit."""
    validation = report.validate()
    if "--write" in sys.argv:
        tables.write_server(
            tables.figures(validation.fitted, validation.machines, validation.by_knowledge)
        )
        tables.write_processors(validation.fitted, validation.machines, validation.by_knowledge)
    figures = report.render(validation)
    if "--write" in sys.argv:
        page = DOC.read_text(encoding="utf-8")
        DOC.write_text(MARKS.written(page, figures), encoding="utf-8")
    print(figures)


if __name__ == "__main__":
    main()
