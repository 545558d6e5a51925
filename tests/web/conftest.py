"""An authority of our own, a folder with certificates it has signed, a browser, and a demo."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from tests.web.certificates import Authority

from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.api.history import Remembered

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    authority.sign("server").write(tmp_path, "server")
    authority.sign("prometheus").write(tmp_path, "client")
    (tmp_path / "ca.pem").write_text(authority.certificate)
    return tmp_path


# Playwright is imported by those alone that drive a browser: most tests of the room do not.
@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    from tests.web.browsing import browser

    async with browser() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> Snapshot:
    from tests.web.browsing import demo_snapshot

    return await demo_snapshot()


@pytest.fixture(scope="module")
def past(demo: Snapshot) -> Remembered:
    from tests.web.browsing import demo_past

    return demo_past(demo)
