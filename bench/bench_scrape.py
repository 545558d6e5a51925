"""Seconds of a scrape: p50 and p99, idle beside a bare server, and during a refresh.

    python -m bench.bench_scrape [resources ...]

Application and bare servers run in processes of their own and are asked in turn, so that what else
the machine does befalls all; the client reads the whole gzip body from a raw socket. One bare
server is a socket and nothing else, the other aiohttp with one handler; both send bytes by chance,
as many. Zeros would not do: the kernel has one page of them for all, so that they are copied out of
the processor's own cache. The ratio is the median of some rounds, as the slowest of one is chance.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import socket
import sys
import time
from collections.abc import Sequence
from itertools import chain
from multiprocessing.connection import Connection
from statistics import median

from aiohttp import web

from bench.bench_exposition import SETTINGS, snapshot
from cloud_carbon_exporter.collect import interpreter
from cloud_carbon_exporter.exposition import Exposition, Renderer
from cloud_carbon_exporter.model.snapshot import Snapshot
from cloud_carbon_exporter.web.app import make_app
from cloud_carbon_exporter.web.listener import start
from cloud_carbon_exporter.web.settings import WebSettings

REQUEST = b"GET /metrics HTTP/1.1\r\nHost: bench\r\nAccept-Encoding: gzip\r\n\r\n"
SCRAPES = 200
IN_TURN = 10
ROUNDS = 5
SCRAPES_A_ROUND = 60


class Held:
    """Collector that holds two Snapshots, no number alike, and renders them in turn when told."""

    def __init__(self, first: Snapshot, other: Snapshot) -> None:
        """Render the first."""
        self.snapshot, self.next = first, other
        self.renderer = Renderer(SETTINGS)
        self.exposition: Exposition = self.renderer(first)

    @property
    def progress(self) -> str:
        """All is collected."""
        return ""

    async def collect_for_scrape(self, timeout_seconds: float) -> None:
        """Nothing to collect."""

    async def refresh(self) -> None:
        """Render off the loop and swap, as a refresh does."""
        self.snapshot, self.next = self.next, self.snapshot
        self.exposition = await asyncio.to_thread(self.renderer, self.snapshot)


async def _serve(resources: int, pipe: Connection) -> None:
    interpreter.prepare()
    held = Held(snapshot(resources, 1), snapshot(resources, 2))
    runner = await start(make_app(WebSettings(exposition=SETTINGS), held), "127.0.0.1", 0)
    pipe.send(runner.addresses[0][1])
    refreshing = False
    while True:
        if pipe.poll():
            told = pipe.recv()
            if told == "stop":
                break
            refreshing = told == "refresh"
        await (held.refresh() if refreshing else asyncio.sleep(0.05))
    await runner.cleanup()


def serve(resources: int, pipe: Connection) -> None:
    """The process of the application."""
    asyncio.run(_serve(resources, pipe))


def scrape(connection: socket.socket, buffer: bytearray) -> int:
    """One scrape over a kept connection; the length of header and body."""
    connection.sendall(REQUEST)
    view, held = memoryview(buffer), 0
    while (end := buffer.find(b"\r\n\r\n", 0, held)) < 0:
        held += connection.recv_into(view[held:])
    head = bytes(buffer[:end]).lower()
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0]) + end + 4
    while held < length:
        held += connection.recv_into(view[held:])
    return held


def timed(port: int, size: int, scrapes: int) -> tuple[list[float], int]:
    """Milliseconds of each scrape, ascending, and the bytes of the last."""
    buffer = bytearray(size)
    times = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        scrape(connection, buffer)
        for _ in range(scrapes):
            begun = time.perf_counter()
            length = scrape(connection, buffer)
            times.append((time.perf_counter() - begun) * 1e3)
    return sorted(times), length


def serve_bare(length: int, pipe: Connection) -> None:
    """The process of a server that answers everything with the same bytes and no more."""
    body = os.urandom(length)
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pipe.send(listener.getsockname()[1])
        while True:
            connection, _ = listener.accept()
            with connection:
                while connection.recv(65536):
                    connection.sendall(answer)


def serve_aiohttp(length: int, pipe: Connection) -> None:
    """The process of an aiohttp server that answers everything with the same bytes."""
    asyncio.run(_serve_aiohttp(os.urandom(length), pipe))


async def _serve_aiohttp(body: bytes, pipe: Connection) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    app = web.Application()
    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    pipe.send(runner.addresses[0][1])
    await asyncio.Event().wait()


def in_turn(ports: Sequence[int], size: int, scrapes: int) -> list[list[float]]:
    """Milliseconds of so many scrapes of each, ascending; asked in turn, a few at a time."""
    times: list[list[float]] = [[] for _ in ports]
    for _ in range(scrapes // IN_TURN):
        for rank, port in enumerate(ports):
            times[rank] += timed(port, size, IN_TURN)[0]
    return [sorted(of_port) for of_port in times]


def show(what: str, times: list[float]) -> None:
    """Print p50 and p99."""
    print(f"  {what}: p50 {_at(times, 50):.2f} ms, p99 {_at(times, 99):.2f} ms")


def compare(rounds: Sequence[Sequence[Sequence[float]]]) -> None:
    """Print the figures of the application, of both bare servers, and the ratios to them."""
    names = ("idle", "bare server of the same bytes", "bare aiohttp of the same bytes")
    for rank, name in enumerate(names):
        show(name, sorted(chain.from_iterable(of_round[rank] for of_round in rounds)))
    for rank, name in enumerate(names[1:], 1):
        ratios: list[str] = []
        for hundredth in (50, 99):
            ratio = median(_at(each[0], hundredth) / _at(each[rank], hundredth) for each in rounds)
            ratios.append(f"p{hundredth} over p{hundredth} {ratio:.2f}")
        print(f"  beside the {name}: {', '.join(ratios)}")


def _at(times: Sequence[float], hundredth: int) -> float:
    return times[min(len(times) - 1, len(times) * hundredth // 100)]


def measure(resources: int) -> None:
    """Idle, during refreshes, and the bare server."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve, args=(resources, theirs), daemon=True)
    process.start()
    port, size = ours.recv(), 1000 * resources + (1 << 20)
    length = timed(port, size, 1)[1]
    print(f"{resources} resources, {length / 1e6:.2f} MB compressed")
    ports, bare = [port], []
    for target in (serve_bare, serve_aiohttp):
        bare_ours, bare_theirs = multiprocessing.Pipe()
        bare.append(context.Process(target=target, args=(length, bare_theirs), daemon=True))
        bare[-1].start()
        ports.append(bare_ours.recv())
    compare([in_turn(ports, size, SCRAPES_A_ROUND) for _ in range(ROUNDS)])
    for each in bare:
        each.terminate()
    ours.send("refresh")
    show("during refreshes", timed(port, size, SCRAPES)[0])
    ours.send("stop")
    process.join()


if __name__ == "__main__":
    for count in [int(argument) for argument in sys.argv[1:]] or [10_000, 100_000]:
        measure(count)
