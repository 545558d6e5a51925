// Power by provider, account, region, service or tag.

import { byId, h, show, svg, switcher } from "./dom.js";
import { count, percent, power, range, written } from "./format.js";

const LABELS = { cloud_provider: "Provider", cloud_account_id: "Account", cloud_region: "Region", kind: "Service" };
const FEW = 10;

let by = "cloud_provider";
let all = false;

const label = (name) => LABELS[name] ?? `Tag ${name.slice("tag_".length)}`;

function bar(estimate, most) {
  const at = (value) => `${(100 * value) / most}%`;
  const middle = 10;
  return svg("svg", { "aria-hidden": "true", focusable: "false" },
    svg("rect", { class: "bar", x: 0, y: 4, height: 12, rx: 2, width: at(estimate.value) }),
    svg("line", { class: "whisker", x1: at(estimate.lower), x2: at(estimate.upper), y1: middle, y2: middle }),
    [estimate.lower, estimate.upper].map((end) => svg("line", { class: "whisker", x1: at(end), x2: at(end), y1: 7, y2: 13 })));
}

function row(group, name, most, total, choose) {
  const of = power(group.power_watts);
  return h("tr", {},
    h("td", { class: "name" }, h("button", { type: "button", onclick: () => choose(by, group.name) }, name),
      h("small", {}, `${count(group.resources)} ${group.resources === 1 ? "resource" : "resources"}`)),
    h("td", { class: "line" }, bar(group.power_watts, most)),
    h("td", { class: "n" }, written(of), h("small", {}, range(of))),
    h("td", { class: "n share" }, total ? percent(group.power_watts.value / total) : "–"));
}

/** choose(label, value) is called when a person wants the resources of one row. */
export function renderBreakdown(told, choose) {
  show(byId("breakdown"), told.totals.resources > 0);
  if (!(by in told.by)) by = "cloud_provider";
  const again = (chosen) => {
    by = chosen;
    all = false;
    renderBreakdown(told, choose);
  };
  switcher(byId("breakdown-switch"), Object.keys(told.by).map((name) => [name, label(name)]), by, again);
  const groups = told.by[by];
  const accounts = Object.fromEntries(told.account_names.map((each) => [each.cloud_account_id, each.name]));
  const named = (value) => (by === "cloud_account_id" && accounts[value]) || value || "(none)";
  const most = Math.max(...groups.map((group) => group.power_watts.upper), 1e-9);
  const shown = all ? groups : groups.slice(0, FEW);
  const column = (text, kind) => h("th", { scope: "col", class: kind }, text);
  byId("bars").replaceChildren(
    h("table", {},
      h("caption", { class: "hidden" }, `Power now by ${label(by).toLowerCase()}`),
      h("thead", {}, h("tr", {}, column(label(by), "name"), h("td", { class: "line" }), column("Power", "n"), column("Share", "n share"))),
      h("tbody", {}, shown.map((group) => row(group, named(group.name), most, told.totals.power_watts.value, choose)))),
    groups.length > shown.length
      ? h("button", { type: "button", class: "more", onclick: () => { all = true; renderBreakdown(told, choose); } },
        `Show all ${count(groups.length)}`)
      : "");
}
