"""Generated documents are true, and say what there is to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloud_carbon_exporter.config.flags import FLAGS
from cloud_carbon_exporter.config.target_keys import KEYS
from cloud_carbon_exporter.documents import generated
from cloud_carbon_exporter.documents.generated import pages
from cloud_carbon_exporter.exposition import FAMILIES, UPSTREAM
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.service.loading import provider

PAGES = pages()
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_in_the_repository_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "stale: run scripts/docs"


def test_every_flag_key_family_kind_and_permission_has_its_line() -> None:
    for flag in FLAGS:
        assert f"`-{flag.name}`" in PAGES["FLAGS.md"]
    for key in KEYS:
        assert f"| `{key.name}` |" in PAGES["FLAGS.md"]
    for family in (*FAMILIES, *UPSTREAM):
        assert f"| `{family.name}` | {family.type} |" in PAGES["METRICS.md"]
    for name in REAL_CLOUDS:
        for service in provider(name).services:
            assert f"| `{service.kind}` |" in PAGES["SERVICES.md"]
            for permission in (*service.permissions, *service.listing.permissions):
                assert f"| `{permission}` |" in PAGES["PERMISSIONS.md"]


def test_tables_have_as_many_cells_in_every_row() -> None:
    for name, text in PAGES.items():
        for table in text.split("\n\n"):
            rows = [line.replace("\\|", "") for line in table.splitlines() if line.startswith("|")]
            assert len({row.count("|") for row in rows}) <= 1, name


def test_pages_are_written_where_asked_and_checked_without_writing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generated.main([], tmp_path) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(generated.pages())
    assert generated.main(["--check"], tmp_path) == 0
    (tmp_path / "FLAGS.md").write_text("stale")
    assert generated.main(["--check"], tmp_path) == 1
    assert (tmp_path / "FLAGS.md").read_text() == "stale"
    assert "stale, run scripts/docs" in capsys.readouterr().out
