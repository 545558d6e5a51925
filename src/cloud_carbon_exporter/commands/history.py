"""`history`: what a bill of the past drew and emitted, from an export of it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from cloud_carbon_exporter.config import Invocation
from cloud_carbon_exporter.config import history_flags as flags
from cloud_carbon_exporter.config.flag import Values
from cloud_carbon_exporter.errors import ConfigError

EXTRA = (
    "history reads bills with libraries that are not installed: "
    "pip install 'cloud-carbon-exporter[history]'"
)
_LIBRARIES = ("ibis", "duckdb", "pyarrow", "pandas", "numpy", "sqlglot")
"""Libraries of the extra: all else of the exporter goes without them."""


def run(invocation: Invocation) -> int:
    """Print or write the history of a bill. Raises ConfigError for one that cannot be read."""
    options = invocation.settings.options
    _check_engine(options)
    if not options[flags.BILL] and not options[flags.ENGINE_TABLE]:
        raise ConfigError(f"-{flags.BILL.name}: say which bill, a file or a folder")
    if options[flags.TO] == "parquet" and not options[flags.OUTPUT]:
        raise ConfigError(f"-{flags.TO.name}: Parquet needs a file: say -{flags.OUTPUT.name}")
    if options[flags.OUTPUT] and _is_the_bill(options):
        raise ConfigError(f"-{flags.OUTPUT.name}: is the bill itself")
    try:
        import_module("cloud_carbon_exporter.bills.history")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        raise ConfigError(EXTRA) from None
    from cloud_carbon_exporter.commands.history_answer import answer

    answer(options)
    return 0


def _check_engine(options: Values) -> None:
    """Raise ConfigError where a table is named for nobody, or beside a file."""
    table = f"-{flags.ENGINE_TABLE.name}"
    if not options[flags.ENGINE_TABLE]:
        return
    if options[flags.ENGINE] == "duckdb":
        raise ConfigError(f"{table}: say which -{flags.ENGINE.name} has it")
    if options[flags.BILL]:
        raise ConfigError(f"{table}: -{flags.BILL.name} is another bill: say one of them")


def _is_the_bill(options: Values) -> bool:
    return Path(options[flags.OUTPUT]).resolve() == Path(options[flags.BILL]).resolve()
