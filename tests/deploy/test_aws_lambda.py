"""The function of AWS Lambda, asked with events as a function URL and API Gateway send them."""

from __future__ import annotations

import base64
import gzip
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cloud_carbon_exporter import aws_lambda
from cloud_carbon_exporter.config import load
from cloud_carbon_exporter.errors import ConfigError
from cloud_carbon_exporter.providers.options import ScalewayOptions
from tests.deploy.files import DEPLOY, load_all
from tests.deploy.hcl import beside_python
from tests.deploy.test_aws_role import Cfn

TEMPLATE = DEPLOY / "aws-lambda" / "template.yml"
ENVIRONMENT = {"CLOUD_CARBON_DEMO_ENABLED": "true", "CLOUD_CARBON_DEMO_RESOURCES": "20"}


class Lambda:
    """A context with as much time left as is said."""

    def __init__(self, seconds: float = 30) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def event(path: str, method: str = "GET", query: str = "", **headers: str) -> dict[str, Any]:
    """A request of Prometheus as a function URL puts it: AWS' payload format 2.0."""
    sent = {
        "accept": "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4",
        "accept-encoding": "gzip",
        "host": "abcdefghij.lambda-url.eu-west-3.on.aws",
        "user-agent": "Prometheus/3.5.0",
        "x-amzn-tls-version": "TLSv1.3",
        "x-amzn-trace-id": "Root=1-5e1b4151-43a0913a12345678901234567",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-prometheus-scrape-timeout-seconds": "20",
    }
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": sent | headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.lambda-url.eu-west-3.on.aws",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "Prometheus/3.5.0",
            },
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "routeKey": "$default",
            "stage": "$default",
            "time": "24/Nov/2026:16:00:00 +0000",
            "timeEpoch": 1795536000000,
        },
        "isBase64Encoded": False,
    }


@pytest.fixture
def function(process_kept: object) -> Iterator[aws_lambda.Function]:
    function = aws_lambda.Function(ENVIRONMENT)
    yield function
    function.close()


def body(answer: dict[str, Any]) -> str:
    """What a client of the function URL reads."""
    assert answer["isBase64Encoded"] is True
    data = base64.b64decode(answer["body"])
    return (
        gzip.decompress(data) if answer["headers"].get("Content-Encoding") == "gzip" else data
    ).decode()


def test_a_scrape_collects_and_is_answered_as_the_program_would(
    function: aws_lambda.Function,
) -> None:
    answer = function(event("/metrics"), Lambda())
    assert answer["statusCode"] == 200
    assert answer["headers"]["Content-Type"].startswith(
        "application/openmetrics-text; version=1.0.0"
    )
    assert answer["headers"]["Content-Encoding"] == "gzip"
    text = body(answer)
    assert text.count("\ncloud_carbon_power_watts{") == 20
    assert text.endswith("# EOF\n")
    assert "cloud_carbon_energy_joules_total" not in text, "each short-lived copy would reset it"
    json.dumps(answer)  # as Lambda does


def test_a_second_scrape_within_the_interval_is_the_same_collection(
    function: aws_lambda.Function,
) -> None:
    moment = "cloud_carbon_exporter_last_collection_timestamp_seconds"

    def collected() -> str:
        lines = body(function(event("/metrics"), Lambda())).splitlines()
        return next(line for line in lines if line.startswith(moment))

    assert collected() == collected()


def test_who_asks_for_no_gzip_gets_none(function: aws_lambda.Function) -> None:
    asked = event("/metrics")
    del asked["headers"]["accept-encoding"]
    plain = function(asked, Lambda())
    assert "Content-Encoding" not in plain["headers"]
    assert body(plain).startswith("# HELP ")


def test_plain_text_the_page_and_the_api_too(function: aws_lambda.Function) -> None:
    plain = function(event("/metrics", accept="*/*", **{"accept-encoding": "identity"}), Lambda())
    assert "Content-Encoding" not in plain["headers"]
    assert body(plain).startswith("# HELP ")
    assert "<html" in body(function(event("/", accept="text/html"), Lambda()))
    listed = json.loads(body(function(event("/api/v1/resources", query="limit=3"), Lambda())))
    assert len(listed["resources"]) == 3
    assert function(event("/nowhere"), Lambda())["statusCode"] == 404
    assert function(event("/metrics", method="DELETE"), Lambda())["statusCode"] == 405


