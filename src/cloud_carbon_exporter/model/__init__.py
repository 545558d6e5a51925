"""The estimate: pure functions from hardware and load to watts and grams. No I/O, no clock, no
cloud.
"""
