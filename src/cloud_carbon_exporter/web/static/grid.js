// The grids behind the estate, live beside annual; and the same estate elsewhere.

import { byId, h, say, show } from "./dom.js";
import { gramsAnHour, hourly, moment, number, percent, range, watts, written } from "./format.js";
import { chosen } from "./chosen.js";
import { MEASURES, teller } from "./measures.js";
import { renderMap } from "./map.js";
import { renderStrip } from "./regions.js";
import { shade } from "./treemap.js";

const METHODS = { live: "live", market: "market-based", marginal: "marginal" };

let latest = null;

const grams = (of) => (of ? `${number(of.grams_per_kilowatt_hour.value)} g` : "–");

/** Where a region is; a town that only stands for what its provider names is set apart. */
const town = (point) => (point ? `${point.assumed ? "near " : ""}${point.town}` : "");

function row(place, here, tell) {
  const of = (method) => place.grid_intensity.find((each) => each.method === method);
  const live = of("live");
  const used = place.grid_intensity[0];
  const told = live ? `${live.source}${live.estimated ? ", estimated" : ""}` : "";
  const colour = used ? shade(used.grams_per_kilowatt_hour.value) : "";
  return h("tr", {}, h("th", { scope: "row" }, h("span", { class: `key ${colour}`, "aria-hidden": "true" }), h("bdi", {}, place.cloud_region), " ", h("span", { class: "muted" }, place.cloud_provider), h("small", {}, town(place.map_point))),
    h("td", { class: "num n" }, here ? written(tell(here)) : "–", h("small", {}, here ? range(tell(here)) : "")),
    h("td", { class: "num" }, grams(of("location"))),
    h("td", { class: "num", title: told }, grams(live)),
    h("td", { class: "wide-only" }, METHODS[used?.method] ?? "annual"),
    h("td", { class: "num wide-only" }, number(place.pue_ratio.value)));
}

export function renderGrid(told) {
  show(byId("grid"), told.places.length > 0);
  const column = (text, kind = "") => h("th", { scope: "col", class: kind }, text);
  const { key, label } = MEASURES[chosen.measure];
  const value = (place) => place.now?.[key].value ?? 0;
  const places = [...told.places].sort((a, b) => value(b) - value(a));
  byId("grid-table").replaceChildren(h("caption", { class: "hidden" }, "Grid intensity of the regions in use, a kilowatt hour"),
    h("thead", {}, h("tr", {}, column("Region"), column(label, "num n"), column("Annual", "num"), column("Live", "num"), column("Counted by", "wide-only"), column("PUE", "num wide-only"))),
    h("tbody", {}, places.map((place) => row(place, place.now?.[key], teller(chosen.measure, value(places[0]))))));
  latest = told;
  drawn();
}

function drawn() {
  renderMap(latest);
  renderStrip(latest);
}

new ResizeObserver(() => latest && drawn()).observe(byId("strip"));

function change(before, after) {
  if (!before) return "";
  return after < before ? `${percent(1 - after / before)} less` : after > before ? `${percent(after / before - 1)} more` : "the same";
}

function sentence(of) {
  const emits = "operational_emissions_grams_per_second";
  const [here, there] = [hourly(of.here[emits]), hourly(of.there[emits])];
  const text = `${number(of.resources)} ${of.resources === 1 ? "resource" : "resources"} of ${of.cloud_provider} in ${of.cloud_region}: ${watts(of.there.power_watts.value)} instead of `
    + `${watts(of.here.power_watts.value)}, operational emissions of ${written(there)} (9 in 10: ${range(there)}) instead of ${written(here)} (9 in 10: ${range(here)}), ${change(of.here[emits].value, of.there[emits].value)}.`;
  if (of.greenest_hour_ahead === null) return text;
  const best = of.hours.find((each) => each.hours_ahead === of.greenest_hour_ahead);
  return `${text} Greenest from ${moment(of.taken_at + 3600 * of.greenest_hour_ahead)}: ${gramsAnHour(best[emits])}.`;
}

byId("what-if-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = byId("what-if-answer");
  try {
    const response = await fetch(`api/v1/what-if?region=${encodeURIComponent(byId("what-if-region").value.trim())}`);
    const told = await response.json();
    say(answer, response.ok ? sentence(told) : told.error.message);
  } catch {
    say(answer, "The exporter does not answer; try again.");
  }
});
