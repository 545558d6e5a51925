"""Estimate of watts and grams from hardware and load: pure functions. No I/O, clock or cloud."""
