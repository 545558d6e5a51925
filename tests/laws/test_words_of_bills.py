"""Law: what a rule reads of a kind in a bill, the live side describes of that kind as well.

Else the two could never be held against each other, whatever either counted.
"""

from __future__ import annotations

import pytest

from cloud_carbon_exporter.model.types import Resource
from tests.bills.words import billed, listed, unknown
from tests.fakes.aws_replay import described, recordings
from tests.providers.aws.test_specs import module_specs

pytestmark = pytest.mark.slow

BILLED_ALONE = {("apigateway/rest_api", "memory")}
"""The cache of a stage: its list tells that there is one, and our description leaves it out."""


@pytest.mark.slow
async def test_every_word_of_aws_is_one_of_its_lists() -> None:
    resources: list[Resource] = []
    for module in recordings():
        for spec in module_specs(module):
            resources += (await described(spec.kind, module)).values()
    words = billed("aws")
    assert len(words) > 50
    assert unknown(words, listed(resources)) == BILLED_ALONE
