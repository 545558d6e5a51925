"""One module a kind of resource of Scaleway, or a family of kinds: its listing, its hardware, its
metrics.
"""
