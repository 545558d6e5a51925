"""Joules a token: what a language model draws for one token of each kind, PUE included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cloud_carbon_exporter.model.estimate import estimate
from cloud_carbon_exporter.model.language_models import TOKENS
from cloud_carbon_exporter.model.types import Estimate, Place, Resource


def joules_per_token(resource: Resource, place: Place) -> Mapping[str, Estimate]:
    """Joules by kind of token, with their interval: the watts of one token a second.

    What is held whether tokens pass or not is not among them.
    """
    energy: dict[str, Estimate] = {}
    for component in resource.components:
        if component.per in TOKENS:
            alone = replace(resource, components=(component,))
            drawn = estimate(alone, {component.per: 1.0}, place, None).power_watts
            energy[TOKENS[component.per]] = drawn
    return energy
