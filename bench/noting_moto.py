"""moto's server for benchmarks: it writes a line for each answer, as soon as that is ready.

python -m bench.noting_moto
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/([^/]+)/([^/]+)/")
_ACTION = re.compile(rb"(?:^|&)Action=(\w+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of moto: what was asked where, when it was ready, and how long it took."""

    operation: str
    region: str
    at: float
    seconds: float


def serve() -> None:
    """moto's server, which writes a line for each answer."""
    from moto import server
    from tests.fakes import moto_server

    make = server.DomainDispatcherApplication

    def noting(*arguments: Any) -> Callable[..., Iterable[bytes]]:
        application = make(*arguments)

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            began = time.time()
            answered: Iterable[bytes] = application(environ, start_response)
            now = time.time()
            line = json.dumps([*_asked(environ, body), now, now - began])
            os.write(1, f"{line}\n".encode())  # whole, as many threads answer
            return answered

        return answer

    server.DomainDispatcherApplication = noting
    sys.argv = [sys.argv[0], "-H", "127.0.0.1", "-p", "0"]
    moto_server.main()


def _asked(environ: Mapping[str, Any], body: bytes) -> tuple[str, str]:
    """Operation, after its service, and region of a request."""
    scope = _SCOPE.search(str(environ.get("HTTP_AUTHORIZATION", "")))
    region, service = scope.groups() if scope else ("", "")
    action = _ACTION.search(body)
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    name = action[1].decode() if action else target or str(environ["PATH_INFO"])
    if service == "s3":  # moto does not tell the region of a bucket: each is asked for its own
        name = "ListBuckets"
    return f"{service} {name}", region


if __name__ == "__main__":
    serve()
