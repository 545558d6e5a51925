"""moto's server, with what it works out anew for each request worked out once.

moto looks through all of botocore's models for each call of a service it does not know, through its
own folders for every call, and writes a line for each: two thirds of its CPU, measured on the 2,600
calls of a first collection. What it answers is untouched.

    python -m tests.fakes.moto_server -H 127.0.0.1 -p 0
"""

from __future__ import annotations

from functools import cache

from moto import backends, server
from moto.core import utils
from moto.moto_server.werkzeug_app import MotoRequestHandler


def main() -> None:
    folders = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: folders
    utils.create_loader = cache(utils.create_loader)
    MotoRequestHandler.log_request = lambda *_: None
    server.main()


if __name__ == "__main__":
    main()
