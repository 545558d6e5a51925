"""The files of the page: small, licensed, served with their types, sent once."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tests.exposition import estate
from tests.web.serving import held, served

STATIC = resources.files("cloud_carbon_exporter.web") / "static"
TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def test_the_whole_page_is_small() -> None:
    assert sum(len(file.read_bytes()) for file in STATIC.iterdir()) < 150_000


async def test_it_travels_compressed() -> None:
    sent = 0
    async with served(held(estate.SNAPSHOT)) as client:
        for file in STATIC.iterdir():
            path = "/" if file.name == "index.html" else f"/static/{file.name}"
            headers = {"Accept-Encoding": "gzip"}
            async with client.get(path, headers=headers, auto_decompress=False) as response:
                assert response.headers["Content-Encoding"] == "gzip"
                assert response.headers["Vary"] == "Accept-Encoding"
                sent += len(await response.read())
    assert sent < 60_000


async def test_each_file_is_served_with_its_type_and_sent_once() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        for file in STATIC.iterdir():
            path = "/" if file.name == "index.html" else f"/static/{file.name}"
            async with client.get(path) as response:
                assert response.status == 200
                if file.name != "index.html":  # the totals are put in
                    assert await response.read() == file.read_bytes()
                assert response.content_type == TYPES[Path(file.name).suffix]
                tag = response.headers["ETag"]
            async with client.get(path, headers={"If-None-Match": tag}) as response:
                assert response.status == 304
            async with client.get(path, headers={"If-None-Match": '"another"'}) as response:
                assert response.status == 200


async def test_no_other_file_is_served() -> None:
    async with served(held(estate.SNAPSHOT)) as client:
        for path in (
            "/static/",
            "/static/index.html",
            "/static/../app.py",
            "/static/%2e%2e/app.py",
            "/static/app.py",
        ):
            async with client.get(path) as response:
                assert response.status == 404
