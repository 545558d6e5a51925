"""One load: a mapping of one signal, in a quarter of the bytes of a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cloud_carbon_exporter.model.types import Signal


class OneLoad(Mapping[Signal, float]):
    """Load of a machine, as nearly all have one: a hundred thousand are kept."""

    __slots__ = ("_signal", "_value")

    def __init__(self, signal: Signal, value: float) -> None:
        self._signal, self._value = signal, value

    def __getitem__(self, signal: Signal) -> float:
        if signal != self._signal:
            raise KeyError(signal)
        return self._value

    def __iter__(self) -> Iterator[Signal]:
        return iter((self._signal,))

    def __len__(self) -> int:
        return 1

    def __contains__(self, signal: object) -> bool:
        return signal == self._signal

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        return len(other) == 1 and other.get(self._signal) == self._value

    def __hash__(self) -> int:
        return hash((self._signal, self._value))

    def __repr__(self) -> str:
        return repr(dict(self))


def kept(loads: Mapping[Signal, float]) -> Mapping[Signal, float]:
    """The same loads, as they are kept."""
    if len(loads) != 1:
        return loads
    [(signal, value)] = loads.items()
    return OneLoad(signal, value)
