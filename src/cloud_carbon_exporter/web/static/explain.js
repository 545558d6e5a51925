// The sum behind one resource, term by term.

import { h } from "./dom.js";
import { hourly, number, percent, power, range, written } from "./format.js";

const SUMS = [
  ["power_watts", "power_watts", "Power", power, ""],
  ["operational_grams_per_second", "operational_emissions_grams_per_second", "Operational emissions", hourly, ""],
  ["embodied_grams_per_second", "embodied_emissions_grams_per_second", "Embodied emissions", hourly, ""],
];

const PRICES_POWER = new Set(["pue", "grid"]); // their amount is the watts they are applied to

const exactly = (value) => ({ value, lower: value, upper: value });

function term(of, scale, suffix) {
  const figure = `${number(of.figure)} (${number(of.low)} – ${number(of.high)}) ${of.unit}`;
  return h("tr", {},
    h("th", { scope: "row" }, of.component, h("small", {}, of.part)),
    h("td", { class: "n" }, PRICES_POWER.has(of.component) ? written(power(exactly(of.amount))) : number(of.amount)),
    h("td", { class: "n" }, of.utilisation === null ? "–" : percent(of.utilisation)),
    h("td", {}, figure, h("small", {}, of.source), of.reason ? h("small", { class: "error" }, of.reason) : null),
    h("td", { class: "n" }, `${written(scale(exactly(of.value)))}${suffix}`));
}

function sum([name, estimate, title, scale, suffix], told) {
  const terms = told.terms.filter((each) => each.sum === name);
  const total = told.resource[estimate];
  if (!terms.length || !total) return [h("h3", {}, title), h("p", { class: "muted" }, "Not known: no region, so no grid.")];
  const column = (text, kind = "") => h("th", { scope: "col", class: kind }, text);
  const made = scale(total);
  return [
    h("h3", {}, title),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h("table", {},
        h("thead", {}, h("tr", {}, column("Part"), column("Amount", "n"), column("Load", "n"), column("One of it, its range, and who says so"), column("Adds", "n"))),
        h("tbody", {}, terms.map((each) => term(each, scale, suffix)),
          h("tr", { class: "total" }, h("td", { colspan: 4 }, "Together, with its 90 % interval"),
            h("td", { class: "n" }, `${written(made)}${suffix}`, h("small", {}, range(made))))))),
  ];
}

export async function explanation(id) {
  const response = await fetch(`api/v1/resources/${encodeURIComponent(id)}/explain`);
  const told = await response.json();
  if (!response.ok) return h("p", { class: "error" }, told.error.message);
  const { reason, basis } = told.resource;
  return h("div", {},
    h("p", { class: "muted whole" }, h("bdi", {}, id)),
    h("p", { class: "muted" }, `Basis: ${basis}${reason ? `, because: ${reason}` : ""}.`),
    ...SUMS.flatMap((each) => sum(each, told)));
}
