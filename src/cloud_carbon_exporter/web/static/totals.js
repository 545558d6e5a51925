// The four totals, of which the chosen one is the largest, and what they are like.

import { chosen } from "./chosen.js";
import { byId, h, show, svg } from "./dom.js";
import { number, range, watts, written, yearly, yearlyEnergy } from "./format.js";
import { MEASURES, teller } from "./measures.js";

/** A value on its interval, on a scale that begins at zero. */
function interval(estimate, text) {
  const most = estimate.upper * 1.06 || 1;
  const at = (value) => `${(100 * value) / most}%`;
  return h("div", { class: "interval" },
    svg("svg", { "aria-hidden": "true", focusable: "false" },
      svg("rect", { class: "rail", x: 0, y: 5, width: "100%", height: 4, rx: 2 }),
      svg("rect", { class: "range", x: at(estimate.lower), y: 2, width: at(estimate.upper - estimate.lower), height: 10, rx: 3 }),
      svg("line", { class: "tick", x1: at(estimate.value), x2: at(estimate.value), y1: -1, y2: 15 })),
    h("p", { class: "muted num" }, text));
}

const TITLES = { total: "Total emissions", operational: "Operational", embodied: "Embodied", power: "Power" };
const MEANS = { total: "of power and of manufacture", operational: "of the power drawn", embodied: "of manufacture, over its life", power: "PUE included" };

function year(name, estimate) {
  const of = name === "power" ? yearlyEnergy(estimate) : yearly(estimate);
  return `${written(of)}${name === "power" ? "" : " CO₂e"} a year at this rate`;
}

function card(name, told) {
  const estimate = told.totals[MEASURES[name].key];
  const of = teller(name, estimate.value)(estimate);
  const [mass, time] = of.unit.split("/");
  const unit = name === "power" ? of.unit : `${mass} CO₂e/${time}`;
  const partly = told.ready ? "" : ", so far"; // of what the first collection has listed by then
  const holder = byId(name);
  holder.classList.toggle("chosen", chosen.measure === name);
  holder.replaceChildren(
    h("h2", {}, `${TITLES[name]}${partly}`),
    h("p", { class: "big num" }, of.value, " ", h("small", {}, unit)),
    interval(estimate, `9 in 10: ${range(of)}`),
    h("p", { class: "muted" }, MEANS[name]),
    h("p", { class: "muted num" }, year(name, estimate)));
}

export function renderTotals(told) {
  show(byId("totals"), told.totals.resources > 0); // where nothing is known, zero would be a claim
  for (const name of Object.keys(MEASURES)) card(name, told);
  show(byId("like"), told.totals.resources > 0);
  byId("like").replaceChildren(
    h("span", {}, `${number(told.totals.resources)} ${told.totals.resources === 1 ? "resource" : "resources"} of ${number(told.by.kind.length)} ${told.by.kind.length === 1 ? "kind" : "kinds"}. That is like `),
    ...told.equivalents.flatMap((each, index) => [index ? " or " : "", equivalent(each, told.totals)]),
    ".", users(told));
}

function users(told) {
  const connected = told.gauges.demo_connected_users;
  return connected ? ` A connected user: ${watts(told.totals.power_watts.value / connected)}.` : "";
}

function equivalent(each, totals) {
  const amount = each.of === "watts" ? totals.power_watts.value / each.each : (totals.emissions_grams_per_second.value * 3600) / each.each;
  const name = each.of === "watts" ? each.name : `${each.name} every hour`;
  return h("span", {}, h("b", { class: "num" }, number(amount)), ` ${name} (`, h("a", { href: each.url, rel: "noreferrer" }, each.source), ")");
}
