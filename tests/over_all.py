"""A law over many members as one test, which names each that breaks it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import pytest

Law: TypeAlias = Callable[..., object]
Names: TypeAlias = Callable[..., object] | Iterable[object] | None

# What pytest.fail and pytest.skip raise is no Exception; a skipped member would skip all others.
FAILURES = (Exception, pytest.fail.Exception, pytest.skip.Exception)
MOST_TOLD = 40


class Member(NamedTuple):
    """One of what a law is asserted of: its name, and its values by the law's parameters."""

    name: str
    values: Mapping[str, object]


class Broken(NamedTuple):
    """A member that breaks the law, and how."""

    name: str
    error: BaseException


def over_all(
    parameters: str | Sequence[str], values: Iterable[object], ids: Names = None
) -> Callable[[Law], Law]:
    """Law asserted of every member by one test, written as `pytest.mark.parametrize` is.

    A test each costs xdist, its report and its fixtures some milliseconds, which with thousands
    of members is more than all they assert. Fixtures are shared: no law may change what it reads.
    """
    members = _members(parameters, values, ids)
    taken = (parameters,) if isinstance(parameters, str) else parameters

    def one_test(law: Law) -> Law:
        async def wait_for_all(**fixtures: object) -> None:
            broken: list[Broken] = []
            for member in members:
                try:
                    pending = law(**member.values, **fixtures)
                    assert inspect.isawaitable(pending)
                    await pending
                except FAILURES as error:
                    broken.append(Broken(member.name, error))
            _tell(broken, len(members))

        def hold_all(**fixtures: object) -> None:
            broken: list[Broken] = []
            for member in members:
                try:
                    law(**member.values, **fixtures)
                except FAILURES as error:
                    broken.append(Broken(member.name, error))
            _tell(broken, len(members))

        return _as_test_of(
            law, wait_for_all if inspect.iscoroutinefunction(law) else hold_all, taken
        )

    return one_test


def _members(parameters: str | Sequence[str], values: Iterable[object], ids: Names) -> list[Member]:
    """Members a law is asserted of; a law over none would assert nothing."""
    by_parameter: list[dict[str, object]] = []
    for value in values:
        if isinstance(parameters, str):
            by_parameter.append({parameters: value})
        else:
            assert isinstance(value, Iterable)
            by_parameter.append(dict(zip(parameters, value, strict=True)))
    assert by_parameter, f"there is none of {parameters}"
    if ids is None or callable(ids):
        names = [_name(each, ids) for each in by_parameter]
    else:
        names = [str(name) for name in ids]
    return [Member(name, each) for name, each in zip(names, by_parameter, strict=True)]


def _name(values: Mapping[str, object], told: Callable[..., object] | None) -> str:
    """Name of a member: what is told of each of its values, else the values."""
    return " ".join(str(told(value) if told else value) for value in values.values())


def _tell(broken: Sequence[Broken], members: int) -> None:
    """Failure that names every member that breaks the law, and says how the first ones do."""
    if not broken:
        return
    lines = [f"{len(broken)} of {members} break the law"]
    for name, error in broken[:MOST_TOLD]:
        lines.append(f"{name}: {type(error).__name__}: {error}")
    lines += [name for name, _ in broken[MOST_TOLD:]]
    raise AssertionError("\n".join(lines)) from broken[0].error


def _as_test_of(law: Law, test: Law, taken: Sequence[str]) -> Law:
    """Test with the name, the marks and the place of its law, which asks for the fixtures alone."""
    functools.update_wrapper(test, law)
    signature = inspect.signature(law)
    assert set(taken) <= signature.parameters.keys(), "a law takes what it is asserted of"
    fixtures = [each for each in signature.parameters.values() if each.name not in taken]
    test.__dict__["__signature__"] = signature.replace(parameters=fixtures)
    return test
