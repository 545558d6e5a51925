"""Reports of a Snapshot or an estimate: text, markdown, CSV or JSON. Pure."""
