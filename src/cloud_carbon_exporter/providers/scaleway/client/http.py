"""HTTP calls to Scaleway: named, metered, tried again, and every failure says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cloud_carbon_exporter.errors import CollectError, Malformed, NotThere, Throttled, Unreachable
from cloud_carbon_exporter.http.complaint import complaint
from cloud_carbon_exporter.http.json_bodies import read_json
from cloud_carbon_exporter.http.retry import Again, Patience, persistent, seconds_asked
from cloud_carbon_exporter.http.session import (
    Answer,
    Bounds,
    Request,
    Session,
    Silence,
    Untrusted,
)
from cloud_carbon_exporter.http.status import error_kind, may_pass
from cloud_carbon_exporter.masking import excerpt
from cloud_carbon_exporter.providers.spec import Meter

Params = Mapping[str, str | int | Sequence[str]]

# Shared by all: the lists of ten zones, S3 and Cockpit.
CONNECTIONS = 24
# Unpacked: a full page of anything is a hundredth of it.
LARGEST_ANSWER_BYTES = 64 << 20

# A call that is asked to wait longer is left to the next refresh.
PATIENCE = Patience(tries=3, first_pause_seconds=0.3, longest_pause_seconds=60)

# Reads answer 200. CreateToken may say that it created something, DeleteToken has nothing to say.
SUCCESSES = {"GET": (200,), "POST": (200, 201), "DELETE": (200, 204)}

# 501: Scaleway's gateway knows the product, but not in this zone or region.
MEANINGS = {501: NotThere}


@dataclass(frozen=True, slots=True)
class Call:
    """Call of an API: where it goes, and how it is named in metrics and messages.

    place: the zone or region asked. permission: the IAM permission set that allows it. json: what
        the answer is. body: sent as JSON. A POST is not sent again when it may have been carried
        out.
    """

    url: str
    api: str
    operation: str
    params: Params | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    place: str = ""
    permission: str = ""
    json: bool = True
    method: str = "GET"
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    def named(self, error: CollectError, account_id: str) -> CollectError:
        """The same error, saying where it happened."""
        error.provider, error.account_id = "scaleway", account_id
        error.region, error.operation = self.place, self.operation
        if not error.message.startswith(f"{self.api}: "):
            error.message = f"{self.api}: {error.message}"
        return error


@dataclass(frozen=True, slots=True)
class Success:
    """Answer of success; `document` is the body decoded, None where no JSON was expected."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str]
    document: Any = field(default=None, repr=False)


class Http:
    """HTTP session for all of Scaleway's APIs, and the tries of each call.

    account: the organisation, once it is known.
    """

    def __init__(
        self,
        meter: Meter,
        *,
        timeout_seconds: float,
        patience: Patience = PATIENCE,
        account: Callable[[], str] = str,
    ) -> None:
        self._meter = meter
        self._patience = patience
        self._account = account
        self._session = Session(
            Bounds(
                silence_seconds=timeout_seconds,
                connections=CONNECTIONS,
                largest_bytes=LARGEST_ANSWER_BYTES,
            )
        )

    async def send(self, call: Call) -> Success:
        """Answer to one call, whose tries count as one.

        Raises CredentialsRefused (401), PermissionMissing (403), NotThere (404, 501, or a zone the
        product does not know), Throttled (429), Unreachable (5xx, no answer), Malformed (anything
        else).
        """
        outcome = "success"
        try:
            answer = await persistent(lambda: self._try(call), self._patience)
            return Success(
                answer.body, answer.headers, _decoded(answer.body) if call.json else None
            )
        except CollectError as error:
            outcome = error.reason
            raise call.named(error, self._account()) from None
        finally:
            self._meter.call(
                account_id=self._account(), api=call.api, operation=call.operation, outcome=outcome
            )

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        await self._session.close()

    async def _try(self, call: Call) -> Answer:
        answer = await self._sent(call)
        if answer.status in SUCCESSES[call.method]:
            return answer
        error = _refusal(call, answer.status, answer.body)
        # A POST that was refused for its rate was not carried out; after a 5xx nobody knows.
        repeatable = call.method != "POST" or isinstance(error, Throttled)
        if repeatable and may_pass(answer.status):
            raise Again(error, seconds_asked(answer.headers))
        raise error

    async def _sent(self, call: Call) -> Answer:
        request = Request(
            call.url,
            call.method,
            params=_pairs(call.params or {}),
            headers=call.headers,
            document=call.body,
        )
        try:
            return await self._session.send(request)
        except (Silence, Untrusted):
            # Each try would cost the whole timeout, or find the same.
            raise
        except Unreachable as error:
            if call.method == "POST":
                raise
            raise Again(error) from None


def _decoded(body: bytes) -> Any:
    """Document of a success. Raises Malformed for no JSON, and for one that is an error alone."""
    try:
        document = read_json(body)
    except (ValueError, RecursionError):
        raise Malformed(f"the answer is not JSON ({len(body)} bytes)") from None
    complains = complaint(document) if isinstance(document, dict) else ""
    if complains:
        raise Malformed(complains)
    return document


def _pairs(params: Params) -> list[tuple[str, str]]:
    """Query parameters; a list is the same name several times, as Scaleway's gateway reads it."""
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if isinstance(value, str | int):
            pairs.append((name, str(value)))
        else:
            pairs += ((name, element) for element in value)
    return pairs


def _refusal(call: Call, status: int, body: bytes) -> CollectError:
    """Error that an answer of this status is, with what its body says and what a person can do."""
    fields = _fields(body)
    kind = error_kind(status, MEANINGS)
    if status == 400 and _refuses_place(fields):
        kind = NotThere
    return kind(f"{status} {_message(fields)}".strip(), hint=_hint(call, status))


def _hint(call: Call, status: int) -> str:
    if status == 401:
        return "check SCW_SECRET_KEY: it may be expired or deleted"
    if status == 403:
        right = f"the permission set {call.permission}" if call.permission else "read access"
        return f"grant {right} for {call.api} to this API key"
    return ""


def _fields(body: bytes) -> Mapping[str, Any]:
    """Fields of an error's body; none where it is no JSON object."""
    try:
        loaded = read_json(body)
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _message(fields: Mapping[str, Any]) -> str:
    """What the error says of itself, in one short line; its own words only, never the request's."""
    # `details` is left out: it may quote the request.
    words: list[str] = []
    for key in ("type", "message", "reason"):
        if isinstance(fields.get(key), str):
            words += fields[key].split()
    return excerpt(" ".join(words), 160)


def _refuses_place(fields: Mapping[str, Any]) -> bool:
    """Whether a 400 refuses the zone or region itself: the product does not exist there."""
    details = fields.get("details")
    if not isinstance(details, list):
        return False
    for detail in details:
        if isinstance(detail, dict) and detail.get("argument_name") in ("zone", "region"):
            return True
    return False
