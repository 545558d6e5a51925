"""Event hooks of botocore's sessions, without what a reader never needs.

Each client gets a copy of its session's hooks, a tree of some 400 nodes, and looks up there each of
the twenty events of a call.
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def hooks_class() -> Any:
    """Class of the hooks: aiobotocore's, without the handlers that only write documentation."""
    from aiobotocore.hooks import AioHierarchicalEmitter

    def register(self: Any, event_name: str, *arguments: Any, **options: Any) -> None:
        if not event_name.startswith("docs."):
            AioHierarchicalEmitter.register(self, event_name, *arguments, **options)

    return type("LightHooks", (AioHierarchicalEmitter,), {"register": register})


@cache
def aliaser_class() -> Any:
    """Class of what stands before the hooks and turns old names of events into new ones.

    botocore walks its table of 70 old names for each event that a client meets for the first time,
    a tenth of the CPU of a first collection: here all copies remember together.
    """
    from botocore.hooks import EventAliaser

    def shared_copy(self: Any) -> Any:
        twin = EventAliaser.__copy__(self)
        twin._alias_name_cache = self._alias_name_cache
        return twin

    return type("SharedAliaser", (EventAliaser,), {"__copy__": shared_copy})
