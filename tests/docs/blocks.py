"""What a reader of the documents can copy: fenced and indented blocks, and code within a line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = {"FLAGS.md", "METRICS.md", "PERMISSIONS.md", "SERVICES.md"}
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.name not in GENERATED),
]

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)(?P<rest>[^\n`]*)\n(?P<text>.*?)^ *```$", re.M | re.S
)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SHELLS = {"bash", "sh", "shell", "console"}
_PROGRAMS = re.compile(
    r"^(\$ )?(sudo )?(\./|scripts/|\.venv/bin/|cloud-carbon-exporter\b|curl |pip |pipx |uvx |"
    r"export |gcloud |aws |scw |"
    r"kubectl |helm |docker |cosign |nomad |cp |promtool |prometheus |systemctl |python3? |"
    r"git |eval |[A-Z_]+=\S+ )"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block: where it stands, the language it says it is in, and its text."""

    page: str
    line: int
    language: str
    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def kind(self) -> str:
        """What a reader takes it for: its language, or what it looks like."""
        if self.language:
            return "commands" if self.language in _SHELLS else self.language
        looks = {
            "commands": _PROGRAMS.match(self.text),
            "flags": re.match(r"-[a-z]", self.text),
            "json": re.match(r"\{\"", self.text),
            "samples": re.match(r"cloud_carbon_\w+\{", self.text),
            "grid": re.match(r"zone,", self.text),
            "yaml": re.match(r"\w+:(\s|$)|- \{", self.text),
        }
        return next((kind for kind, match in looks.items() if match), "unknown")

    @property
    def commands(self) -> list[str]:
        """Its lines, those that go on joined, without comments of their own and the prompt."""
        lines = re.sub(r"\\\n\s*", "", self.text).splitlines()
        return [
            line.removeprefix("$ ").strip()
            for line in lines
            if line.strip() and not line.startswith("#")
        ]


def blocks() -> list[Block]:
    """All blocks of all pages, in order."""
    return [block for page in PAGES for block in (*fenced(page), *_indented(page))]


def spans() -> Iterator[tuple[str, str]]:
    """Page and text of all code within lines."""
    for page in PAGES:
        for span in _CODE.finditer(_FENCE.sub("", page.read_text(encoding="utf-8"))):
            yield _name(page), span[1]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def fenced(page: Path) -> Iterator[Block]:
    """Blocks of a page between fences."""
    text = page.read_text(encoding="utf-8")
    for fence in _FENCE.finditer(text):
        line = text.count("\n", 0, fence.start()) + 1
        yield Block(
            _name(page),
            line,
            fence["language"],
            fence["rest"].strip(),
            textwrap.dedent(fence["text"]),
        )


def _indented(page: Path) -> Iterator[Block]:
    text = _FENCE.sub(lambda fence: "\n" * fence[0].count("\n"), page.read_text(encoding="utf-8"))
    lines = ["", *text.splitlines(), ""]
    begins = [
        number
        for number, (above, line) in enumerate(pairwise(lines), 1)
        if not above.strip() and line.startswith("    ")
    ]
    for begin in begins:
        end = next(
            number for number in range(begin, len(lines)) if not lines[number].startswith("    ")
        )
        yield Block(_name(page), begin, "", "", textwrap.dedent("\n".join(lines[begin:end])))
