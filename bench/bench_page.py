"""The page, of estates of several sizes: its first paint, when it is drawn, and what travels.

    python -m bench.bench_page [resources ...]

Prints figures; asserts nothing. Needs Chromium.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from shutil import which

from playwright.async_api import Page, Response, async_playwright

SIZES = (0, 200, 10_000, 100_000)
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


def ready(url: str) -> bool:
    """Whether the first collection is over, and the past of the demo is there."""
    try:
        with (
            urllib.request.urlopen(f"{url}readyz"),
            urllib.request.urlopen(f"{url}api/v1/trend?range=24h") as trend,
        ):
            return bool(json.load(trend)["start"])
    except urllib.error.HTTPError:
        return False


async def look(page: Page, url: str) -> str:
    """One visit, in a line."""
    sizes: defaultdict[str, int] = defaultdict(int)
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        answers.append(answer)

    page.on("response", heard)
    began = time.perf_counter()
    await page.goto(url)
    await page.wait_for_selector("body[data-drawn]", timeout=60_000)
    drawn = time.perf_counter() - began
    painted = await page.evaluate(PAINTED) / 1000
    for answer in answers:
        path = answer.url.removeprefix(url).partition("?")[0]
        name = path.removeprefix("api/v1/") if path.startswith("api/") else "page"
        size = await answer.request.sizes()
        sizes[name] += size["responseBodySize"]
    told = ", ".join(f"{name} {size / 1000:.1f}" for name, size in sorted(sizes.items()))
    return f"first paint {painted:.2f} s, drawn {drawn:.2f} s, kB on the way: {told}"


async def visit(url: str) -> str:
    """One visit of a new browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=which("chromium"), args=["--no-sandbox"]
        )
        try:
            return await look(await browser.new_page(), url)
        finally:
            await browser.close()


def measured(resources: int) -> str:
    """The program itself with an estate of so many resources, visited once it is ready."""
    flags = ["-demo.enabled", f"-demo.resources={resources}", "-metrics.tags=team,env"]
    command = [sys.executable, "-m", "cloud_carbon_exporter", *flags, "-listen=127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        line = next(line for line in program.stderr if "listening on" in line)
        url = re.findall(r"http://[\w.:]+/", line)[0]
        try:
            while not ready(url):
                time.sleep(0.5)
            return asyncio.run(visit(url))
        finally:
            program.terminate()
            program.stderr.read()


def main() -> None:
    """Print a line an estate."""
    for resources in list(map(int, sys.argv[1:])) or SIZES:
        print(f"{resources:,} resources: {measured(resources)}")


if __name__ == "__main__":
    main()
