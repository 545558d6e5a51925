"""XML of EC2's big answers, read with lxml into the dicts botocore would make.

Only the members we use are read: botocore walks every member of every shape, dozens an instance
that nobody here asks for; this walks the few named below and costs a tenth of the CPU. Names, lists
and types come from botocore's own shapes, so a member reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Wanted = Mapping[str, "Wanted | None"]
"""Members to read, nested as the API nests them; None for a scalar, or for a whole."""

_TAGS: Wanted = {"Key": None, "Value": None}
WANTED: Mapping[str, Wanted] = {
    "DescribeInstances": {
        "NextToken": None,
        "Reservations": {
            "OwnerId": None,
            "Instances": {
                "InstanceId": None,
                "InstanceType": None,
                "InstanceLifecycle": None,
                "LaunchTime": None,
                "StateTransitionReason": None,
                "Architecture": None,
                "OutpostArn": None,
                "Operator": {"Principal": None},
                "State": {"Name": None},
                "Placement": {"AvailabilityZone": None, "Tenancy": None, "HostId": None},
                "CpuOptions": {"CoreCount": None, "ThreadsPerCore": None},
                "Tags": _TAGS,
            },
        },
    },
    "DescribeVolumes": {
        "NextToken": None,
        "Volumes": {
            "VolumeId": None,
            "VolumeType": None,
            "Size": None,
            "Iops": None,
            "Throughput": None,
            "State": None,
            "CreateTime": None,
            "AvailabilityZone": None,
            "OutpostArn": None,
            "Attachments": {"InstanceId": None, "State": None},
            "Tags": _TAGS,
        },
    },
}

# a third of an instance's XML, of which nothing is wanted: cut out before it becomes a tree
_BULKY = (b"networkInterfaceSet", b"blockDeviceMapping")

# of the root, by default: the only one EC2 declares
_NAMESPACE = re.compile(rb'\A(\s*(?:<\?xml[^>]*>)?\s*<\w+)\s+xmlns="[^"]*"')

Reader = Callable[[Any], Any]


class UnreadableXmlError(ValueError):
    """Body that is not the XML it should be: cut short, or with entities, which AWS has not."""


def parse(operation: str, body: bytes, shape: Any) -> dict[str, Any]:
    """Members of one answer. Raises UnreadableXmlError.

    shape: botocore's output shape of the operation.
    """
    from lxml import etree

    # nothing is resolved, loaded or expanded: an answer may come from whoever owns the network
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(_trimmed(body), parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableXmlError(str(error)) from None
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise UnreadableXmlError("the answer declares a document type")
    prefix, _, name = root.tag.rpartition("}")
    prefix = f"{prefix}}}" if prefix else ""
    if name != f"{operation}Response":
        raise UnreadableXmlError(f"the answer is {name}, not {operation}Response")
    answer: dict[str, Any] = _structure(shape, WANTED[operation], prefix)(root)
    request_id = root.findtext(f"{prefix}requestId")
    answer["ResponseMetadata"] = {"RequestId": request_id} if request_id else {}
    return answer


def _trimmed(body: bytes) -> bytes:
    """Body without its bulky elements and its namespace.

    In XML text a tag cannot be mistaken: there "<" is always escaped. Without the namespace, which
    is that of all elements, the name of each is half as long to make, and there are 50 an instance.
    """
    body = _NAMESPACE.sub(rb"\1", body, count=1)
    for name in _BULKY:
        end = b"</%b>" % name
        first, *rest = body.split(b"<%b>" % name)
        pieces = [first]
        for piece in rest:
            inner, tag, after = piece.partition(end)
            pieces.append(after if tag else inner)
        body = b"".join(pieces)
    return body


def _reader(shape: Any, wanted: Wanted | None, prefix: str) -> Reader | None:
    """How to read a node of this shape; None where its text is the value."""
    if shape.type_name == "structure":
        return _structure(
            shape, wanted if wanted is not None else dict.fromkeys(shape.members), prefix
        )
    if shape.type_name == "list":
        read_item = _reader(shape.member, wanted, prefix)
        if read_item is None:
            return lambda node: [item.text or "" for item in node]
        return lambda node: [read_item(item) for item in node]
    return _SCALARS.get(shape.type_name)


def _structure(shape: Any, wanted: Wanted, prefix: str) -> Reader:
    readers: dict[str, tuple[str, Reader | None]] = {}
    for name, inner in wanted.items():
        member = shape.members[name]
        readers[prefix + member.serialization.get("name", name)] = (
            name,
            _reader(member, inner, prefix),
        )
    tags = tuple(readers)
    # among many members libxml2 skips the unwanted ones faster than Python does
    is_big = len(shape.members) > 3 * len(tags) > 20

    def read(node: Any) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for child in node.iterchildren(*tags) if is_big else node:
            known = readers.get(child.tag)
            if known is None:
                continue
            name, reader = known
            members[name] = (child.text or "") if reader is None else reader(child)
        return members

    return read


def _integer(node: Any) -> int:
    return int(node.text)


def _float(node: Any) -> float:
    return float(node.text)


def _boolean(node: Any) -> bool:
    return bool(node.text == "true")


_SCALARS: Mapping[str, Reader] = {
    "integer": _integer,
    "long": _integer,
    "float": _float,
    "double": _float,
    "boolean": _boolean,
}


class Ec2Parser:
    """Parser of EC2's protocol: ours for the operations above, else botocore's."""

    def __init__(self, stock: Any) -> None:
        self._stock = stock

    async def parse(self, response: Mapping[str, Any], shape: Any) -> Any:
        """Parsed answer; botocore's own for errors and for all other operations."""
        operation = response["context"].get("operation_name", "")
        if operation not in WANTED or response["status_code"] != 200:
            return await self._stock.parse(response, shape)
        try:
            answer = parse(operation, response["body"], shape)
        except (UnreadableXmlError, TypeError, ValueError) as error:
            from botocore.parsers import ResponseParserError

            raise ResponseParserError("the XML of the answer cannot be read") from error
        answer["ResponseMetadata"] |= {
            "HTTPStatusCode": response["status_code"],
            "HTTPHeaders": {name.lower(): value for name, value in response["headers"].items()},
        }
        return answer
