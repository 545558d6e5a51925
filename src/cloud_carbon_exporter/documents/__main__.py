"""Writes the generated documents into docs/, or says with --check which are stale."""

from __future__ import annotations

import sys
from pathlib import Path

from cloud_carbon_exporter.documents.generated import main

sys.exit(main(sys.argv[1:], Path("docs")))
