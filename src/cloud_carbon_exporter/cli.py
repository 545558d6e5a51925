"""Where the program begins: read the configuration, run one command, answer with an exit code.

0: all is well. 1: the command failed, or what it reports holds a failure. 2: the configuration
cannot be followed. Each command is imported when it is run, for `-help` and `estimate` need no web
server and no cloud.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType, ModuleType

from cloud_carbon_exporter.config import Invocation, load
from cloud_carbon_exporter.config.flag import PROGRAM
from cloud_carbon_exporter.errors import ConfigError, ExporterError
from cloud_carbon_exporter.printable import printable

_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code of the program, run with `arguments`; with those of the process when None."""
    _end_when_told()
    _write_whatever_there_is()
    try:
        invocation = load(sys.argv[1:] if arguments is None else arguments, os.environ)
        code = _run(invocation)
        sys.stdout.flush()
        return code
    except ConfigError as error:
        return _fail(error, 2)
    except ExporterError as error:
        return _fail(error, 1)
    except BrokenPipeError:  # the reader has seen enough
        _write_no_more()
        return 0
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _write_no_more()
        return _fail(ExporterError(f"the output cannot be written: {error.strerror}"), 1)
    except KeyboardInterrupt:
        return 130


def _end_when_told() -> None:
    """SIGTERM ends the program while it loads as well: Linux keeps it from a process 1 without."""
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, _end)


def _write_whatever_there_is() -> None:
    """A name in letters that the terminal does not have (LANG=C) is shown as escapes, not fatal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _write_no_more() -> None:
    """What is still to be written at the end of the process goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: Exception, code: int) -> int:
    sys.stderr.write(f"{PROGRAM}: {printable(' '.join(str(error).split()))}\n")
    return code


def _run(invocation: Invocation) -> int:
    """Run the module of the command's own name; help and version are one each."""
    name = invocation.wants.removesuffix(" all") or invocation.command
    module = _imported(f"cloud_carbon_exporter.commands.{name}")
    run: Callable[[Invocation], int] = module.run
    return run(invocation)


def _imported(name: str) -> ModuleType:
    """Module of that name, imported without a look for garbage.

    A module is no garbage as long as the program lives: looking at what 800 of them hold, again and
    again, takes a fifth of the time of a start. What they hold is set aside for good.
    """
    if name in sys.modules:
        return sys.modules[name]
    looks = gc.isenabled()
    gc.disable()
    try:
        module = import_module(name)
        gc.freeze()
    finally:
        if looks:
            gc.enable()
    return module
