"""Columns of an export, by whatever spelling: CUR alone has three, and engines lower the letters.

"lineItem/UsageType", "line_item_usage_type" and "LINE_ITEM_USAGE_TYPE" are one column; so are
"service.description", "service_description" and the field `description` of a struct `service`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import ibis

_MARKS = re.compile(r"[^a-z0-9]")
# BigQuery writes " UTC" behind a moment in a CSV, others "Z"; all exports are in UTC.
_ZONES = (" UTC", "Z")


def key_of(name: str) -> str:
    """Name of a column without capitals and marks."""
    return _MARKS.sub("", name.lower())


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of one table, by the key of their name; fields of structs among them."""

    by_key: Mapping[str, ibis.Value]

    @classmethod
    def of(cls, table: ibis.Table) -> Columns:
        """Columns of a table."""
        by_key: dict[str, ibis.Value] = {}
        for name, dtype in table.schema().items():
            if dtype.is_struct():
                for field in dtype.names:
                    by_key[key_of(f"{name}.{field}")] = table[name][field]
            by_key[key_of(name)] = table[name]
        return cls(by_key)

    def has(self, name: str) -> bool:
        """Whether there is a column of that name."""
        return key_of(name) in self.by_key

    def missing(self, names: Iterable[str]) -> list[str]:
        """Those of the names that no column has. "a|b" is had where one of them is."""
        return [name for name in names if not any(map(self.has, name.split("|")))]

    def text(self, *names: str) -> ibis.Value:
        """First text that is not empty among columns; empty where none has any."""
        texts = [value.cast("string").nullif("") for value in self._values(names)]
        return ibis.coalesce(*texts, "") if texts else ibis.literal("")

    def number(self, *names: str) -> ibis.Value:
        """First number among columns; null where none holds one."""
        numbers = [value.try_cast("float64") for value in self._values(names)]
        return ibis.coalesce(*numbers) if numbers else ibis.null("float64")

    def unreadable(self, *names: str) -> ibis.Value:
        """Whether columns tell something, and none of it is a number."""
        texts = [value for value in self._values(names) if value.type().is_string()]
        if not texts:
            return ibis.literal(False)
        told = ibis.coalesce(*(value.nullif("") for value in texts)).notnull()
        return told & self.number(*names).isnull()

    def moment(self, *names: str) -> ibis.Value:
        """First moment among columns, in UTC; null where none holds one."""
        moments: list[ibis.Value] = []
        for value in self._values(names):
            told = value
            if value.type().is_string():
                for zone in _ZONES:
                    told = told.replace(zone, "")
                # Athena casts no text with a T to a moment, and the rest takes it without.
                told = told.replace("T", " ")
            moments.append(told.try_cast("timestamp"))
        return ibis.coalesce(*moments) if moments else ibis.null("timestamp")

    def keyed(self, name: str, *keys: str) -> ibis.Value:
        """Value of the first of some keys in a column that holds pairs; empty where none is there.

        Exports hold pairs as a map, as a list of structs, or as JSON in a text.
        """
        if not self.has(name):
            return ibis.literal("")
        column = self.by_key[key_of(name)]
        found = [_value_of(column, key).nullif("") for key in keys]
        return ibis.coalesce(*found, "")

    def _values(self, names: Iterable[str]) -> Iterator[ibis.Value]:
        for name in names:
            value = self.by_key.get(key_of(name))
            if value is not None:
                yield value


def _value_of(column: ibis.Value, key: str) -> ibis.Value:
    dtype = column.type()
    if dtype.is_map():
        return column.get(key, ibis.null(dtype.value_type)).cast("string")
    if dtype.is_array() and dtype.value_type.is_struct():
        # An engine may change the order of a list it filters, but not what it holds. Spark fails
        # on the first of none.
        found = column.filter(lambda pair: pair["key"] == key)
        return ibis.ifelse(found.length() > 0, found[0]["value"].cast("string"), "")
    if dtype.is_struct():
        return column[key].cast("string") if key in dtype.names else ibis.null("string")
    # {"team": "web"}, or [{"key": "team", "value": "web"}]
    name = re.escape(key).replace('"', r"\"")
    pattern = rf'"{name}"\s*(?:,\s*"value"\s*)?:\s*"((?:[^"\\]|\\.)*)"'
    return json_of(column).re_extract(pattern, 1)


def json_of(column: ibis.Value) -> ibis.Value:
    """JSON of a column of text, of what Python wrote too: a bill that pandas saved as CSV.

    Texts of Python that hold an apostrophe stand between quotes already, and stay as they are.
    """
    told = column.cast("string")
    if not column.type().is_string():
        return told
    quoted = told.replace("'", '"').replace(": None", ": null")
    return ibis.ifelse(told.startswith("[{'") | told.startswith("{'"), quoted, told)
