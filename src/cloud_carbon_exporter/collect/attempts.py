"""Deadline of a refresh's calls: how long each may take, and what becomes of its failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from cloud_carbon_exporter.collect.target import Shared, Target
from cloud_carbon_exporter.errors import CollectError, DeadlineExceeded
from cloud_carbon_exporter.providers.spec import Scope

log = logging.getLogger(__name__)

# Of one call with all its retries; longer where collections come further apart.
MIN_DEADLINE_SECONDS = 10.0


class Attempts:
    """Awaits what a Target asks its cloud for; a failure is counted and returned, never raised."""

    def __init__(self, target: Target, shared: Shared) -> None:
        self._target = target
        self._account = shared.budget
        self.deadline_seconds = max(MIN_DEADLINE_SECONDS, target.settings.interval_seconds)

    async def attempt(
        self, operation: str, work: Coroutine[Any, Any, Any], at: Scope | None = None
    ) -> CollectError | None:
        """The failure of something awaited within the deadline, or None.

        at: where, when that is one place.
        """
        try:
            async with asyncio.timeout(self.deadline_seconds):
                await work
        except TimeoutError:
            failure = self._late(operation, at)
        except CollectError as error:
            failure = error
        except Exception as error:  # a defect of ours, or of a library, must not end the loop
            log.exception("%s of target %s failed unexpectedly", operation, self._target.name)
            failure = CollectError(type(error).__name__, **self._where(operation, at))
        else:
            return None
        label = self._target.label
        self._account.error(label, failure.operation or operation, failure.reason)
        return failure

    def _late(self, operation: str, at: Scope | None) -> CollectError:
        message = f"no end after {self.deadline_seconds:.0f} s"
        return DeadlineExceeded(message, **self._where(operation, at))

    def _where(self, operation: str, at: Scope | None) -> dict[str, str]:
        where = {"provider": self._target.label, "operation": operation}
        if at is not None:
            where |= {"account_id": at.account_id, "region": at.zone or at.region}
        return where
