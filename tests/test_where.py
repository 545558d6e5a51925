"""Questions a stranger asks of the tree, and the file that answers each.

Whoever renames a file reads here what people look for it by. Guess first, from the names alone.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from tests.imports import SRC
from tests.over_all import over_all


class Answer(NamedTuple):
    """Answer of the tree: a file below src/cloud_carbon_exporter, and words that stand in it."""

    question: str
    file: str
    words: str


ANSWERS = (
    Answer("how long are the last good figures served?", "collect/last_good.py", "oldest_shown"),
    Answer("what does a CloudWatch read cost?", "api_costs/prices.py", "GetMetricData"),
    Answer("how are secrets masked?", "masking.py", "def masked"),
    Answer("which User-Agent do clouds see?", "http/agent.py", "USER_AGENT"),
    Answer(
        "which Google asset types are listed?",
        "providers/gcp/client/asset_types.py",
        "compute.googleapis.com/Instance",
    ),
    Answer("how many sweeps run at once?", "collect/concurrency.py", "Semaphore"),
    Answer("what does SIGHUP do?", "service/signals.py", "SIGHUP"),
    Answer("where are sums by account made?", "collect/account_sums.py", "AccountKey"),
    Answer("who owns what, so that nothing counts twice?", "providers/ownership.py", "OWNERS"),
    Answer("where does gzip happen?", "exposition/gzip_stream.py", "crc32"),
    Answer("what is a metric family made of?", "exposition/family.py", "class Family:"),
    Answer("where does the trend of the page come from?", "web/trend.py", "class Trend"),
    Answer("what is read first, flag or file?", "config/settings.py", "Flags win"),
    Answer("what is -listen by default?", "config/flags.py", "0.0.0.0:2922"),
    Answer("what may a target of the file say?", "config/target_keys.py", "role_arn"),
    Answer("which exit codes are there?", "cli.py", "exit code"),
    Answer("are redirects followed?", "http/session.py", "allow_redirects=False"),
    Answer("is Retry-After obeyed?", "http/retry.py", "Retry-After"),
    Answer("which status is which error?", "http/status.py", "def error_kind"),
    Answer("how large may an answer be, unpacked?", "http/body.py", "gzip"),
    Answer("which reasons of failure are there?", "errors.py", "class CollectError"),
    Answer(
        "how many series go into one GetMetricData?",
        "providers/aws/client/metric_data.py",
        "SERIES_PER_CALL",
    ),
    Answer("which AWS regions are swept?", "providers/aws/client/regions.py", "async def enabled"),
    Answer(
        "what is a stopped RDS instance?",
        "providers/aws/describing/databases.py",
        "stopped",
    ),
    Answer("how is AWS' answer of EC2 parsed so fast?", "providers/aws/client/ec2_xml.py", "lxml"),
    Answer("how is Google's monitoring asked?", "providers/gcp/client/monitoring.py", "def read"),
    Answer("whence come Cockpit's tokens?", "providers/scaleway/client/tokens.py", "token"),
    Answer("how is a PromQL query built?", "providers/scaleway/client/promql.py", "def "),
    Answer("which phases has a resource?", "providers/description.py", "Phase ="),
    Answer("how many watts does a vCPU draw?", "model/power.py", "vcpu"),
    Answer("what did making the hardware emit?", "model/embodied.py", "lifetime"),
    Answer("what does a GiB of a storage class draw?", "model/storage.py", "storage"),
    Answer("which PUE has a region?", "facts/disclosures.csv", "pue.aws/"),
    Answer("what happens to a corrupt state file?", "storage/beside.py", ".corrupt"),
    Answer("how are counters integrated?", "collect/integral.py", "def pieces"),
    Answer("which replica takes which resource?", "collect/shard.py", "class Shard"),
    Answer("which reads wait when the budget is small?", "collect/read_budget.py", "budget"),
    Answer("what is summed with -metrics.aggregate?", "exposition/aggregation.py", "aggregat"),
    Answer(
        "what are the names of the original exporter?",
        "exposition/families/upstream.py",
        "estimated_watts",
    ),
    Answer("when is /readyz 503?", "web/health.py", "readyz"),
    Answer("who is let in, and how often?", "web/guard.py", "rate_limit"),
    Answer("how are passwords checked?", "web/passwords.py", "bcrypt"),
    Answer("what does the OpenAPI file say?", "web/api/openapi.py", "openapi"),
    Answer("how is remote write encoded?", "push/remote_write.py", "WriteRequest"),
    Answer("when is a stale marker sent?", "push/endings.py", "rendering that the next lacks"),
    Answer("how is ENTSO-E asked?", "grid/entsoe.py", "ENTSO-E"),
    Answer("which policy must the exporter have?", "commands/permissions.py", "policy"),
    Answer("who writes docs/METRICS.md?", "documents/generated.py", "METRICS.md"),
    Answer("what runs on Lambda?", "aws_lambda.py", "def "),
    Answer("what is in the made-up estate?", "providers/demo/estate.py", "def "),
    Answer("how does a log line look?", "logs.py", "class JsonFormatter"),
    Answer("what is shown amid the first collection?", "collect/first_figures.py", "pause_seconds"),
    Answer("how far is the first collection?", "collect/progress.py", "first collection: "),
    Answer("how many joules takes a token?", "model/token_energy.py", "joules_per_token"),
    Answer("how large is a language model?", "model/language_models.py", "_BILLIONS"),
    Answer("where are tokens summed by model?", "collect/token_sums.py", "class TokenSums"),
    Answer("which CloudFormation types draw power?", "providers/aws/types.csv", "AWS::EC2::"),
    Answer("which types of Google draw power?", "providers/gcp/types.csv", "googleapis.com/"),
    Answer("which lists of Scaleway are read?", "providers/scaleway/lists.csv", "k8s"),
    Answer("what is optional, and refused?", "providers/refusals.py", "class Refusals"),
    Answer("what of AWS can be refused?", "providers/aws/client/optional.py", "ce:GetCostAndUsage"),
    Answer("which permission sets of Scaleway?", "providers/scaleway/permission_sets.py", "rules"),
    Answer("how is the policy of AWS limited?", "commands/aws_policy.py", "aws:RequestedRegion"),
    Answer("may a target have several roles?", "config/target_roles.py", "session_duration"),
    Answer("what does a reserved machine draw?", "providers/idle_hardware.py", "def idle"),
    Answer("in which partition is a region?", "providers/partitions.py", "aws-us-gov"),
    Answer("which grid has a Local Zone?", "model/place_names.py", "zone"),
    Answer("what must be deleted before the end?", "providers/owing.py", "class Debtor"),
    Answer(
        "which tokens did a killed process leave?",
        "providers/scaleway/client/left_tokens.py",
        "reap",
    ),
    Answer("which service runs an EC2 instance?", "providers/aws/describing/managers.py", "eks"),
    Answer("what is kept of a life over a restart?", "storage/life_rows.py", "SavedTimeline"),
)


@over_all("answer", ANSWERS, ids=lambda answer: answer.question)
def test_the_file_is_there_and_answers(answer: Answer) -> None:
    assert answer.words in (SRC / answer.file).read_text(encoding="utf-8")


def test_each_question_is_asked_once_and_each_file_answers_one() -> None:
    asked = Counter(answer.question for answer in ANSWERS)
    answering = Counter(answer.file for answer in ANSWERS)
    assert max(asked.values()) == max(answering.values()) == 1
    assert len(ANSWERS) >= 60
