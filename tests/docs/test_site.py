"""The site of the documents: every page is reached, and a reader's browser asks nobody else."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]


def pages(nav: list[Any]) -> Iterator[str]:
    """Files of a navigation, whatever they are nested in."""
    for entry in nav:
        if isinstance(entry, str):
            yield entry
            continue
        for inner in entry.values():
            yield from pages(inner) if isinstance(inner, list) else (inner,)


def test_every_page_stands_in_the_navigation() -> None:
    docs = ROOT / "docs"
    written = {str(path.relative_to(docs)) for path in docs.rglob("*.md")}
    assert sorted(pages(CONFIG["nav"])) == sorted(written)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built from a copy: what lies in the checkout stays as it is."""
    copy = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", copy / "docs")
    for name in ("zensical.toml", "CHANGELOG.md"):
        shutil.copy(ROOT / name, copy / name)
    program = Path(sys.executable).with_name("zensical")
    done = subprocess.run(
        [program, "build", "--strict"], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return copy / "site"


@pytest.mark.browser
@pytest.mark.parametrize("page", ["", "METRICS/", "contributing/"])
def test_a_page_fetches_nothing_from_elsewhere(site: Path, page: str) -> None:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home = f"http://127.0.0.1:{server.server_address[1]}/"
        asked: list[str] = []
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
            )
            tab = browser.new_page()
            tab.on("request", lambda request: asked.append(request.url))
            tab.goto(home + page, wait_until="networkidle")
            browser.close()
        server.shutdown()
    assert len(asked) > 3
    assert [url for url in asked if not re.match(rf"{home}|data:", url)] == []
