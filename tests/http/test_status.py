"""Status codes: one meaning each, whoever asked."""

from __future__ import annotations

from http import HTTPStatus

from cloud_carbon_exporter.errors import (
    CollectError,
    CredentialsRefused,
    Malformed,
    NotThere,
    PermissionMissing,
    Throttled,
    Unreachable,
)
from cloud_carbon_exporter.http.status import error_kind, may_pass
from tests.over_all import over_all


@over_all("status", [status for status in HTTPStatus if status >= 300])
def test_every_status_that_is_no_success_has_a_kind(status: HTTPStatus) -> None:
    expected: dict[int, type[CollectError]] = {
        401: CredentialsRefused,
        403: PermissionMissing,
        404: NotThere,
        429: Throttled,
    }
    fallback = Unreachable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Malformed
    assert error_kind(status) is expected.get(status, fallback)
    if may_pass(status):
        assert error_kind(status) in (Throttled, Unreachable)


def test_an_api_may_mean_something_of_its_own() -> None:
    assert error_kind(402, {402: Throttled}) is Throttled
    assert error_kind(401, {402: Throttled}) is CredentialsRefused


def test_what_is_not_implemented_will_not_be_in_a_second() -> None:
    assert not may_pass(HTTPStatus.NOT_IMPLEMENTED)
    assert not may_pass(HTTPStatus.FOUND)
