"""Feed of Asset Inventory behind a subscription of Pub/Sub, as the fake cloud answers for it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from tests.fakes import gcp_discovery

GREETING = "You have successfully configured real time feed."


class Feed:
    """Messages that were put in, each delivered until it is acknowledged."""

    def __init__(self) -> None:
        self.waiting: dict[str, Any] = {}
        self.violations: list[str] = []
        self.acknowledged: list[str] = []

    def put(self, *changes: Mapping[str, Any] | str) -> None:
        """Publish changes, held to Google's TemporalAsset; text goes as it is."""
        for change in changes:
            text = change
            if not isinstance(change, str):
                self.violations += gcp_discovery.schema_errors(
                    "cloudasset.v1", "TemporalAsset", change
                )
                text = json.dumps(change)
            self.put_raw({"data": b64encode(str(text).encode()).decode()})

    def put_raw(self, message: Any) -> None:
        """Publish a message of Pub/Sub as it is."""
        self.waiting[f"ack-{len(self.waiting) + len(self.acknowledged)}"] = message

    def answer(self, method: str, body: Any) -> dict[str, Any]:
        """Answer to `pull` or `acknowledge`."""
        if method.endswith(".acknowledge"):
            for ack_id in body["ackIds"]:
                del self.waiting[ack_id]
                self.acknowledged.append(ack_id)
            return {}
        received: list[dict[str, Any]] = []
        for ack_id, message in list(self.waiting.items())[: body["maxMessages"]]:
            received.append({"ackId": ack_id, "message": message})
        return {"receivedMessages": received} if received else {}
