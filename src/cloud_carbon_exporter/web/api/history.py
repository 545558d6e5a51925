"""/api/v1/history: sums of the past by label and step, as JSON or CSV; or the page's trend."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial

from aiohttp import web

from cloud_carbon_exporter.exposition.csv_text import csv_text
from cloud_carbon_exporter.history.columns import AMOUNTS, TIMES, cells, column_names
from cloud_carbon_exporter.history.query import Query, Summed
from cloud_carbon_exporter.history.reader import TooManySums
from cloud_carbon_exporter.web.api.answers import error_answer, json_answer, text_answer
from cloud_carbon_exporter.web.api.history_query import HistoryQuery, parse_history
from cloud_carbon_exporter.web.api.json_objects import JsonObject
from cloud_carbon_exporter.web.api.resource_query import BadQuery
from cloud_carbon_exporter.web.settings import SERVING
from cloud_carbon_exporter.web.trend import TREND

Remembered = Callable[[Query], Iterable[Summed]]
"""What answers a query of the history."""


@dataclass
class History:
    """What answers queries of the history, one at a time: each may take a hundred megabytes.

    thread: a query whose answer nobody waits for any more still goes on in it.
    """

    remembered: Remembered
    thread: Executor = field(default_factory=partial(ThreadPoolExecutor, 1, "history-queries"))

    async def text(self, asked: HistoryQuery) -> str:
        """The answer. Raises what `remembered` does."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, _text, self.remembered, asked)


HISTORY: web.AppKey[History] = web.AppKey("history")


def nothing_remembered(query: Query) -> Iterable[Summed]:
    """Where no history is kept."""
    return ()


def unreadable(error: sqlite3.Error | TimeoutError) -> web.Response:
    """The answer where the history does not answer: it is busy, or its disk fails."""
    if isinstance(error, TimeoutError):
        return error_answer(503, "the history is busy for too long; ask again in a minute")
    return error_answer(503, f"the history cannot be read now: {error}")


async def history_answer(request: web.Request) -> web.Response:
    """The sums that are asked for; without any parameter, the trend of the totals."""
    if not request.query:
        return json_answer(dict(request.app[TREND].columns()))
    tags, history = request.app[SERVING].settings.exposition.tags, request.app[HISTORY]
    try:
        asked = parse_history(request.query, tags, time.time())
        text = await history.text(asked)
    except BadQuery as bad:
        return error_answer(400, str(bad), bad.parameter)
    except TooManySums as many:
        return error_answer(400, str(many), "step")
    except (sqlite3.Error, TimeoutError) as error:
        return unreadable(error)
    return text_answer(text, "text/csv" if asked.form == "csv" else "application/json")


def _text(remembered: Remembered, asked: HistoryQuery) -> str:
    rows = remembered(asked.query)
    if asked.form == "csv":
        return history_csv(rows, asked.by)
    return history_json(rows, asked)


def history_json(rows: Iterable[Summed], asked: HistoryQuery) -> str:
    """The sums as JSON: each with its bounds and basis."""
    said: JsonObject = {
        "since": asked.query.since,
        "until": asked.query.until,
        "by": list(asked.by),
        "step": asked.query.step,
    }
    # a row at a time, as tens of thousands of sums take ten times the room of their text
    sums = ", ".join([json.dumps(_object(row, asked.by)) for row in rows])
    return f'{json.dumps(said)[:-1]}, "sums": [{sums}]}}'


def _object(row: Summed, by: Sequence[str]) -> JsonObject:
    amounts = {name: asdict(amount(row).estimate) for name, amount in AMOUNTS.items()}
    times = dict(zip(TIMES, (row.start, row.end, row.seconds), strict=True))
    return {**times, "labels": dict(zip(by, row.labels, strict=True)), **amounts}


def history_csv(rows: Iterable[Summed], by: Sequence[str]) -> str:
    """The sums as CSV, a row each; units in the names of the columns."""
    return csv_text([column_names(by), *[cells(row, by) for row in rows]])
