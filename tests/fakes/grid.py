"""Sources of grid intensity on one port, each at the path of its name, as documented.

What a zone emits at a moment is set by the test; sources that publish a mix of stations answer one
of nuclear power and gas. Faults are injected at the wire. `tests/fakes/grid_schema.py` holds the
documented shapes both sides are held to.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

NUCLEAR_MEGAWATTS, GAS_MEGAWATTS = 900.0, 100.0
TOKEN = "a-secret-token"
HOUR = 3600.0


def iso(at: float, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    """A moment as the sources write it."""
    return datetime.fromtimestamp(at, UTC).strftime(form)


def parsed(text: str, form: str) -> float:
    """A moment as a request writes it."""
    return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()


@dataclass
class GridApis:
    """Grid sources on loopback.

    grams: zone, moment -> g/kWh. faults: source, or source/last part of the path -> what it does
        instead.
    asked: (source, path, query).
    """

    clock: Callable[[], float]
    grams: Callable[[str, float], float] = lambda zone, at: 100.0
    faults: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    answered: list[tuple[str, Any]] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def start(self) -> web.AppRunner:
        """Serve on a free port; `url` says where."""
        app = web.Application()
        app.router.add_get("/{source}/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def base(self, source: str) -> str:
        """The word of -grid.source that points a source here."""
        return f"{source}:{self.url}/{source}"

    def count(self, source: str) -> int:
        """How often a source was asked."""
        return sum(question[0] == source for question in self.asked)

    async def _answer(self, request: web.Request) -> web.Response:
        source, path = request.match_info["source"], request.match_info["path"]
        self.asked.append((source, path, dict(request.query)))
        asked_for = f"{source}/{path.rpartition('/')[2]}"
        fault = self.faults.get(source, "") or self.faults.get(asked_for, "")
        if fault == "html":
            return web.Response(
                text="<html><body>Scheduled maintenance</body></html>", content_type="text/html"
            )
        if fault == "hang":
            await self.hanging.wait()
        if fault.isdigit():
            return web.Response(status=int(fault), text=f'{{"message": "refused {TOKEN}"}}')
        if fault == "cut":
            return web.Response(text='{"data": [')
        handler = {
            "electricitymaps": self._electricitymaps,
            "gb": self._gb,
            "gb-regional": self._gb,
            "energinet": self._energinet,
            "rte": self._rte,
            "eia": self._eia,
            "entsoe": self._entsoe,
            "watttime": self._watttime,
            "prometheus": self._prometheus,
        }[source]
        document = handler(path, request)
        if isinstance(document, web.Response):
            return document
        self.answered.append((source, document))
        if isinstance(document, str):
            return web.Response(text=document, content_type="text/xml")
        return web.Response(text=json.dumps(document), content_type="application/json")

    def _now(self, source: str) -> float:
        return self.clock() - (366 * 86400 if self.faults.get(source) == "old" else 0)

    def _value(self, source: str, zone: str, at: float) -> float:
        scale = {"kilograms": 0.001, "milligrams": 1000.0}.get(self.faults.get(source, ""), 1.0)
        return self.grams(zone, at) * scale

    def _electricitymaps(self, path: str, request: web.Request) -> Any:
        if request.headers.get("auth-token") != TOKEN:
            return web.Response(status=401, text='{"message": "Invalid auth-token"}')
        zone, what = request.query["zone"], path.rpartition("/")[2]
        start = self._now("electricitymaps") // HOUR * HOUR

        def hour(at: float) -> dict[str, Any]:
            return {
                "zone": zone,
                "carbonIntensity": self._value("electricitymaps", zone, at),
                "datetime": iso(at),
                "updatedAt": iso(at),
                "createdAt": iso(at),
                "emissionFactorType": "lifecycle",
                "isEstimated": at > start - 2 * HOUR,
                "estimationMethod": "TIME_SLICER_AVERAGE" if at > start - 2 * HOUR else None,
            }

        if what == "latest":
            return hour(start)
        if what == "history":
            return {"zone": zone, "history": [hour(start - (23 - n) * HOUR) for n in range(24)]}
        ahead = [
            {
                "carbonIntensity": self._value("electricitymaps", zone, start + n * HOUR),
                "datetime": iso(start + n * HOUR),
            }
            for n in range(24)
        ]
        return {"zone": zone, "forecast": ahead, "updatedAt": iso(start)}

    def _gb(self, path: str, request: web.Request) -> Any:
        parts = path.split("/")
        source = "gb-regional" if parts[0] == "regional" else "gb"
        shift = self._now(source) - self.clock()
        start, end = (
            parsed(text, "%Y-%m-%dT%H:%MZ") for text in parts[parts.index("intensity") + 1 :][:2]
        )
        data, at = [], start // 1800 * 1800 + shift
        while at < end + shift:
            grams = self._value(source, "GB", at)
            form = "%Y-%m-%dT%H:%MZ"
            intensity = {"forecast": grams, "index": "moderate"}
            if source == "gb":
                intensity["actual"] = grams if at + 1800 <= self._now(source) else None
            data.append({"from": iso(at, form), "to": iso(at + 1800, form), "intensity": intensity})
            at += 1800
        if source == "gb":
            return {"data": data}
        return {"data": {"regionid": int(parts[-1]), "shortname": "London", "data": data}}

    def _energinet(self, path: str, request: web.Request) -> Any:
        dataset = path.rpartition("/")[2]
        area = json.loads(request.query["filter"])["PriceArea"][0]
        shift = self._now("energinet") - self.clock()
        start, end = (parsed(request.query[name], "%Y-%m-%dT%H:%M") for name in ("start", "end"))
        records, at = [], start // 300 * 300
        while at < end:
            time = iso(at + shift, "%Y-%m-%dT%H:%M:%S")
            grams = self._value("energinet", area, at + shift)
            records.append(
                {"Minutes5UTC": time, "Minutes5DK": time, "PriceArea": area, "CO2Emission": grams}
            )
            at += 300
        return {"total": len(records), "limit": 1000, "dataset": dataset, "records": records}

    def _mix(self, source: str) -> tuple[float, float]:
        if self.faults.get(source) == "kilograms":  # a mix has no unit; what it cannot be is empty
            return 0.0, 0.0
        return NUCLEAR_MEGAWATTS, GAS_MEGAWATTS

    def _rte(self, path: str, request: web.Request) -> Any:
        quarter = self._now("rte") // 900 * 900
        nuclear, gas = self._mix("rte")
        names = ("charbon", "fioul", "eolien", "solaire", "hydraulique", "bioenergies")
        results = [
            {
                "date_heure": iso(quarter - n * 900, "%Y-%m-%dT%H:%M:%S+00:00"),
                "nucleaire": nuclear,
                "gaz": gas,
            }
            | dict.fromkeys(names, 0)
            for n in range(8)
        ]
        return {"total_count": len(results), "results": results}

    def _eia(self, path: str, request: web.Request) -> Any:
        if request.query.get("api_key") != TOKEN:
            return web.Response(status=403, text='{"error": {"code": "API_KEY_INVALID"}}')
        end, data = self._now("eia") // HOUR * HOUR, []
        respondent = request.query["facets[respondent][]"]
        for n in range(3):
            for fuel, megawatts in zip(("NUC", "NG"), self._mix("eia"), strict=True):
                row = {
                    "period": iso(end - n * HOUR, "%Y-%m-%dT%H"),
                    "respondent": respondent,
                    "fueltype": fuel,
                }
                data.append(row | {"value": str(megawatts), "value-units": "megawatthours"})
        return {
            "response": {"total": str(len(data)), "frequency": "hourly", "data": data},
            "apiVersion": "2.1.8",
        }

    def _entsoe(self, path: str, request: web.Request) -> Any:
        if request.query.get("securityToken") != TOKEN:
            return web.Response(status=401, text="<html>Unauthorized</html>")
        zone = request.query["in_Domain"]
        if self.faults.get("entsoe") == "vanished":
            return ACKNOWLEDGEMENT
        end = self._now("entsoe") // HOUR * HOUR
        series = "".join(
            time_series(zone, kind, end - 3 * HOUR, end, megawatts, 3)
            for kind, megawatts in zip(("B14", "B04"), self._mix("entsoe"), strict=True)
        )
        return (
            f'<GL_MarketDocument xmlns="{NAMESPACE}"><type>A75</type>{series}</GL_MarketDocument>'
        )

    def _watttime(self, path: str, request: web.Request) -> Any:
        if path == "login":
            expected = base64.b64encode(f"user:{TOKEN}".encode()).decode()
            if request.headers.get("Authorization") != f"Basic {expected}":
                return web.Response(status=401, text="{}")
            return {"token": "a-session-token"}
        if request.headers.get("Authorization") != "Bearer a-session-token":
            return web.Response(status=401, text="{}")
        start, region = self._now("watttime") // 300 * 300, request.query["region"]
        count = int(request.query["horizon_hours"]) * 12 + 1
        units = "percentile" if self.faults.get("watttime") == "kilograms" else "lbs_co2_per_mwh"
        data = [
            {"point_time": iso(start + n * 300, "%Y-%m-%dT%H:%M:%S+00:00"), "value": 1000.0}
            for n in range(count)
        ]
        meta = {
            "region": region,
            "signal_type": "co2_moer",
            "units": units,
            "data_point_period_seconds": 300,
        }
        return {
            "data": data,
            "meta": meta | {"generated_at": iso(start), "model": {"date": "2023-03-01"}},
        }

    def _prometheus(self, path: str, request: web.Request) -> Any:
        zone = request.query["query"].partition('"')[2].partition('"')[0]
        if self.faults.get("prometheus") == "vanished":
            return {"status": "success", "data": {"resultType": "vector", "result": []}}
        at = self._now("prometheus")
        sample = {"metric": {"location": zone, "is_estimated": "true"}}
        value = [at, str(self._value("prometheus", zone, at))]
        return {
            "status": "success",
            "data": {"resultType": "vector", "result": [sample | {"value": value}]},
        }


NAMESPACE = "urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"
ACKNOWLEDGEMENT = (
    "<Acknowledgement_MarketDocument "
    'xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">'
    "<Reason><code>999</code><text>No matching data "
    "found</text></Reason></Acknowledgement_MarketDocument>"
)


def time_series(
    zone: str, kind: str, start: float, end: float, megawatts: float, points: int, side: str = "in"
) -> str:
    """One TimeSeries of a GL_MarketDocument, all its points alike."""
    form = "%Y-%m-%dT%H:%MZ"
    minutes = int((end - start) / 60 / points)
    listed = "".join(
        f"<Point><position>{n}</position><quantity>{megawatts:g}</quantity></Point>"
        for n in range(1, points + 1)
    )
    return (
        f"<TimeSeries><{side}BiddingZone_Domain.mRID>{zone}</{side}BiddingZone_Domain.mRID>"
        f"<MktPSRType><psrType>{kind}</psrType></MktPSRType>"
        f"<Period><timeInterval><start>{iso(start, form)}</start>"
        f"<end>{iso(end, form)}</end></timeInterval>"
        f"<resolution>PT{minutes}M</resolution>{listed}</Period></TimeSeries>"
    )