@pytest.mark.parametrize(
    "other",
    [
        {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
        {"httpMethod": "GET", "path": "/metrics", "requestContext": {"stage": "prod"}},
        {"requestContext": None},
    ],
)
def test_another_sort_of_event_is_told_so(
    function: aws_lambda.Function, other: dict[str, Any]
) -> None:
    answer = function(other, Lambda())
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (400, False)
    assert "function URL" in answer["body"]


@pytest.mark.parametrize(
    ("asked", "left", "seconds"),
    [("20", 30, 20), ("20", 8, 7.5), ("", 30, 10), ("soon", 3, 2.5), ("20", 0.1, 0.5)],
)
def test_a_scrape_ends_before_the_function_does(asked: str, left: float, seconds: float) -> None:
    assert aws_lambda.scrape_seconds(asked, Lambda(left)) == seconds


def test_what_lambda_cannot_carry_is_an_error_that_says_what_to_do() -> None:
    assert aws_lambda.packed(200, {}, b"x" * 4_400_000)["statusCode"] == 200
    answer = aws_lambda.packed(200, {}, b"x" * 4_600_000)
    assert answer["statusCode"] == 413
    assert "gzip" in answer["body"]


def test_the_handler_keeps_its_function(
    monkeypatch: pytest.MonkeyPatch, process_kept: object
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(aws_lambda, "_function", None)
    assert aws_lambda.handler(event("/healthz"), Lambda())["statusCode"] == 200
    first = aws_lambda._function
    assert aws_lambda.handler(event("/healthz"), Lambda())["statusCode"] == 200
    assert first is not None and aws_lambda._function is first
    first.close()


def test_what_cannot_be_followed_fails_at_once() -> None:
    with pytest.raises(ConfigError, match="CLOUD_CARBON_COLLECT_INTERVAL"):
        aws_lambda.Function({**ENVIRONMENT, "CLOUD_CARBON_COLLECT_INTERVAL": "soon"})


def test_a_web_config_that_cannot_be_followed_fails_each_request_and_leaves_nothing_behind(
    process_kept: object, tmp_path: Path
) -> None:
    """Lambda keeps the copy: what a failed opening held would add up.

    A second one could not have the state file either.
    """
    web = tmp_path / "web.yml"
    web.write_text("nonsense: 1")
    function = aws_lambda.Function(
        {
            "CLOUD_CARBON_DEMO_ENABLED": "true",
            "CLOUD_CARBON_WEB_CONFIG_FILE": str(web),
            "CLOUD_CARBON_STATE_FILE": str(tmp_path / "state"),
        }
    )
    for _ in range(2):
        with pytest.raises(ConfigError, match="nonsense"):
            function(event("/healthz"), Lambda())
    assert "web" not in {thread.name for thread in threading.enumerate()}
    web.write_text("")
    assert function(event("/healthz"), Lambda())["statusCode"] == 200
    function.close()


def test_the_template_names_the_handler_and_variables_of_ours() -> None:
    (template,) = load_all(TEMPLATE)
    function = template["Resources"]["Function"]["Properties"]
    module, name = function["Handler"].rsplit(".", 1)
    assert (module, name) == (aws_lambda.__name__, aws_lambda.handler.__name__)
    load(["-collect.mode=scrape"], function["Environment"]["Variables"])
    assert template["Resources"]["Url"]["Properties"]["AuthType"] == "AWS_IAM"


def test_no_concurrency_is_reserved_unless_it_is_asked_for() -> None:
    """Reserving it is refused in an account with the ten that new ones have."""
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Cfn)
    function = template["Resources"]["Function"]["Properties"]
    bound = function["ReservedConcurrentExecutions"]["If"]
    assert bound == ["Bounded", {"Ref": "Copies"}, {"Ref": "AWS::NoValue"}]
    assert template["Conditions"]["Bounded"] == {"Not": [{"Equals": [{"Ref": "Copies"}, 0]}]}
    assert template["Parameters"]["Copies"]["Default"] == 0


@pytest.mark.slow
def test_the_linter_of_cloudformation_finds_nothing() -> None:
    linter = beside_python("cfn-lint")
    told = subprocess.run([linter, str(TEMPLATE)], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_it_makes_no_tokens_of_cockpit_as_nobody_would_delete_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = ["-cloud.provider=scw", "-cloud.scw.cockpit-create-tokens", "-cloud.scw.cockpit-token=t"]
    settings = aws_lambda.without_made_tokens(load(said, {}).settings)
    options = settings.targets[0].options_of(ScalewayOptions)
    assert (options.cockpit_create_tokens, options.cockpit_token) == (False, "t")
    assert "SCW_COCKPIT_TOKEN" in caplog.text
    caplog.clear()
    assert aws_lambda.without_made_tokens(settings) is settings
    assert not caplog.records
