"""Unexpected errors are told once, not as often as they come."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import warnings

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.repeats import AGAIN_SECONDS, Repeats
from cloud_carbon_exporter.web.app import _errors
from cloud_carbon_exporter.web.settings import PREFIX

pytestmark = pytest.mark.usefixtures("process_kept")
Captured = pytest.CaptureFixture[str]
OURS = logging.getLogger("cloud_carbon_exporter.test")


class Clock:
    """A clock the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def fails(log: logging.Logger, what: str, error: Exception) -> None:
    try:
        raise error
    except Exception:
        log.exception("%s failed", what)


def test_an_error_that_comes_again_is_told_once(capsys: Captured) -> None:
    logs.configure("info", "text")
    for number in range(50):
        fails(OURS, "task", ValueError(f"cause {number}"))
        fails(logging.getLogger("library"), f"task {number}", ValueError(f"cause {number}"))
    told = capsys.readouterr().err
    assert told.count("Traceback") == 2
    assert "task failed" in told and "cause 0" in told


def test_the_same_error_of_another_target_is_another(capsys: Captured) -> None:
    logs.configure("info", "text")
    for _ in range(50):
        for target in ("prod", "dev"):
            fails(OURS, target, KeyError("size"))
    told = capsys.readouterr().err
    assert told.count("Traceback") == 2
    assert "prod failed" in told and "dev failed" in told


def test_what_python_warns_of_is_told_apart(capsys: Captured) -> None:
    logs.configure("info", "text")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # the block has put warnings.showwarning back
        logging.captureWarnings(True)
        for number in range(3):
            warnings.warn(f"old call {number}", DeprecationWarning, stacklevel=1)
            warnings.warn("file not closed", ResourceWarning, stacklevel=1)
        logging.captureWarnings(False)
    told = capsys.readouterr().err
    assert told.count("DeprecationWarning: old") == 1, "a number makes no other warning"
    assert told.count("ResourceWarning: file") == 1


def test_a_line_that_cannot_be_put_together_is_passed_on() -> None:
    record = logging.LogRecord("lib", logging.WARNING, "x.py", 1, "%d files", ("some",), None)
    assert [Repeats().filter(record), Repeats().filter(record)] == [True, True]


def test_what_a_loop_says_is_told_apart(capsys: Captured) -> None:
    """By asyncio's own handler, which has one place for all; what comes behind is of one object."""
    logs.configure("info", "text")
    loop = asyncio.new_event_loop()
    for number in range(3):
        for message in ("Unclosed client session", "Task was destroyed but it is pending!"):
            loop.call_exception_handler({"message": message, "object": number})
    loop.close()
    told = capsys.readouterr().err
    assert told.count("Unclosed client session") == 1
    assert told.count("Task was destroyed") == 1


def test_a_path_a_stranger_chose_makes_no_error_another(capsys: Captured) -> None:
    logs.configure("info", "text")

    async def fails_always(request: web.Request) -> web.StreamResponse:
        raise ValueError

    async def ask() -> None:
        app = web.Application()
        app[PREFIX] = ""
        for number in range(20):
            path = f"/api/v1/resources/{number}%s"
            await _errors(make_mocked_request("GET", path, app=app), fails_always)

    asyncio.run(ask())
    told = capsys.readouterr().err
    assert told.count("Traceback") == 1
    assert "cannot answer GET /api/v1/resources/0%s" in told


def test_another_kind_or_place_is_another_error(capsys: Captured) -> None:
    logs.configure("info", "text")
    fails(OURS, "task", ValueError())
    fails(OURS, "task", KeyError())
    fails(logging.getLogger("library"), "task", ValueError())
    try:
        raise ValueError
    except ValueError:
        OURS.exception("elsewhere")
    assert capsys.readouterr().err.count("Traceback") == 4


def test_it_is_told_again_after_an_hour_with_how_many_there_were() -> None:
    clock = Clock()
    repeats = Repeats(clock)

    def record() -> logging.LogRecord:
        return logging.LogRecord("asyncio", logging.ERROR, "x.py", 1, "no %s", ("files",), None)

    assert [repeats.filter(record()) for _ in range(4)] == [True, False, False, False]
    clock.now = AGAIN_SECONDS
    again = record()
    assert repeats.filter(again)
    assert again.getMessage() == "no files (3 more like it since it was last told)"
    assert not repeats.filter(record())


def test_our_own_lines_are_all_told(capsys: Captured) -> None:
    logs.configure("info", "text")
    for number in range(5):
        OURS.warning("failure %d", number)
    assert capsys.readouterr().err.count("failure") == 5


def test_however_many_errors_there_are_few_are_remembered() -> None:
    repeats = Repeats()
    for line in range(5000):
        repeats.filter(logging.LogRecord("lib", logging.ERROR, "x.py", line, "no", (), None))
    assert len(repeats._told) <= 4096


def test_a_server_without_file_descriptors_says_so_once(capsys: Captured) -> None:
    """asyncio tells each connection it cannot accept, a hundred times a second and more."""
    logs.configure("info", "text")

    async def run() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        waiting = [socket.socket() for _ in range(3)]
        most = resource.getrlimit(resource.RLIMIT_NOFILE)
        taken = socket.socket()
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken.fileno(), most[1]))
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)
            await asyncio.sleep(1.3)  # it tries again each second, and once closed no more
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, most)
            for one in (*waiting, taken):
                one.close()
            server.close()

    asyncio.run(run())
    told = capsys.readouterr().err
    assert told.count("socket.accept() out of system resource") == 1
    assert told.count("Traceback") == 1
