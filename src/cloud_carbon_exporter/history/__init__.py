"""History: sums by hour of what was drawn and emitted, for 13 months, in one file of SQLite."""
