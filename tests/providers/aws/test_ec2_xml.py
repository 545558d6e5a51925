"""Reader of EC2's XML: it says what botocore's says, and falls for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from botocore.parsers import EC2QueryParser
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.ec2_xml import instance, instance_id, reservations, volume, volumes

from cloud_carbon_exporter.providers.aws.client.ec2_xml import WANTED, UnreadableXmlError, parse

XML_TEXT = st.text(
    st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=("Cs", "Cc")),
    max_size=30,
)


@cache
def shape(operation: str) -> Any:
    return Session().get_service_model("ec2").operation_model(operation).output_shape


def trimmed(value: Any, wanted: Any) -> Any:
    """What botocore made, without the members that are not wanted."""
    if isinstance(value, list):
        return [trimmed(item, wanted) for item in value]
    if isinstance(value, Mapping) and wanted is not None:
        return {
            name: trimmed(inner, wanted[name]) for name, inner in value.items() if name in wanted
        }
    return value


def botocores(operation: str, body: bytes) -> Any:
    parser = EC2QueryParser(timestamp_parser=lambda value: value)
    answer = parser.parse({"body": body, "headers": {}, "status_code": 200}, shape(operation))
    return trimmed(answer, WANTED[operation])


def ours(operation: str, body: bytes) -> Any:
    answer = parse(operation, body, shape(operation))
    assert answer.pop("ResponseMetadata") == {"RequestId": "59dbff89-35bd-4eac-99ed-be587EXAMPLE"}
    return answer


@pytest.mark.slow
def test_every_wanted_member_exists() -> None:
    def check(member: Any, wanted: Any) -> None:
        while member.type_name == "list":
            member = member.member
        for name, inner in (wanted or {}).items():
            check(member.members[name], inner)

    for operation, wanted in WANTED.items():
        check(shape(operation), wanted)


@pytest.mark.slow
def test_instances_read_as_botocore_reads_them() -> None:
    body = reservations(
        [
            instance(1, tags={"Name": "web & <co>", "t": ""}),
            instance(2, state="stopped", extra="<instanceLifecycle>spot</instanceLifecycle>"),
        ],
        "next&page",
    ).encode()
    answer = ours("DescribeInstances", body)
    assert answer == botocores("DescribeInstances", body)
    first = answer["Reservations"][0]["Instances"][0]
    assert first["InstanceId"] == instance_id(1)
    assert first["Tags"] == [{"Key": "Name", "Value": "web & <co>"}, {"Key": "t", "Value": ""}]
    assert first["CpuOptions"] == {"CoreCount": 1, "ThreadsPerCore": 2}
    assert answer["NextToken"] == "next&page"


@pytest.mark.slow
def test_volumes_read_as_botocore_reads_them() -> None:
    body = volumes([volume(1, attached="i-1"), volume(2, type_="io2", state="available")]).encode()
    answer = ours("DescribeVolumes", body)
    assert answer == botocores("DescribeVolumes", body)
    assert answer["Volumes"][0]["Size"] == 100
    assert answer["Volumes"][1]["Attachments"] == []


def test_an_empty_answer_reads_as_botocore_reads_it() -> None:
    body = reservations([]).encode()
    assert (
        ours("DescribeInstances", body)
        == botocores("DescribeInstances", body)
        == {"Reservations": []}
    )


@pytest.mark.slow
@given(st.dictionaries(XML_TEXT, XML_TEXT, max_size=4), XML_TEXT, st.integers(0, 10**6))
def test_any_tags_read_as_botocore_reads_them(tags: dict[str, str], state: str, cores: int) -> None:
    from xml.sax.saxutils import escape

    body = reservations([instance(1, tags=tags, state=escape(state), cores=cores)]).encode()
    assert ours("DescribeInstances", body) == botocores("DescribeInstances", body)


@pytest.mark.parametrize("cut", [1, 40, 500, 4000])
def test_a_body_cut_short_is_unreadable(cut: int) -> None:
    body = reservations([instance(1), instance(2)]).encode()
    with pytest.raises(UnreadableXmlError):
        parse("DescribeInstances", body[:-cut], shape("DescribeInstances"))


def test_a_tag_that_looks_like_markup_is_text() -> None:
    tags = {"<networkInterfaceSet>": "</networkInterfaceSet>", "x": "<blockDeviceMapping>"}
    body = reservations([instance(1, tags=tags), instance(2)]).encode()
    answer = ours("DescribeInstances", body)
    assert answer == botocores("DescribeInstances", body)
    assert {
        tag["Key"]: tag["Value"] for tag in answer["Reservations"][0]["Instances"][0]["Tags"]
    } == tags


def test_entities_are_not_expanded_and_nothing_is_fetched() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
        "<DescribeInstancesResponse><nextToken>&b;&f;</nextToken></DescribeInstancesResponse>"
    )
    with pytest.raises(UnreadableXmlError):
        parse("DescribeInstances", bomb.encode(), shape("DescribeInstances"))


def test_comments_within_a_value_do_not_split_it() -> None:
    body = (
        reservations([instance(1)])
        .replace("<name>running</name>", "<name>run<!-- x -->ning</name>")
        .encode()
    )
    answer = ours("DescribeInstances", body)
    assert answer["Reservations"][0]["Instances"][0]["State"] == {"Name": "running"}


def test_another_document_is_unreadable_not_empty() -> None:
    body = volumes([volume(1)]).encode()
    with pytest.raises(UnreadableXmlError, match="DescribeVolumesResponse"):
        parse("DescribeInstances", body, shape("DescribeInstances"))
