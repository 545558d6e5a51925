"""State file: what survives a restart, and the rows in which it is kept."""
