"""Basic authentication: who is let in, how often bcrypt is asked, and what the clock gives away."""

from __future__ import annotations

import asyncio
import base64
import threading

import bcrypt
import pytest
from tests.patience import PATIENCE_SECONDS

from cloud_carbon_exporter.web import passwords
from cloud_carbon_exporter.web.passwords import Busy, Passwords, credentials

HASH = bcrypt.hashpw(b"open:sesame", bcrypt.gensalt(4)).decode()


def header(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str, str]]:
    """Each time bcrypt is asked: password, hash, and the thread."""
    checked: list[tuple[bytes, str, str]] = []
    real = passwords.matches

    def noted(password: bytes, hashed: str) -> bool:
        checked.append((password, hashed, threading.current_thread().name))
        return real(password, hashed)

    monkeypatch.setattr(passwords, "matches", noted)
    return checked


async def test_the_right_password_is_checked_once_and_off_the_loop(
    asked: list[tuple[bytes, str, str]],
) -> None:
    users = Passwords({"bob": HASH})
    assert [await users.right(header("bob", "open:sesame")) for _ in range(3)] == [True] * 3
    assert len(asked) == 1
    assert asked[0][2] != threading.main_thread().name


async def test_a_wrong_password_is_checked_each_time(asked: list[tuple[bytes, str, str]]) -> None:
    users = Passwords({"bob": HASH})
    assert [await users.right(header("bob", "wrong")) for _ in range(2)] == [False] * 2
    assert len(asked) == 2


async def test_an_unknown_user_costs_as_much_as_a_known_one(
    asked: list[tuple[bytes, str, str]],
) -> None:
    assert not await Passwords({"bob": HASH}).right(header("eve", "open:sesame"))
    ((_, hashed, _),) = asked
    assert hashed != HASH
    assert hashed[:7] == HASH[:7]  # the same algorithm and cost
    assert bcrypt.checkpw(b"", hashed.encode()) is False  # a hash bcrypt understands


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Basic",
        "Basic !!!",
        "Bearer abc",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Basic /////w==",
    ],
)
def test_what_is_no_basic_authentication_names_nobody(text: str) -> None:
    assert credentials(text) is None


@pytest.mark.parametrize("password", ["x" * 73, "x" * 5000, "a\0b", ""])
async def test_passwords_bcrypt_cannot_take_are_wrong(password: str) -> None:
    assert not await Passwords({"bob": HASH}).right(header("bob", password))


def test_a_password_is_not_cut_at_what_bcrypt_sees() -> None:
    longest = b"y" * 72
    hashed = bcrypt.hashpw(longest, bcrypt.gensalt(4)).decode()
    assert passwords.matches(longest, hashed)
    assert not passwords.matches(longest + b"z", hashed)


def test_hashes_of_htpasswd_are_understood() -> None:
    assert passwords.matches(b"open:sesame", HASH.replace("$2b$", "$2y$"))


async def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_REMEMBERED", 2)
    users = Passwords({f"user{n}": HASH for n in range(5)})
    for n in range(5):
        assert await users.right(header(f"user{n}", "open:sesame"))
    assert len(users._right) == 2


async def test_a_flood_of_guesses_does_not_queue_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go = threading.Event()
    monkeypatch.setattr(passwords, "_WAITING_MOST", 3)
    monkeypatch.setattr(passwords, "matches", lambda *_: go.wait(PATIENCE_SECONDS) and False)
    users = Passwords({"bob": HASH})
    waiting = [asyncio.create_task(users.right(header("bob", f"guess {n}"))) for n in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await users.right(header("bob", "one more"))
    go.set()
    assert await asyncio.gather(*waiting) == [False] * 3
