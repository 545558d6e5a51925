"""Fit of the power of processors on measured servers."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""The matrices are small: several threads wait for one another, and take 25 times as long."""
