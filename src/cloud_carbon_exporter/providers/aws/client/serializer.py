"""Serializer of CloudWatch's requests: botocore's, but for the queries of GetMetricData.

botocore looks up the shape of each member, a dozen for each of 500 queries a call. As JSON they are
sent as they are written here: no member has another name in the body, and none is converted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloud_carbon_exporter.http.json_bodies import written_json

_OPERATION, _QUERIES = "GetMetricData", "MetricDataQueries"
_JSON = "application/x-amz-json"


class QueriesAsGiven:
    """Serializer in place of a client's own; `stock` is that."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    def serialize_to_request(self, parameters: Mapping[str, Any], operation_model: Any) -> Any:
        """See botocore's Serializer."""
        if operation_model.name != _OPERATION:
            return self._stock.serialize_to_request(parameters, operation_model)
        bare = {**parameters, _QUERIES: []}
        request = self._stock.serialize_to_request(bare, operation_model)
        if not request["headers"].get("Content-Type", "").startswith(_JSON):
            return self._stock.serialize_to_request(parameters, operation_model)
        body = {**json.loads(request["body"]), _QUERIES: parameters[_QUERIES]}
        request["body"] = written_json(body)
        return request
