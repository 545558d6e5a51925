"""Tokens of language models so far, by account, region, kind and model.

Only what monitoring told is counted: where it was silent, energy is integrated at a stated default,
but nobody knows how many tokens passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cloud_carbon_exporter.collect.integral import Piece
from cloud_carbon_exporter.model.language_models import TOKENS
from cloud_carbon_exporter.model.snapshot import ModelRow
from cloud_carbon_exporter.model.token_energy import joules_per_token
from cloud_carbon_exporter.model.types import Place, Resource, Signal
from cloud_carbon_exporter.storage.counter_rows import SavedTokens


class ModelKey(NamedTuple):
    """What is summed together: the labels of the cloud_carbon_model_* families, but the token's."""

    provider: str
    account_id: str
    region: str
    kind: str
    model: str


def model_key(resource: Resource) -> ModelKey | None:
    """The sum that a resource's tokens count in; None for what is no language model."""
    model = resource.info.get("model")
    if not model:
        return None
    at = resource.location
    return ModelKey(at.provider, at.account_id, at.region, resource.kind, model)


class TokenSums:
    """The sums of all models, from the first resource of each on. They only rise."""

    def __init__(self) -> None:
        self._sums: dict[ModelKey, dict[Signal, float]] = {}
        # of those that go by one model's name, the one with most kinds of tokens
        self._fullest: dict[ModelKey, Resource] = {}

    def show(self, resource: Resource) -> None:
        """The sums of a resource's model stand at 0 from now on, if they are new."""
        key = model_key(resource)
        if key is None:
            return
        self._keep(key, resource)
        sums = self._sums.setdefault(key, {})
        for component in resource.components:
            if component.per in TOKENS:
                sums.setdefault(component.per, 0.0)

    def add(self, resource: Resource, piece: Piece) -> None:
        """Count the tokens of a piece of time."""
        key = model_key(resource) if piece.tokens else None
        if key is None:
            return
        self._keep(key, resource)
        sums = self._sums.setdefault(key, {})
        for signal, tokens in piece.tokens.items():
            sums[signal] = sums.get(signal, 0.0) + tokens

    def _keep(self, key: ModelKey, resource: Resource) -> None:
        kept = self._fullest.get(key)
        if kept is None or len(resource.components) >= len(kept.components):
            self._fullest[key] = resource

    def rows(self, place_of: Callable[[Resource], Place], *, counted: bool) -> Iterator[ModelRow]:
        """Every model with its tokens so far and the energy of each. counted: whether any are."""
        for key in sorted(self._sums):
            seen = self._fullest.get(key)
            tokens = {TOKENS[signal]: count for signal, count in sorted(self._sums[key].items())}
            energy = joules_per_token(seen, place_of(seen)) if seen else {}
            yield ModelRow(*key, tokens if counted else {}, energy)

    def saved(self) -> Iterator[SavedTokens]:
        """What a restart must not lose."""
        for key, sums in self._sums.items():
            for signal, count in sums.items():
                yield SavedTokens(*key, signal, count)

    def resume(self, saved: SavedTokens) -> None:
        """Go on with a sum of an earlier process."""
        at = (saved.provider, saved.account_id, saved.region, saved.kind, saved.model)
        self._sums.setdefault(ModelKey(*at), {})[saved.signal] = saved.count
