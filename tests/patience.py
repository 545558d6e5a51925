"""How long tests wait for what must come, on whatever machine they run."""

# No test takes as long where what it waits for comes: it bounds what a fault may cost.
PATIENCE_SECONDS = 120
