"""Out of memory: one line says so and the program ends, before half of it goes on without the rest.

Under a limit of the process (ulimit -v, LimitAS= of systemd) Python raises MemoryError wherever the
next object was to be made: in the handler of another error, in a thread that others wait for. What
is kept is whole all the same: files of state take their name when they are complete, and a
transaction of the history is there or not. A limit of a container ends the program without a word.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import resource
import sys
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import TextIO

RESERVE_BYTES = 16 << 20
"""Who can have so much yet is not out of memory: one thing was too large, and the rest goes on.

The stack of a thread, of 8 MiB, lies within.
"""

_NO_THREAD = "can't start new thread"  # CPython's _threadmodule.c

# CPython 3.11 takes the innermost step of an error's way out again and again while it lacks the 32
# bytes for it (exception_unwind in its ceval.c), and no other thread has its turn.
STUCK_SECONDS = 30.0
_PULSE_SECONDS = 5.0

_M_ARENA_MAX = -8  # malloc.h of glibc

_SAID = (
    b"cloud-carbon-exporter: out of memory, so it ends; what was counted is kept as far as the "
    b"state file was saved. Raise the limit (ulimit -v, LimitAS=), or make the estate smaller: "
    b"-metrics.aggregate=account,region,kind, -exclude, or -shard over several copies\n"
)


def end_if_out_of_memory(error: BaseException | None) -> None:
    """End the process where an error is of memory, and memory is really gone."""
    if not _is_of_memory(error):
        return
    try:
        bytearray(RESERVE_BYTES)
    except MemoryError:
        _end()


def _is_of_memory(error: BaseException | None) -> bool:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    # a thread that cannot be started lacks the memory of its stack, most often
    return isinstance(error, MemoryError) or str(error) == _NO_THREAD


def _end() -> None:
    # neither needs memory, nor a lock that a thread without any may hold
    os.write(2, _SAID)
    os._exit(1)


class StderrHandler(logging.StreamHandler[TextIO]):
    """Handler of the log that ends the program instead of telling of a MemoryError."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Tell all others."""
        end_if_out_of_memory(record.exc_info[1] if record.exc_info else None)
        return super().handle(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line, if there is memory for it."""
        try:
            return super().format(record)
        except MemoryError as error:
            end_if_out_of_memory(error)
            raise


def look_out() -> None:
    """From now on, errors that nobody catches, or may catch, end the program if they are of memory.

    Python hands them to these hooks: of the main thread, of others, of finalizers.
    """
    of_main, of_threads, of_finalizers = sys.excepthook, threading.excepthook, sys.unraisablehook

    def main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        # it ends in any case, though on its way here it may have given back enough to go on
        if _is_of_memory(error):
            _end()
        of_main(kind, error, trace)

    def thread(arguments: threading.ExceptHookArgs) -> None:
        end_if_out_of_memory(arguments.exc_value)
        of_threads(arguments)

    def finalizer(arguments: sys.UnraisableHookArgs) -> None:
        end_if_out_of_memory(arguments.exc_value)
        of_finalizers(arguments)

    sys.excepthook, threading.excepthook, sys.unraisablehook = main, thread, finalizer
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        _share_arenas()
        threading.Thread(target=_show_life, name="life", daemon=True).start()


def _share_arenas() -> None:
    """Let all threads have their memory of two arenas.

    glibc would reserve 64 MiB for each thread, up to eight times the processors, and what is only
    reserved counts to the limit of a process as well.
    """
    import ctypes  # seldom needed, and some milliseconds

    with suppress(OSError, AttributeError):  # another C library has neither arenas nor mallopt
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _show_life() -> None:
    """Hold off, again and again, a thread of faulthandler's, which needs no interpreter to end it.

    Not without a limit: a process that is halted for longer, and goes on, would end as well.
    """
    while True:
        with suppress(RuntimeError):  # its thread could not be started this time
            faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
        time.sleep(_PULSE_SECONDS)
