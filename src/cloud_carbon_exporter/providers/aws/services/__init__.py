"""One module a kind of resource of AWS, or a family of kinds: its listing, its hardware, its
metrics.
"""
