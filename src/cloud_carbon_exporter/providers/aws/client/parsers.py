"""Parsers of AWS' answers: botocore's, made wary of what is no answer and frugal with what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloud_carbon_exporter.providers.aws.client.ec2_xml import Ec2Parser

_HEAD_BYTES = 1024


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
            return _WaryParser(parser, _is_whole_json)
        if protocol_name in ("query", "rest-xml"):
            return _WaryParser(parser, _is_aws_xml)
        if protocol_name == "ec2":
            return Ec2Parser(_WaryParser(parser, _is_aws_xml))
        return parser


class _WaryParser:
    """Parser that says of a body that it cannot be read.

    botocore reads what is not an answer of AWS (half a JSON body, a proxy's login page) as an empty
    one: an account with nothing in it.
    """

    def __init__(self, stock: Any, is_answer: Callable[[bytes], bool]) -> None:
        self._stock = stock
        self._is_answer = is_answer

    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """See botocore's ResponseParser."""
        body = response["body"]
        # an answer that failed has its own parser, and S3 streams have no body to look into
        is_read = response["status_code"] < 300 and isinstance(body, bytes) and body.strip()
        if is_read and not self._is_answer(body):
            from botocore.parsers import ResponseParserError

            raise ResponseParserError("the body is no answer of AWS")
        return await self._stock.parse(response, shape)


def _is_whole_json(body: bytes) -> bool:
    return body.rstrip()[-1:] in b"}]"


def _is_aws_xml(body: bytes) -> bool:
    return b"<html" not in body[:_HEAD_BYTES].lower()
