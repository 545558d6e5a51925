// The four figures on top.

import { byId, h, show, svg } from "./dom.js";
import { hourly, number, power, range, written, yearly } from "./format.js";

/** A value on its interval, on a scale that begins at zero. */
function interval(estimate, text) {
  const most = estimate.upper * 1.06 || 1;
  const at = (value) => `${(100 * value) / most}%`;
  return h("div", { class: "interval" },
    svg("svg", { "aria-hidden": "true", focusable: "false" },
      svg("rect", { class: "rail", x: 0, y: 5, width: "100%", height: 4, rx: 2 }),
      svg("rect", { class: "range", x: at(estimate.lower), y: 2, width: at(estimate.upper - estimate.lower), height: 10, rx: 3 }),
      svg("line", { class: "tick", x1: at(estimate.value), x2: at(estimate.value), y1: -1, y2: 15 })),
    h("p", { class: "muted num" }, h("span", {}, "90 % interval"), h("span", {}, text)));
}

const big = (of, unit = of.unit) => h("p", { class: "big num" }, of.value, " ", h("small", {}, unit));

const part = (name, text, swatch) => h("div", {}, h("dt", { class: swatch ? `swatch ${swatch}` : "" }, name), h("dd", { class: "num" }, text));

const CO2 = "CO₂e";

function card(id, title, ...content) {
  byId(id).replaceChildren(h("h2", {}, title), ...content);
}

export function renderTotals(told) {
  const totals = told.totals;
  show(byId("totals"), totals.resources > 0); // where nothing is known, zero would be a claim
  const watts = power(totals.power_watts);
  const operational = totals.operational_emissions_grams_per_second;
  const embodied = totals.embodied_emissions_grams_per_second;
  const all = totals.emissions_grams_per_second;
  const kinds = told.by.kind.length;
  const partly = told.ready ? "" : ", so far"; // of what the first collection has listed by then
  card("power", `Power now${partly}`, big(watts), interval(totals.power_watts, range(watts)),
    h("dl", { class: "parts" }, part("Resources", `${number(totals.resources)} of ${number(kinds)} kinds`),
      users(told, totals.power_watts.value)));
  card("emissions", `Emissions now${partly}`, big(hourly(all), `${hourly(all).unit} ${CO2}/h`),
    h("dl", { class: "parts" },
      part("Operational", written(hourly(operational)), "of-op"), part("90 % interval", range(hourly(operational))),
      part("Embodied", written(hourly(embodied)), "of-emb"), part("90 % interval", range(hourly(embodied)))));
  const share = all.value ? `${Math.round((100 * embodied.value) / all.value)} %` : "–";
  card("year", `A year at this rate${partly}`, big(yearly(all), `${yearly(all).unit} ${CO2}`),
    h("dl", { class: "parts" },
      part("Between", range(yearly(all))), part("Embodied share", share),
      part("Energy", `${number((totals.power_watts.value * 8766) / 1000)} kWh`)));
  card("like", "That is like", h("ul", { class: "like" }, told.equivalents.map((each) => equivalent(each, totals, all))));
}

function users(told, watts) {
  const connected = told.gauges.demo_connected_users;
  return connected ? part("A connected user", `${number((1000 * watts) / connected)} mW`) : null;
}

function equivalent(each, totals, emissions) {
  const amount = each.of === "watts" ? totals.power_watts.value / each.each : (emissions.value * 3600) / each.each;
  const name = each.of === "watts" ? each.name : `${each.name}, every hour`;
  return h("li", {}, h("b", { class: "num" }, number(amount)), ` ${name}`, h("a", { href: each.url, rel: "noreferrer" }, each.source));
}
