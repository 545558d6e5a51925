// How sure the chosen total is, in one sentence, and what makes it doubtful, in the open.

import { chosen } from "./chosen.js";
import { byId, h, show, svg } from "./dom.js";
import { number, percent, power, written } from "./format.js";
import { MEASURES, teller } from "./measures.js";

const MOST_PARTS = 10;
const DOUBTS = 6;

/** A share as people say it: "4 of 5". */
export function part(ratio) {
  if (ratio > 0.985) return "All";
  if (ratio < 0.02) return "Hardly any";
  let best = [1, 1];
  for (let whole = 2; whole <= MOST_PARTS; whole += 1) {
    const some = Math.round(ratio * whole);
    if (some < 1 || some >= whole) continue;
    if (Math.abs(some / whole - ratio) < Math.abs(best[0] / best[1] - ratio) - 0.015) best = [some, whole];
  }
  return best[1] === 1 ? "9 of 10" : best.join(" of ");
}

/** The sentence about one measure. */
export function sentence(told, measure) {
  const { basis, doubts } = told.certainty[measure];
  const units = measure === "power" ? "watts" : "grams";
  const share = part(basis.measured);
  const read = `${share} ${units} rest on loads that were read, or on what needs none`;
  const unread = basis.default + basis.assumed;
  const rest = unread > 0.005 ? ` (${percent(basis.default)} on a stated load, ${percent(basis.assumed)} on hardware or figures that are guessed)` : "";
  const doubt = doubts.length ? `; the largest doubt is ${doubts[0].name} (${percent(doubts[0].ratio)} of it)` : "";
  return `${read}${rest}${doubt}.`;
}

const step = (text, value, kind = "") => h("div", { class: kind }, h("dt", {}, text), h("dd", { class: "num" }, value));

function sum(told) {
  const { power_watts: watts, operational_emissions_grams_per_second: operational,
    embodied_emissions_grams_per_second: embodied, emissions_grams_per_second: all } = told.totals;
  const tell = teller("total", all.value);
  const grid = watts.value ? (operational.value * 3.6e6) / watts.value : 0;
  return h("dl", { class: "sum" },
    step("Power of hardware and of what cools it", written(power(watts))),
    step("× carbon of the grids it hangs on", `${number(grid)} g/kWh`),
    step("= operational emissions", written(tell(operational)), "line"),
    step("+ manufacture, spread over its life", written(tell(embodied))),
    step("= total emissions", written(tell(all)), "line whole"));
}

function doubtRow({ name, ratio }) {
  return h("tr", {}, h("th", { scope: "row" }, name),
    h("td", { class: "line", "aria-hidden": "true" }, svg("svg", { focusable: "false" }, svg("rect", { class: "bar", x: 0, y: 4, height: 8, rx: 2, width: `${100 * ratio}%` }))),
    h("td", { class: "n" }, percent(ratio)));
}

export function renderCertainty(told) {
  show(byId("certainty"), told.totals.resources > 0);
  const doubts = told.certainty[chosen.measure].doubts.slice(0, DOUBTS);
  byId("certainty-sentence").textContent = sentence(told, chosen.measure);
  byId("certainty-sum").replaceChildren(h("h3", {}, "How it adds up"), sum(told));
  byId("certainty-doubts").replaceChildren(h("h3", {}, `What the interval of ${MEASURES[chosen.measure].what} comes from`),
    h("table", { class: "bars" }, h("caption", { class: "hidden" }, "Doubts, by their share of the variance"),
      h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "Doubt"), h("td", {}), h("th", { scope: "col" }, "Share"))),
      h("tbody", {}, doubts.map(doubtRow))));
}
