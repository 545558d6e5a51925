"""Settings of the Python interpreter that keep the event loop free, once for the process."""

from __future__ import annotations

import gc
import sys

# Allocations between two looks at the youngest: Python's default of 700 looks too often.
YOUNG_OBJECTS = 20_000
YOUNG_ROUNDS = 4

# Full collections are asked for, not triggered: see heap.py.
NEVER = 1_000_000

# A refresh computes in a thread. Whoever makes a system call gives up the interpreter, and has it
# back only when that thread is interrupted: at Python's 5 ms, twenty pieces written or connections
# opened in one turn of the loop take a tenth of a second.
SWITCH_SECONDS = 0.0005


def prepare() -> None:
    """Set the collector of garbage and the change of threads up."""
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_ROUNDS, NEVER)
    sys.setswitchinterval(SWITCH_SECONDS)
