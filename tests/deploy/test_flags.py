"""Every flag and variable that a file to deploy with names is one of the program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cloud_carbon_exporter.config.flags import FLAGS
from tests.deploy.files import DEPLOY, ROOT

FILES = [
    path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix not in (".json", ".pyc")
]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
KNOWN = {name for flag in FLAGS for name in flag.names}
FAMILIES = {name.partition(".")[0] for name in KNOWN if "." in name}
DOTTED = re.compile(r"(?<![\w./-])-([a-z]+\.[a-z-]+(?:\.[a-z-]+)*)(?![\w*])")


def named(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for path in (*FILES, *WORKFLOWS):
        for name in pattern.findall(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), name


def test_flags_are_flags_of_the_program() -> None:
    flags = {(path, name) for path, name in named(DOTTED) if name.partition(".")[0] in FAMILIES}
    assert {"config.file", "state.file", "web.config.file", "collect.mode", "demo.enabled"} <= {
        name for _, name in flags
    }
    assert {(path, name) for path, name in flags if name not in KNOWN} == set()


def test_flags_of_one_word_are_flags_of_the_program() -> None:
    flags = {name for _, name in named(re.compile(r"(?<![\w./-])-(shard|listen)="))}
    assert flags == {"shard", "listen"} and flags <= KNOWN


def test_variables_are_variables_of_the_program() -> None:
    variables = {name for flag in FLAGS for name in flag.variables}
    told = {(path, name) for path, name in named(re.compile(r"\bCLOUD_CARBON_[A-Z_]+[A-Z]\b"))}
    assert len(told) >= 5
    assert {(path, name) for path, name in told if name not in variables} == set()
