"""Settings after a reload: what changes at once, and what takes a restart."""

from __future__ import annotations

import logging

from cloud_carbon_exporter import logs
from cloud_carbon_exporter.config import Settings

log = logging.getLogger(__name__)

# Settings a reload does not follow, and how they are called.
_FIXED = {
    "listen": "-listen",
    "state_file": "-state.file",
    "history_file": "-history.file",
    "web_config_file": "-web.config.file",
    "push": "destination of pushes",
}


def say_what_changes(before: Settings, after: Settings) -> None:
    """Follow the log's own settings, and say what is wrong or takes a restart."""
    if (after.log_level, after.log_format) != (before.log_level, before.log_format):
        logs.configure(after.log_level, after.log_format)
    for warning in after.warnings:
        log.warning("%s", warning)
    for name, flag in _FIXED.items():
        if getattr(after, name) != getattr(before, name):
            log.warning("reload: a new %s takes a restart", flag)
