"""Google on loopback for one bill: a token, objects of a bucket in parts, and a query."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.fakes.gcp_auth import Tokens

PAGE = 2
FORBIDDEN = {
    "error": {"code": 403, "message": "no access", "errors": [{"reason": "forbidden"}]},
}


@dataclass
class Google:
    """What the fake holds and was asked. refuses: parts of paths that are forbidden."""

    objects: dict[str, bytes] = field(default_factory=dict)
    answers: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    refuses: str = ""
    url: str = ""

    def environment(self, folder: Path) -> Mapping[str, str]:
        """Where the exporter finds it, and a key that opens it."""
        key = Tokens("shop").service_account(self.url, folder / "key.json")
        overrides = {
            f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}": self.url for api in ("STORAGE", "BIGQUERY")
        }
        return {**overrides, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}

    def listed(self, query: Mapping[str, list[str]]) -> dict[str, Any]:
        """A page of the objects below a prefix, as objects.list has it."""
        prefix, first = query["prefix"][0] if "prefix" in query else "", 0
        if "pageToken" in query:
            first = int(query["pageToken"][0])
        names = [name for name in sorted(self.objects) if name.startswith(prefix)]
        page: dict[str, Any] = {}
        if names[first:]:
            page["items"] = [
                {"name": name, "size": str(len(self.objects[name]))}
                for name in names[first : first + PAGE]
            ]
        if names[first + PAGE :]:
            page["nextPageToken"] = str(first + PAGE)
        return page

    def forbids(self, path: str) -> bool:
        return bool(self.refuses) and self.refuses in path

    def part(self, path: str, wanted: str) -> bytes:
        """Bytes of an object, as the header Range has them."""
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        return self.objects[unquote(path.partition("/o/")[2])][first : last + 1]

    @contextmanager
    def running(self) -> Iterator[Google]:
        """The fake on a port of loopback."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(google: Google) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = urlsplit(self.path).path
            if path == "/token":
                self.say(200, json.dumps({"access_token": "t", "expires_in": 3600}).encode())
                return
            google.asked.append((path, json.loads(body)))
            self.answer(path)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            google.asked.append((parts.path, parts.query))
            if google.forbids(parts.path) or not parts.path.startswith("/storage/"):
                self.answer(parts.path)
            elif "/o/" in parts.path:
                self.say(206, google.part(parts.path, self.headers["Range"]))
            else:
                self.say(200, json.dumps(google.listed(parse_qs(parts.query))).encode())

        def answer(self, path: str) -> None:
            if google.forbids(path):
                self.say(403, json.dumps(FORBIDDEN).encode())
            else:
                self.say(200, json.dumps(google.answers.pop(0)).encode())

        def say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
