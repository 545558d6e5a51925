"""Parsers of AWS' answers: botocore's, made wary of what is no answer and frugal with what is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from cloud_carbon_exporter.http.json_bodies import read_json
from cloud_carbon_exporter.providers.aws.client.ec2_xml import Ec2Parser

_HEAD_BYTES = 1024
# an answer longer than this is no error document
_LONGEST_ERROR_BYTES = 4096
# errors of S3, of the query protocol and of EC2, by the first element of their documents
_ERROR_DOCUMENT = re.compile(rb"\s*(?:<\?xml[^>]*>)?\s*<(?:Error|ErrorResponse|Response)[\s>]")


AS_WRITTEN = frozenset({"GetMetricDataOutput"})
"""Shapes of answers that are taken as the body writes them."""


class ParserFactory:
    """Maker of parsers, which a session asks.

    Timestamps stay as they come (a number, or ISO text): few are ever looked at.
    """

    def __init__(self) -> None:
        from aiobotocore.parsers import AioResponseParserFactory

        self._stock = AioResponseParserFactory()
        self._stock.set_parser_defaults(timestamp_parser=lambda value: value)

    def set_parser_defaults(self, **defaults: Any) -> None:
        """See botocore's ResponseParserFactory."""
        self._stock.set_parser_defaults(**defaults)

    def create_parser(self, protocol_name: str) -> Any:
        """The parser of a protocol of AWS."""
        parser = self._stock.create_parser(protocol_name)
        if protocol_name in ("json", "rest-json"):
            _read_faster(parser)
            return _WaryParser(parser, _is_json_answer)
        if protocol_name in ("query", "rest-xml"):
            return _WaryParser(parser, _is_aws_xml)
        if protocol_name == "ec2":
            return Ec2Parser(_WaryParser(parser, _is_aws_xml))
        return parser


def _read_faster(stock: Any) -> None:
    """Let a parser of botocore take the body of an answer from a faster reader of JSON.

    botocore walks each member of each shape. Of AS_WRITTEN that is left out: no member has another
    name in the body, and of none a value is converted, as timestamps stay as they come.
    """
    read_slowly = stock._parse_body_as_json

    def read(body: bytes) -> Any:
        # of what is no JSON botocore makes the message of an error, and of an empty body nothing
        try:
            return read_json(body)
        except ValueError:
            return read_slowly(body)

    stock._parse_body_as_json = read
    if not hasattr(stock, "_handle_json_body"):
        return  # of REST, which has no such answer
    walk = stock._handle_json_body

    def as_written(body: bytes, shape: Any) -> Any:
        told = read(body) if shape.name in AS_WRITTEN else None
        if not isinstance(told, dict):
            return walk(body, shape)
        return {name: told[name] for name in shape.members if told.get(name) is not None}

    stock._handle_json_body = as_written


class _WaryParser:
    """Parser that says of a body that it cannot be read.

    botocore reads what is not an answer of AWS (nothing at all, half a JSON body, an error under
    status 200, a proxy's login page) as an empty one: an account with nothing in it.
    """

    def __init__(self, stock: Any, is_answer: Callable[[bytes, Any], bool]) -> None:
        self._stock = stock
        self._is_answer = is_answer

    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """See botocore's ResponseParser."""
        body = response["body"]
        # an answer that failed has its own parser, and S3 streams have no body to look into
        is_read = response["status_code"] < 300 and isinstance(body, bytes)
        if is_read and _has_body(shape) and not (body.strip() and self._is_answer(body, shape)):
            from botocore.parsers import ResponseParserError

            raise ResponseParserError("the body is no answer of AWS")
        return await self._stock.parse(response, shape)


def _has_body(shape: Any) -> bool:
    """Whether an answer of this shape says anything in its body, and not in its headers alone."""
    if shape is None:
        return False
    return any("location" not in member.serialization for member in shape.members.values())


def _is_json_answer(body: bytes, shape: Any) -> bool:
    if body.rstrip()[-1:] not in b"}]":
        return False
    if len(body) > _LONGEST_ERROR_BYTES:
        return True
    try:
        answer = read_json(body)
    except ValueError:
        return False
    # what holds none of the members it should is an error's message, or another's document. With no
    # member at all it may be an empty list: some services leave out what is empty.
    return not isinstance(answer, dict) or not answer or not answer.keys().isdisjoint(_names(shape))


def _names(shape: Any) -> set[str]:
    """Names of the members of an answer, as its body spells them."""
    payload = shape.serialization.get("payload")
    inner = shape.members[payload] if payload else shape
    if inner.type_name != "structure":
        return set()
    return {member.serialization.get("name", name) for name, member in inner.members.items()}


def _is_aws_xml(body: bytes, shape: Any) -> bool:
    is_page = b"<html" in body[:_HEAD_BYTES].lower()
    return not is_page and _ERROR_DOCUMENT.match(body) is None
