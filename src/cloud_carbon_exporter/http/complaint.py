"""Complaint in place of an answer: a body that holds nothing but an error, whatever its status.

Gateways and proxies answer so with a success, and a reader that looks for a list finds none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.masking import excerpt

# As AWS' JSON services (__type, message, Message), its REST services (Error, Code), Google (error)
# and Scaleway (type, message) spell an error.
_COMPLAINTS = frozenset({"message", "Message", "__type", "Error", "error", "errorMessage"})
# What stands beside these, and in no answer alone.
_BESIDE = frozenset(
    {"type", "Type", "code", "Code", "status", "statusCode", "details", "resource", "reason"}
    | {"requestId", "RequestId", "request_id", "error_description", "help_message"}
)
_LONGEST = 160


def complaint(document: Mapping[str, Any]) -> str:
    """What a document complains of, in one line; empty where it holds anything but an error."""
    words = document.keys() & _COMPLAINTS
    if not words or document.keys() - _COMPLAINTS - _BESIDE:
        return ""
    said: list[str] = []
    for word in sorted(words):
        value = document[word]
        if isinstance(value, Mapping):
            value = value.get("message", value.get("Message"))
        if isinstance(value, str) and value:
            said += value.split()
    whole = " ".join(["an error in place of an answer:", *(said or ["no words"])])
    return excerpt(whole, _LONGEST)
