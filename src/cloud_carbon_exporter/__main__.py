"""`python -m cloud_carbon_exporter`."""

from __future__ import annotations

import sys

from cloud_carbon_exporter.cli import main

sys.exit(main())
