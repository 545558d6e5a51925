"""One module a kind of resource of Google Cloud, or a family of kinds: its listing, its hardware,
its metrics.
"""
