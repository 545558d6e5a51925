"""Names that receivers of OTLP make of a metric's name, unit and type: their published rules.

An oracle written anew from metric_namer.go and unit_namer.go of the Go module
prometheus/otlptranslator 1.0.0, which Prometheus 3 and the collector's Prometheus exporters use;
VictoriaMetrics 1.150's sanitize.go (with -opentelemetry.usePrometheusNaming) differs in two rules.
"""

from __future__ import annotations

import re

WORDS = {
    **{"d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds"},
    **{"us": "microseconds", "ns": "nanoseconds", "By": "bytes", "KiBy": "kibibytes"},
    **{"MiBy": "mebibytes", "GiBy": "gibibytes", "TiBy": "tibibytes", "KBy": "kilobytes"},
    **{"MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes", "m": "meters", "V": "volts"},
    **{"A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius"},
    **{"Hz": "hertz", "1": "", "%": "percent"},
}
PER = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month"}
PER["y"] = "year"


def _suffixes(unit: str, annotation: str = "[{}]") -> tuple[str, str]:
    """Words of a unit, the one before the stroke and the one after; an annotation has none."""
    main, _, per = (part.strip() for part in unit.partition("/"))
    main = "" if re.search(annotation, main) else WORDS.get(main, main)
    per = "" if re.search(annotation, per) else PER.get(per, per)
    return main, f"per_{per}" if per else ""


def _moved(words: list[str], word: str) -> list[str]:
    return [*(held for held in words if held != word), word]


def escaped(name: str, unit: str, monotonic: bool) -> str:
    """Name under UnderscoreEscapingWithSuffixes, the default of Prometheus 3."""
    words = [word for word in re.split("[^a-zA-Z0-9:]", name) if word]
    for suffix in _suffixes(unit):
        cleaned = re.sub("_+", "_", re.sub("[^a-zA-Z0-9:]", "_", suffix)).removeprefix("_")
        if cleaned and cleaned not in words:
            words.append(cleaned)
    if monotonic:
        words = _moved(words, "total")
    elif unit == "1":
        words = _moved(words, "ratio")
    return "_".join(words)


def suffixed(name: str, unit: str, monotonic: bool) -> str:
    """Name under NoUTF8EscapingWithSuffixes: suffixes alone."""
    main, per = _suffixes(unit)
    of_ratio = "ratio" if unit == "1" else ""
    last = "total" if monotonic else of_ratio
    for suffix in (last, per):
        if suffix and name.endswith(suffix):
            name = name[: -len(suffix) - 1]
    if main and not name.endswith(main):
        name = f"{name}_{main}"
    return "_".join(part for part in (name, per, last) if part)


def victoria(name: str, unit: str, monotonic: bool) -> str:
    """Name in VictoriaMetrics with Prometheus naming.

    Of a "per" the last word is looked for, and an annotation is what an opening brace is in.
    """
    words = [word for word in name.split("_") if word]
    main, per = _suffixes(unit, "{")
    if main and main not in words:
        words.append(main)
    if per and per.removeprefix("per_") not in words:
        words.append(per)
    if monotonic:
        words = _moved(words, "total")
    elif unit == "1":
        words = _moved(words, "ratio")
    return "_".join(words)
