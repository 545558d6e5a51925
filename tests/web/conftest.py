"""An authority of our own, and a folder with certificates it has signed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.certificates import Authority


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def folder(tmp_path: Path, authority: Authority) -> Path:
    authority.sign("server").write(tmp_path, "server")
    authority.sign("prometheus").write(tmp_path, "client")
    (tmp_path / "ca.pem").write_text(authority.certificate)
    return tmp_path
