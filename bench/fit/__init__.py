"""The fit of the power of processors on measured servers."""
