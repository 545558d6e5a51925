// The chosen measure by provider, account, region, service or tag: now, and over the chosen range.

import { choose, chosen } from "./chosen.js";
import { byId, h, show, svg } from "./dom.js";
import { count, percent, range, written } from "./format.js";
import { amountOf, labelName, MEASURES, RANGES, teller } from "./measures.js";

const FEW = 10;

let all = false;
let shownBy = "";

export function bar(estimate, most) {
  const at = (value) => `${(100 * value) / most}%`;
  const middle = 10;
  return svg("svg", { "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "bar", x: 0, y: 4, height: 12, rx: 2, width: at(estimate.value) }),
    svg("line", { class: "whisker", x1: at(estimate.lower), x2: at(estimate.upper), y1: middle, y2: middle }),
    [estimate.lower, estimate.upper].map((end) => svg("line", { class: "whisker", x1: at(end), x2: at(end), y1: 7, y2: 13 })));
}

const sums = (past) => new Map((past?.by === chosen.by && past.groups ? past.groups : []).map((group) => [group.name, group.sum]));

/** Rows of what is shown: name, resources, estimate now, its text, share, and the sum over the range. */
export function breakdownRows(told, past, naming) {
  const { key } = MEASURES[chosen.measure];
  const groups = [...(told.by[chosen.by] ?? [])].sort((a, b) => b[key].value - a[key].value);
  const whole = told.totals[key].value;
  const tell = teller(chosen.measure, groups[0]?.[key].value ?? 0);
  const sumOf = sums(past);
  return groups.map((group) => ({
    value: group.name, name: naming(chosen.by, group.name), resources: group.resources, estimate: group[key], of: tell(group[key]),
    share: whole ? group[key].value / whole : null, sum: sumOf.get(group.name) ?? null,
  }));
}

/** Whether the range adds up to something: an hour is no whole one of the history. */
const ranged = () => chosen.range !== "1h";

function row(group, most, choosing) {
  const sum = group.sum && amountOf(chosen.measure, group.sum);
  return h("tr", {},
    h("td", { class: "name" }, h("button", { type: "button", onclick: () => choosing(chosen.by, group.value) }, h("bdi", { class: "clamp" }, group.name)),
      h("small", {}, `${count(group.resources)} ${group.resources === 1 ? "resource" : "resources"}`)),
    h("td", { class: "line" }, bar(group.estimate, most)),
    h("td", { class: "n" }, written(group.of), h("small", {}, range(group.of))),
    h("td", { class: "n share" }, group.share === null ? "–" : percent(group.share)),
    ranged() ? h("td", { class: "n share" }, sum ? written(sum) : "–", h("small", {}, sum ? range(sum) : "")) : null);
}

/** choosing(label, value) is called when a person wants the resources of one row. */
export function renderBreakdown(told, past, naming, choosing) {
  show(byId("breakdown"), told.totals.resources > 0);
  if (shownBy !== chosen.by) [all, shownBy] = [false, chosen.by];
  const rows = breakdownRows(told, past, naming);
  const most = Math.max(...rows.map((group) => group.estimate.upper), 1e-12);
  const shown = all ? rows : rows.slice(0, FEW);
  const column = (text, kind) => h("th", { scope: "col", class: kind }, text);
  const short = RANGES.find(([name]) => name === chosen.range)[1];
  byId("breakdown-title").textContent = `${MEASURES[chosen.measure].label} by ${labelName(chosen.by).toLowerCase()}`;
  byId("bars").replaceChildren(
    h("table", {},
      h("caption", { class: "hidden" }, `${MEASURES[chosen.measure].label} by ${labelName(chosen.by).toLowerCase()}`),
      h("thead", {}, h("tr", {}, column(labelName(chosen.by), "name"), h("td", { class: "line" }), column("Now", "n"), column("Share", "n share"), ranged() ? column(`In ${short}`, "n share") : null)),
      h("tbody", {}, shown.map((group) => row(group, most, choosing)))),
    rows.length > shown.length
      ? h("button", { type: "button", class: "more", onclick: () => { all = true; renderBreakdown(told, past, naming, choosing); } }, `Show all ${count(rows.length)}`)
      : "");
}

/** The labels to choose from are those of the estate. */
export function renderLabels(told) {
  const select = byId("by");
  const names = Object.keys(told.by);
  if ([...select.options].map(({ value }) => value).join() !== names.join()) {
    select.replaceChildren(...names.map((name) => h("option", { value: name }, labelName(name))));
  }
  select.value = chosen.by;
}

byId("by").addEventListener("change", (event) => choose({ by: event.target.value }));
