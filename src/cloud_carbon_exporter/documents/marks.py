"""Part of a page that a program writes, between two marks a reader does not see."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks around what is written: HTML comments, alone on their lines."""

    begin: str
    end: str

    def written(self, page: str, content: str) -> str:
        """Page with the content between the marks. Raises ValueError where a mark is missing."""
        head, begun, rest = page.partition(self.begin)
        _, ended, tail = rest.partition(self.end)
        if not begun or not ended:
            raise ValueError(f"no marks {self.begin} ... {self.end} in the page")
        return f"{head}{self.begin}\n\n{content}\n\n{self.end}{tail}"

    def content(self, page: str) -> str:
        """What stands between the marks; empty where a mark is missing."""
        return page.partition(self.begin)[2].partition(self.end)[0].strip("\n")
