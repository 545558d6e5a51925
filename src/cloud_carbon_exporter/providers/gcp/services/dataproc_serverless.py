"""Serverless Spark (Dataproc): batches and sessions, by the DCUs that Dataproc tells of each.

A DCU is a vCPU with 4 GB of memory, or as much in another proportion: 0.6 are one vCPU, and 0.1 one
GB (https://cloud.google.com/dataproc-serverless/pricing).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from cloud_carbon_exporter.model.types import Component
from cloud_carbon_exporter.providers.description import Description, states
from cloud_carbon_exporter.providers.gcp.client.discovery import LISTING
from cloud_carbon_exporter.providers.gcp.describing.asset import Asset, Life, of_type, parse
from cloud_carbon_exporter.providers.gcp.describing.hardware import hidden
from cloud_carbon_exporter.providers.gcp.describing.times import moment
from cloud_carbon_exporter.providers.spec import Raw, Scope, ServiceSpec

# A batch stays listed after its end, as a session does, with what it used.
BATCH_STATES = states(running="RUNNING CANCELLING", gone="PENDING CANCELLED SUCCEEDED FAILED")
SESSION_STATES = states(running="ACTIVE TERMINATING", gone="CREATING TERMINATED FAILED")

_BEGUN = frozenset({"RUNNING", "ACTIVE"})
_ENDED = frozenset({"CANCELLED", "SUCCEEDED", "FAILED", "TERMINATED"})
_GIB_PER_DCU = 4
_USUAL_DCUS = 12.0
"""DCUs of a driver of 4 vCPUs and two executors of 4, which is what Spark begins with here
(https://cloud.google.com/dataproc-serverless/docs/concepts/properties)."""
_WHY = "its processor is not shown"
_BOARDS = {"L4": "L4", "A10040": "A100 SXM4 40GB", "A10080": "A100 SXM4 80GB"}
"""Ends of the names of fields -> boards of the facts."""
_MILLI = 1000


class _Use(NamedTuple):
    """What one holds: DCUs, GB for shuffling, and how many of each board."""

    dcus: float
    shuffle_gb: float
    boards: Mapping[str, float]


def _number(told: Mapping[str, Any], field: str) -> float:
    return float(told.get(field) or 0)


def _boards(told: Mapping[str, Any], field: str, units: float) -> Mapping[str, float]:
    """Boards by a field for each; runtimes before 3.0 have one field, and name the board beside."""
    boards = {_BOARDS[end]: _number(told, field + end) / units for end in _BOARDS}
    if older := _number(told, field):
        end = str(told.get("acceleratorType", "")).upper().replace("-", "")
        board = _BOARDS.get(end, "default")
        boards[board] = boards.get(board, 0) + older / units
    return boards


def _now(told: Mapping[str, Any]) -> _Use:
    """Use of a UsageSnapshot. What is charged at the premium tier stands apart, and draws alike."""
    dcus = _number(told, "milliDcu") + _number(told, "milliDcuPremium")
    shuffle_gb = _number(told, "shuffleStorageGb") + _number(told, "shuffleStorageGbPremium")
    return _Use(dcus / _MILLI, shuffle_gb, _boards(told, "milliAccelerator", _MILLI))


def _on_average(told: Mapping[str, Any], seconds: float) -> _Use:
    """Use of UsageMetrics, which are sums over the life of one."""
    return _Use(
        _number(told, "milliDcuSeconds") / _MILLI / seconds,
        _number(told, "shuffleStorageGbSeconds") / seconds,
        _boards(told, "milliAcceleratorSeconds", _MILLI * seconds),
    )


def _life(data: Mapping[str, Any]) -> Life:
    """When it began to run and when it ended, by the states it has been in; neither if never."""
    history = [*data.get("stateHistory", ())]
    history.append({"state": data.get("state"), "stateStartTime": data.get("stateTime")})
    started = ended = None
    for past in history:
        if past.get("state") in _BEGUN:
            started = started or moment(past.get("stateStartTime"))
        elif past.get("state") in _ENDED:
            ended = moment(past.get("stateStartTime"))
    return Life(started, ended) if started is not None else Life()


def _parts(use: _Use, why: str) -> tuple[Component, ...]:
    held = list(hidden(use.dcus, use.dcus * _GIB_PER_DCU, why))
    if use.shuffle_gb:
        held.append(Component("block", "gcp/pd-ssd", use.shuffle_gb))
    for board, number in use.boards.items():
        if number:
            held.append(Component("gpu", board, number, "gpu_ratio"))
    return tuple(held)


def _running(data: Mapping[str, Any], life: Life) -> tuple[Component, ...]:
    """What it holds now, or held on average; what Spark begins with, where nothing is told."""
    info = data.get("runtimeInfo", {})
    if life.started is not None and life.ended is not None and life.ended > life.started:
        if "approximateUsage" in info:
            seconds = life.ended - life.started
            return _parts(_on_average(info["approximateUsage"], seconds), _WHY)
    elif "currentUsage" in info:
        return _parts(_now(info["currentUsage"]), _WHY)
    return _parts(_Use(_USUAL_DCUS, 0, {}), "what it uses is not told")


def describe(raw: Raw, scope: Scope) -> Description:
    """Batch or session as the vCPUs and memory of its DCUs, its shuffle storage and its boards."""
    asset: Asset = parse(raw, scope)
    life = _life(asset.data)
    return asset.described(
        running=_running(asset.data, life), state=asset.data.get("state", ""), life=life
    )


_REASON = "The DCUs, shuffle storage and boards that Dataproc tells, from its start to its end."

SPECS = (
    ServiceSpec(
        kind="dataproc/batch",
        listing=LISTING,
        accepts=of_type("dataproc.googleapis.com/Batch"),
        describe=describe,
        states=BATCH_STATES,
        reason=_REASON,
    ),
    ServiceSpec(
        kind="dataproc/session",
        listing=LISTING,
        accepts=of_type("dataproc.googleapis.com/Session"),
        describe=describe,
        states=SESSION_STATES,
        reason=_REASON,
    ),
)
