"""The documents that follow from the code: flags, services, permissions, metrics. `scripts/docs`
writes them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from cloud_carbon_exporter.commands import permissions, services
from cloud_carbon_exporter.config.flags import COMMANDS, FLAGS, MACHINE_PROVIDERS, Flag
from cloud_carbon_exporter.config.targets import KEYS
from cloud_carbon_exporter.documents import api_page, cost_tables
from cloud_carbon_exporter.exposition import OF_ESTATE, OF_EXPORTER, UPSTREAM, Family

_NOTE = "<!-- Written by scripts/docs from the code; what is changed here by hand is lost. -->"


def pages() -> Mapping[str, str]:
    """File name -> text of every generated page."""
    return {
        "FLAGS.md": _flags(),
        "SERVICES.md": _services(),
        "PERMISSIONS.md": _permissions(),
        "METRICS.md": _metrics(),
    }


def _flags() -> str:
    return _page(
        "Commands, flags and the file",
        "A flag takes one dash or two, and its value after `=` or a space; `-demo.enabled`, `-demo.enabled=true` and "
        "`-demo.enabled true` are the same. Flags win over environment variables, variables over the file, the file "
        "over the defaults.",
        _table(
            ("command", "what it does"),
            ((f"`{name}`", meaning) for name, meaning in COMMANDS.items()),
        ),
        "## Flags",
        _table(
            ("flag", "default", "commands", "meaning"),
            (
                (_names(flag), _code(flag.default), ", ".join(flag.commands), _meaning(flag))
                for flag in FLAGS
            ),
        ),
        "Every flag is also an environment variable: `CLOUD_CARBON_` and its name in capitals, with `_` for dots and "
        "dashes (`-cloud.provider` is `CLOUD_CARBON_CLOUD_PROVIDER`). Durations are in Go's notation (`30s`, `5m`, "
        "`1h30m`) or bare seconds.",
        "## The file",
        "`-config.file` is YAML: the flags of `serve`, nested by their dots, and `targets`, a list of what to explore "
        "beside what the flags name.",
        "```yaml\n"
        "listen: 0.0.0.0:2922\n"
        "metrics: {tags: [team, env]}\n"
        "targets:\n"
        "  - provider: aws\n"
        "    name: prod\n"
        '    role_arn: "arn:aws:iam::111111111111:role/carbon"\n'
        "    regions: [eu-west-3, us-east-1]\n"
        "    exclude: [ec2/volume]\n"
        "  - {provider: gcp, project_id: my-project}\n"
        '  - {provider: scw, organization_id: "00000000-0000-0000-0000-000000000000"}\n'
        "```",
        _table(
            ("key of a target", "providers", "value", "meaning"),
            (
                (f"`{key.name}`", ", ".join(key.providers), key.kind.allowed, key.meaning)
                for key in KEYS
            ),
        ),
    )


def _names(flag: Flag) -> str:
    return ", ".join(f"`-{name}`" for name in flag.names)


def _meaning(flag: Flag) -> str:
    return f"{flag.meaning} Allowed: {flag.kind.allowed}."


def _services() -> str:
    return _page(
        "What is supported",
        "Each kind of resource, the call that lists it, and the series of the provider's monitoring that drive its "
        "estimate. What is listed and not in this table is counted as `unsupported` in `cloud_carbon_resources`.",
        services.as_markdown(MACHINE_PROVIDERS).rstrip(),
    )


def _permissions() -> str:
    blocks = []
    for name in MACHINE_PROVIDERS:
        rows = (
            (_code(each), ", ".join(kinds) or "everything")
            for each, kinds in permissions.needed(name).items()
        )
        blocks += [f"## {services.NAMES[name]}", _table(("permission", "for"), rows)]
    return _page(
        "What the exporter must be allowed",
        "It reads names, sizes and metrics, and changes nothing. `cloud-carbon-exporter permissions` prints this list; "
        "with `-format iam`, `-format gcp` or `-format scw` as a policy to apply. `cloud-carbon-exporter check` says "
        "which of them are missing.",
        *blocks,
    )


def _metrics() -> str:
    return _page(
        "Metrics",
        "Labels that are empty are left out. `tag_*` stands for the tags that `-metrics.tags` names.",
        "## Of the estate",
        _families(OF_ESTATE),
        "## Of the exporter itself",
        _families(OF_EXPORTER),
        "## Names of the original exporter",
        "Only with `-metrics.upstream-names`.",
        _families(UPSTREAM),
    )


def _families(families: Iterable[Family]) -> str:
    return _table(
        ("name", "type", "labels", "meaning"),
        (
            (_code(each.name), each.type, ", ".join(map(_code, each.labels)), each.help)
            for each in families
        ),
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    escaped = (tuple(cell.replace("|", "\\|") for cell in row) for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *escaped))


def _page(title: str, *blocks: str) -> str:
    return "\n\n".join((f"# {title}", _NOTE, *blocks)) + "\n"


def _completed(folder: Path) -> Mapping[str, str]:
    """The pages that are written by hand but for some parts, those parts as they must be."""
    completed = {}
    for name, written in (("cost.md", cost_tables.written), ("api.md", api_page.written)):
        page = folder / name
        if page.is_file():
            completed[name] = written(page.read_text(encoding="utf-8"))
    return completed


def main(arguments: list[str], folder: Path) -> int:
    """Write the pages into a folder, or with --check only say which are stale; the exit code."""
    check = arguments == ["--check"]
    stale = []
    for name, text in {**pages(), **_completed(folder)}.items():
        path = folder / name
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if not check:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stdout.write(
            f"{'stale, run scripts/docs' if check else 'written'}: {', '.join(stale)}\n"
        )
    return 1 if check and stale else 0
