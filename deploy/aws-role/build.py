"""Role of AWS: writes the actions of the exporter into its CloudFormation template and its module.

`scripts/renew` runs it; a test holds both to what `cloud-carbon-exporter permissions` prints.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from cloud_carbon_exporter.commands import aws_policy

HERE = Path(__file__).parent
TEMPLATE, MODULE = HERE / "role.yml", HERE / "terraform" / "actions.json"
# Actions stand between the line that names them and the next line that is no action.
_LIST = re.compile(r"^( *)# actions: (?P<name>[a-z-]+)\n(?: *- [a-z0-9-]+:\w+\n)*", re.M)


def lists() -> dict[str, tuple[str, ...]]:
    """Actions by the name of their list: everywhere, regional, and the optional features."""
    allowed = aws_policy.actions()
    return {"everywhere": allowed.everywhere, "regional": allowed.regional, **allowed.optional}


def template(text: str) -> str:
    """Text of the CloudFormation template with each list written anew."""
    known = lists()

    def written(match: re.Match[str]) -> str:
        indent, name = match[1], match["name"]
        lines = [f"{indent}# actions: {name}", *_items(indent, known[name])]
        return "\n".join([*lines, ""])

    return _LIST.sub(written, text)


def _items(indent: str, actions: Iterable[str]) -> Iterable[str]:
    return map(f"{indent}- {{}}".format, actions)


def module() -> str:
    """Text of the module's table of actions."""
    return json.dumps(lists(), indent=2) + "\n"


if __name__ == "__main__":
    TEMPLATE.write_text(template(TEMPLATE.read_text(encoding="utf-8")), encoding="utf-8")
    MODULE.write_text(module(), encoding="utf-8")
    sys.stdout.write("deploy/aws-role\n")
