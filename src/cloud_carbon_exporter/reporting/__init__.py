"""A Snapshot or an estimate as text, markdown, CSV or JSON. Pure."""
