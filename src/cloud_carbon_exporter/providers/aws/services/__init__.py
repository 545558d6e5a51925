"""Services of AWS: one module a kind of resource, or a family of kinds.

Each has a table of states. Machines draw while they are being set up, so creating and pending are
running, unless AWS says that nothing is held yet: RDS bills neither machine nor volume then. A
creation that failed has left nothing, and is gone.
"""
