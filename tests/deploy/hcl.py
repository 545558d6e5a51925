"""Terraform modules without their providers: what their locals come to, worked out by Terraform."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest


def beside_python(name: str) -> str:
    """A program of the virtual environment, or of the machine; skips the test without it."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def terraform(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Terraform in a folder."""
    return subprocess.run(
        [beside_python("terraform"), *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def evaluated(
    module: Path, files: Sequence[str], shown: Sequence[str], folder: Path, **said: Any
) -> dict[str, Any]:
    """Locals of a module by name, from those of its files that need no provider."""
    for name in files:
        shutil.copy(module / name, folder / name)
    outputs = "\n".join(f'output "{name}" {{ value = local.{name} }}' for name in shown)
    (folder / "shown.tf").write_text(f"{outputs}\n", encoding="utf-8")
    (folder / "terraform.tfvars.json").write_text(json.dumps(said), encoding="utf-8")
    for words in (["init"], ["apply", "-auto-approve"]):
        done = terraform(folder, *words, "-no-color", "-input=false")
        assert done.returncode == 0, done.stdout + done.stderr
    done = terraform(folder, "output", "-json")
    values: dict[str, Any] = json.loads(done.stdout)
    return {name: each["value"] for name, each in values.items()}
