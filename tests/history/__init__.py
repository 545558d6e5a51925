"""Tests of the history: its store, its sums, what it survives."""
