"""Benchmarks and fits that print figures; nothing here is a test."""
