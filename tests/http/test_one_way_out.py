"""HTTP leaves the program by one room: whoever opens connections elsewhere is found here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.clients import CLIENTS
from tests.over_all import over_all

SRC = Path(__file__).parents[2] / "src" / "cloud_carbon_exporter"
ROOM = "cloud_carbon_exporter.http"
FILES = sorted(path for path in SRC.rglob("*.py") if path.parent != SRC / "http")

OPENERS = {
    "ClientSession",
    "TCPConnector",
    "UnixConnector",
    "PoolManager",
    "ProxyManager",
    "HTTPConnectionPool",
    "HTTPSConnectionPool",
    "HTTPConnection",
    "HTTPSConnection",
    "AsyncClient",
    "AuthorizedSession",
    "AuthorizedHttp",
    "urlopen",
    "build_opener",
    "open_connection",
    "create_connection",
}
"""Names by which Python's libraries open a connection to send something over."""

LIBRARIES = {"requests", "httpx", "httplib2", "http.client", "urllib.request", "urllib3", "socket"}
"""Libraries that do nothing else; web/ takes the class of a listening socket from one."""

SERVERS = {"web.listener": {"socket"}}
FOR_GOOGLES_TOKENS = {"providers.gcp.client.auth": {"urllib3"}}  # google-auth's own adapter
OPENED_BY = {"session", "blocking"}
"""Modules of http/ whose connections go elsewhere; loopback's go to ourselves."""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts)


def names_used(tree: ast.AST) -> Iterator[str]:
    """Every name and attribute, wherever it stands, type annotations left out of sight."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def modules_imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def opening(source: str) -> set[str]:
    """What a module's text opens connections with."""
    tree = ast.parse(source)
    return OPENERS & set(names_used(tree)) | LIBRARIES & set(modules_imported(tree))


@pytest.mark.slow
@over_all("path", FILES, ids=module_of)
def test_nobody_else_opens_a_connection(path: Path) -> None:
    module = module_of(path)
    allowed = SERVERS.get(module, set()) | FOR_GOOGLES_TOKENS.get(module, set())
    assert opening(path.read_text(encoding="utf-8")) <= allowed


@pytest.mark.parametrize(
    "source",
    [
        "import aiohttp\nsession = aiohttp.ClientSession()",
        "async def f():\n    from aiohttp import ClientSession as Mine\n    return Mine()",
        "import requests",
        "from urllib.request import urlopen",
        "import urllib.request as way_out",
        "import http.client",
        "import asyncio\nasync def f():\n    await asyncio.open_connection('a', 1)",
    ],
)
def test_a_sixth_stack_would_be_found(source: str) -> None:
    assert opening(source)


@pytest.mark.slow
def test_every_module_that_opens_a_session_is_asked_in_the_test_of_every_client() -> None:
    listed: set[str] = set()
    for client in CLIENTS:
        listed.update(client.modules)
    openers = {f"{ROOM}.{name}" for name in OPENED_BY}
    for path in FILES:
        imported = set(modules_imported(ast.parse(path.read_text(encoding="utf-8"))))
        if openers & imported:
            assert module_of(path) in listed, "give it a row in tests/http/clients.py"
