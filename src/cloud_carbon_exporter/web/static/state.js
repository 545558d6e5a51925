// What is known how well, how the collectors fare, and what asking costs.

import { byId, h } from "./dom.js";
import { ago, count, dollars, number } from "./format.js";

const BASES = [
  ["measured", "every load was read, or size and state alone decide"],
  ["default", "the hardware is known, a load is not: a stated one stands in"],
  ["assumed", "hardware, class or region had to be guessed"],
  ["unsupported", "seen, but not estimated"],
];

const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
const column = (text, kind = "") => h("th", { scope: "col", class: kind }, text);

function grouped(rows, key, value) {
  const found = new Map();
  for (const row of rows) found.set(key(row), (found.get(key(row)) ?? 0) + row[value]);
  return [...found];
}

export function renderLedger(told) {
  const counts = BASES.map(([basis, meaning]) => [basis, meaning, sum(told.ledger.filter((row) => row.basis === basis), "resources")]);
  const body = byId("ledger-body");
  if (!told.ledger.length) {
    body.replaceChildren(h("p", { class: "empty" }, "Nothing is in the ledger."));
    return;
  }
  const segments = counts.filter(([, , many]) => many).map(([basis, , many]) => {
    const segment = h("span", { class: `seg ${basis}` });
    segment.style.flexGrow = many;
    return segment;
  });
  const kinds = grouped(told.ledger, (row) => `${row.kind}\n${row.basis}`, "resources").sort();
  body.replaceChildren(
    h("div", { class: "segs", "aria-hidden": "true" }, segments),
    h("table", {}, h("caption", { class: "hidden" }, "Resources by basis"),
      h("thead", {}, h("tr", {}, column("Basis"), column("Resources", "n"))),
      h("tbody", {}, counts.map(([basis, meaning, many]) => h("tr", {},
        h("th", { scope: "row" }, h("span", { class: `basis ${basis}` }, basis), h("small", {}, meaning)),
        h("td", { class: "n" }, count(many)))))),
    h("div", {}, h("h3", {}, "By kind"),
      h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Ledger by kind" }, h("table", {},
        h("thead", {}, h("tr", {}, column("Kind"), column("Basis"), column("Resources", "n"))),
        h("tbody", {}, kinds.map(([key, many]) => h("tr", {},
          h("th", { scope: "row" }, key.split("\n")[0]), h("td", {}, h("span", { class: `basis ${key.split("\n")[1]}` }, key.split("\n")[1])),
          h("td", { class: "n" }, count(many)))))))));
}

export function renderBill({ api }) {
  const calls = sum(api.requests, "requests");
  const failed = sum(api.requests.filter((row) => row.outcome !== "success"), "requests");
  const spent = sum(api.cost_dollars, "dollars");
  const forecast = sum(api.forecast_dollars_per_month, "dollars");
  const key = (row) => [row.cloud_provider, row.cloud_account_id, row.api].join(" · ");
  const months = new Map(grouped(api.forecast_dollars_per_month, key, "dollars"));
  const rows = grouped(api.cost_dollars, key, "dollars");
  byId("bill-body").replaceChildren(
    h("p", { class: "big num" }, dollars(forecast), " ", h("small", {}, "a month at this rate")),
    h("p", { class: "muted" }, `${dollars(spent)} since the start, for ${count(calls)} ${calls === 1 ? "call" : "calls"}${failed ? `, of which ${count(failed)} failed` : ""}.`),
    rows.length
      ? h("table", {}, h("caption", { class: "hidden" }, "Cost of API calls"),
        h("thead", {}, h("tr", {}, column("API"), column("So far", "n"), column("A month", "n"))),
        h("tbody", {}, rows.map(([name, cost]) => h("tr", {}, h("th", { scope: "row" }, name),
          h("td", { class: "n" }, dollars(cost)), h("td", { class: "n" }, dollars(months.get(name) ?? 0))))))
      : h("p", { class: "muted" }, "None of these calls is billed."));
}

const failing = (outcomes) => outcomes.filter((each) => !each.up);

/** How many things do not work. */
export const failures = (told) => failing(told.targets).length + failing(told.listings).length + failing(told.measurements).length;

function outcomeRow(what, each, now) {
  const where = [each.cloud_provider, each.cloud_account_id, each.cloud_region].filter(Boolean).join(" · ");
  const last = each.last_success ? ago(now - each.last_success) : "never";
  return h("tr", {},
    h("th", { scope: "row" }, h("span", { class: `state ${each.up ? "" : "down"}` }, each.kind), h("small", {}, where)),
    h("td", { class: "wide-only" }, what, h("small", {}, each.up ? "" : `last success: ${last}`)),
    h("td", {}, each.up ? `${count(each.resources)} in ${number(each.duration_seconds)} s` : h("span", { class: "error" }, each.error)));
}

function table(caption, rows) {
  return h("table", {}, h("caption", { class: "hidden" }, caption),
    h("thead", {}, h("tr", {}, column("Kind"), column("What", "wide-only"), column("Outcome"))), h("tbody", {}, rows));
}

export function renderHealth(told) {
  const outcomes = [...told.listings.map((each) => ["listing", each]), ...told.measurements.map((each) => ["reading utilisation", each])];
  const bad = outcomes.filter(([, each]) => !each.up);
  const down = failing(told.targets);
  const body = byId("health-body");
  if (!outcomes.length && !told.targets.length) {
    body.replaceChildren(h("p", { class: "empty" }, "No collector has run yet."));
    return;
  }
  const opened = body.querySelector("details")?.open;
  const line = (what, all, wrong) => (all ? `${count(all - wrong)} of ${count(all)} ${what}` : null);
  const works = [
    line("targets", told.targets.length, down.length),
    line("listings", told.listings.length, failing(told.listings).length),
    line("readings of utilisation", told.measurements.length, failing(told.measurements).length),
  ];
  const rows = (all) => all.map(([what, each]) => outcomeRow(what, each, told.taken_at));
  const every = h("details", opened ? { open: true } : {}, h("summary", {}, `All ${count(outcomes.length)}`));
  const fillIn = () => every.open && every.children.length === 1 && every.append(
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "All collectors" }, table("All collectors", rows(outcomes))));
  every.addEventListener("toggle", fillIn);
  body.replaceChildren(h("div", {},
    h("p", {}, h("span", { class: `state ${bad.length + down.length ? "down" : ""}` }, `${bad.length + down.length ? `${count(bad.length + down.length)} failing` : "All works"}: ${works.filter(Boolean).join(", ")} succeeded the last time.`)),
    down.map((each) => h("p", { class: "error" }, `${each.name || each.provider}: ${each.error || "down"}`)),
    bad.length ? table("Failing collectors", rows(bad)) : null, every));
  fillIn();
}
