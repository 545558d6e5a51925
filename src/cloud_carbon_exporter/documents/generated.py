"""Documents that follow from the code: flags, services, permissions, metrics.

`scripts/docs` writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from cloud_carbon_exporter.commands import permissions, services
from cloud_carbon_exporter.config.budgets import KEYS as BUDGET_KEYS
from cloud_carbon_exporter.config.budgets import BudgetKey
from cloud_carbon_exporter.config.clusters import CLUSTER_KEYS
from cloud_carbon_exporter.config.flag import COMMANDS, EXIT_CODES, PROGRAM, Flag
from cloud_carbon_exporter.config.flags import FLAGS
from cloud_carbon_exporter.config.target_keys import KEYS, Key
from cloud_carbon_exporter.config.values import listed
from cloud_carbon_exporter.documents import (
    api_page,
    cost_tables,
    machine_page,
    scaleway_lists,
    type_tables,
)
from cloud_carbon_exporter.exposition import OF_ESTATE, OF_EXPORTER, UPSTREAM, Family
from cloud_carbon_exporter.providers.clouds import REAL_CLOUDS
from cloud_carbon_exporter.reporting.tables import markdown_table

_NOTE = "<!-- Written by scripts/docs from the code; what is changed here by hand is lost. -->"
_EXAMPLE = """\
```yaml
listen: 0.0.0.0:2922
metrics: {tags: [team, env]}
targets:
  - provider: aws
    name: prod
    role_arn: "arn:aws:iam::111111111111:role/carbon"
    regions: [eu-west-3, us-east-1]
    exclude: [ec2/volume]
  - {provider: gcp, project_id: my-project}
  - {provider: scw, organization_id: "00000000-0000-0000-0000-000000000000"}
budgets:
  - {name: data, kilograms: 120, period: month, tags: {team: data}}
```"""


def pages() -> Mapping[str, str]:
    """Text of every generated page, by file name."""
    return {
        "FLAGS.md": _flags(),
        "SERVICES.md": _services(),
        "PERMISSIONS.md": _permissions(),
        "METRICS.md": _metrics(),
        "AWS_TYPES.md": _aws_types(),
        "SCALEWAY_LISTS.md": _scaleway_lists(),
        "GCP_TYPES.md": _gcp_types(),
        "MACHINES.md": _page("Machine families, and how sure of each", *machine_page.blocks()),
    }


WRITTEN_INTO: Mapping[str, Callable[[str], str]] = {
    "cost.md": cost_tables.written,
    "api.md": api_page.written,
}
"""Pages by hand but for their tables, each with what writes those into it."""


def _flags() -> str:
    return _page(
        "Commands, flags and the file",
        "A flag takes one dash or two, and its value after `=` or a space; `-demo.enabled`, "
        "`-demo.enabled=true` and `-demo.enabled true` are the same. Flags win over environment "
        "variables, variables over the file, the file over the defaults.",
        markdown_table(
            ("command", "what it does"), zip(map(_code, COMMANDS), COMMANDS.values(), strict=True)
        ),
        f"`{PROGRAM} help` prints the few flags one begins with, `help all` every one of them, and "
        "`help all report` those of one command.",
        "## Exit codes",
        markdown_table(("code", "what it tells"), _exit_codes()),
        "A batch (`-batch`) goes on after a bad line: with `-strict` too a name that is not known "
        "is an error in that line's answer, and the exit code 1.",
        "## Flags",
        markdown_table(("flag", "default", "commands", "meaning"), map(_flag, FLAGS)),
        "Every flag is also an environment variable: `CLOUD_CARBON_` and its name in capitals, "
        "with `_` for dots and dashes (`-cloud.provider` is `CLOUD_CARBON_CLOUD_PROVIDER`). "
        "Durations are in Go's notation (`30s`, `5m`, `1h30m`) or bare seconds.",
        "## The file",
        "`-config.file` is YAML: the flags of `serve`, nested by their dots, and `targets`, a list "
        "of what to explore beside what the flags name.",
        _EXAMPLE,
        markdown_table(("key of a target", "providers", "value", "meaning"), map(_key, KEYS)),
        "`budgets` is a list of [budgets of carbon](budgets.md), each of these keys:",
        markdown_table(("key of a budget", "value", "meaning"), map(_budget_key, BUDGET_KEYS)),
        "### Clusters of Kubernetes",
        "`kubernetes` is a list of clusters to be split by namespace and workload: "
        "[how](kubernetes.md).",
        markdown_table(("key of a cluster", "value", "meaning"), map(_cluster_key, CLUSTER_KEYS)),
    )


def _exit_codes() -> list[tuple[str, ...]]:
    return [(str(code), meaning) for code, meaning in EXIT_CODES.items()]


def _flag(flag: Flag[object]) -> tuple[str, ...]:
    names = ", ".join(map(_code, flag.dashed))
    meaning = f"{flag.meaning} Allowed: {flag.kind.allowed}."
    return names, _code(flag.default), ", ".join(flag.commands), meaning


def _key(key: Key[object]) -> tuple[str, ...]:
    return _code(key.name), ", ".join(key.providers), key.kind.allowed, key.meaning


def _budget_key(key: BudgetKey) -> tuple[str, ...]:
    return _code(key.name), key.kind.allowed, key.meaning


def _cluster_key(key: Key[object]) -> tuple[str, ...]:
    return _code(key.name), key.kind.allowed, key.meaning


def _services() -> str:
    return _page(
        "What is supported",
        "Each kind of resource, the call that lists it, and the series of the provider's "
        "monitoring that drive its estimate. What is listed and not in this table is counted as "
        "`unsupported` in `cloud_carbon_resources`.",
        services.as_markdown(REAL_CLOUDS).rstrip(),
    )


def _permissions() -> str:
    blocks: list[str] = []
    for name, cloud in REAL_CLOUDS.items():
        rows: list[tuple[str, ...]] = []
        for permission, kinds in permissions.needed(name).items():
            rows.append((_code(permission), ", ".join(kinds) or "everything"))
        blocks += [f"## {cloud.title}", markdown_table(("permission", "for"), rows)]
    forms = listed(tuple(map("`-format {}`".format, permissions.POLICIES)))
    return _page(
        "What the exporter must be allowed",
        "It reads names, sizes and metrics, and changes nothing. "
        f"`{PROGRAM} permissions` prints this list; with {forms} as a policy to apply. "
        f"`{PROGRAM} check` says which of them are missing.",
        *blocks,
    )


def _metrics() -> str:
    return _page(
        "Metrics",
        "Labels that are empty are left out. `tag_*` stands for the tags that `-metrics.tags` "
        "names.",
        "## Of the estate",
        _families(OF_ESTATE),
        "## Of the exporter itself",
        _families(OF_EXPORTER),
        "## Names of the original exporter",
        "Only with `-metrics.upstream-names`.",
        _families(UPSTREAM),
    )


def _aws_types() -> str:
    return _page(
        "Resource types of AWS",
        "Every type that CloudFormation knows, whether it draws power of its own, and what we do "
        "with it. The table is `providers/aws/types.csv`; a type that is not in it is named in the "
        "ledger where an inventory of AWS shows it.",
        *type_tables.aws_blocks(),
    )


def _gcp_types() -> str:
    return _page(
        "Asset types of Google Cloud",
        "Every type that Cloud Asset Inventory knows, whether it draws power of its own, and what "
        "we do with it. The table is `providers/gcp/types.csv`; a type that is not in it is named "
        "in the ledger where Asset Inventory shows it.",
        *type_tables.gcp_blocks(),
    )


def _scaleway_lists() -> str:
    return _page(
        "Lists of Scaleway",
        "Every list call of Scaleway's official SDK, whether what it lists draws power of its own, "
        "and what we do with it. The table is `providers/scaleway/lists.csv`. Object Storage is "
        "listed over S3, as `object/bucket`.",
        *scaleway_lists.blocks(),
    )


def _families(families: Iterable[Family]) -> str:
    rows: list[tuple[str, ...]] = []
    for family in families:
        labels = ", ".join(map(_code, family.labels))
        rows.append((_code(family.name), family.type, labels, family.help))
    return markdown_table(("name", "type", "labels", "meaning"), rows)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join((f"# {title}", _NOTE, *blocks)) + "\n"


def main(arguments: list[str], folder: Path) -> int:
    """Write the pages into a folder, or with --check only say which are stale; the exit code."""
    check = arguments == ["--check"]
    wanted = dict(pages())
    for name, write in WRITTEN_INTO.items():
        page = folder / name
        if page.is_file():
            wanted[name] = write(page.read_text(encoding="utf-8"))
    stale: list[str] = []
    for name, text in wanted.items():
        page = folder / name
        if page.is_file() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(page))
        if not check:
            page.write_text(text, encoding="utf-8")
    if stale:
        told = "stale, run scripts/docs" if check else "written"
        sys.stdout.write(f"{told}: {', '.join(stale)}\n")
    return 1 if check and stale else 0
