// Clusters of Kubernetes: who uses their nodes, by cluster, namespace or workload; all parts add up to the nodes.

import { bar } from "./breakdown.js";
import { choose, chosen, only } from "./chosen.js";
import { byId, h, redraw, show, switcher } from "./dom.js";
import { ago, count, percent, range, written } from "./format.js";
import { MEASURES, teller } from "./measures.js";

const FEW = 12;
const LEVELS = [["cluster", "Cluster"], ["namespace", "Namespace"], ["workload", "Workload"]];
const NOBODYS = {
  __idle__: ["Idle", "used by nobody, and asked for by nobody"],
  __unknown__: ["Unknown", "used by no pod that is known: the kubelet, the kernel, what was not read"],
};
const OTHER = "__other__";

let answer = null;
let all = false;
let shownOf = "";

const within = (row) => (!chosen.cluster || row.cluster === chosen.cluster) && (!chosen.namespace || row.namespace === chosen.namespace);
const rowsOf = { cluster: () => answer.totals, namespace: () => answer.namespaces, workload: () => answer.workloads };

/** What all rows that are shown add up to, with its interval. */
function whole() {
  if (chosen.namespace) return answer.namespaces.filter(within);
  return chosen.cluster ? answer.totals.filter(within) : [answer.total];
}

const named = (row) => ({ cluster: row.cluster, namespace: row.namespace, workload: row.workload === OTHER ? `All else in ${row.namespace}` : row.workload })[chosen.level];

function where(row) {
  const several = answer.clusters.length > 1 || answer.totals.length > answer.clusters.length;
  const theirs = chosen.level === "workload" && !(row.namespace in NOBODYS);
  return [theirs && row.workload_kind, theirs && row.namespace,
    several && chosen.level !== "cluster" && row.cluster, several && row.cloud_account_id].filter(Boolean).join(" · ");
}

/** Into what a row leads: a cluster to its namespaces, a namespace to its workloads. */
function into(row) {
  if (chosen.level === "cluster") return { level: "namespace", cluster: row.cluster, namespace: "" };
  return { level: "workload", cluster: row.cluster, namespace: row.namespace };
}

/** Addresses elsewhere of what a row is of: a link of the configuration, filled in. */
function elsewhere(row) {
  const values = { cluster: row.cluster, namespace: row.namespace ?? "", workload: row.workload ?? "" };
  const fits = (url) => [...url.matchAll(/\{(\w+)\}/g)].every(([, name]) => values[name] && !values[name].startsWith("__"));
  return answer.links.filter(({ url }) => fits(url)).map(({ name, url }) =>
    h("a", { href: url.replace(/\{(\w+)\}/g, (_, label) => encodeURIComponent(values[label])), rel: "noreferrer" }, name));
}

function line(row, tell, most, sum, key) {
  const nobodys = NOBODYS[row.namespace];
  const name = nobodys?.[0] ?? named(row);
  const leads = chosen.level !== "workload" && !nobodys;
  const of = tell(row[key]);
  return h("tr", nobodys ? { class: "nobodys" } : {},
    h("th", { scope: "row", class: "name" },
      leads ? h("button", { type: "button", class: "link", onclick: () => choose(into(row)) }, h("bdi", { class: "clamp" }, name)) : h("bdi", { class: "clamp" }, name),
      h("small", {}, h("bdi", {}, nobodys ? [nobodys[1], where(row)].filter(Boolean).join(" · ") : where(row))),
      nobodys ? null : h("small", {}, elsewhere(row).flatMap((link, index) => [index ? " · " : "", link]))),
    h("td", { class: "line" }, bar(row[key], most)),
    h("td", { class: "n" }, written(of), h("small", {}, range(of))),
    h("td", { class: "n share" }, sum ? percent(row[key].value / sum) : "–"));
}

function together(sums, tell, key) {
  const value = sums.reduce((total, each) => total + each[key].value, 0);
  const of = tell(sums.length === 1 ? sums[0][key] : { value, lower: value, upper: value });
  return h("tr", { class: "together" }, h("th", { scope: "row", class: "name" }, "Together", h("small", {}, chosen.namespace ? "the namespace's part of its nodes and disks" : "all of the nodes and disks that are split")),
    h("td", { class: "line" }), h("td", { class: "n" }, written(of), sums.length === 1 ? h("small", {}, range(of)) : null), h("td", { class: "n share" }, value ? percent(1) : "–"));
}

/** Rows as they are shown: the largest first, and what is nobody's last. */
export function clusterRows() {
  if (!answer) return [];
  const { key } = MEASURES[chosen.measure];
  return rowsOf[chosen.level]().filter(within).sort((a, b) => (a.namespace in NOBODYS) - (b.namespace in NOBODYS) || b[key].value - a[key].value);
}

function table() {
  const { key, label } = MEASURES[chosen.measure];
  const rows = clusterRows();
  const theirs = rows.filter((row) => !(row.namespace in NOBODYS));
  const nobodys = rows.slice(theirs.length);
  const sums = whole();
  const sum = sums.reduce((total, each) => total + each[key].value, 0);
  const tell = teller(chosen.measure, Math.max(0, ...rows.map((row) => row[key].value)));
  const most = Math.max(...rows.map((row) => row[key].upper), 1e-12);
  const shown = all ? theirs : theirs.slice(0, FEW);
  const name = LEVELS.find(([level]) => level === chosen.level)[1];
  const lines = (of) => of.map((row) => line(row, tell, most, sum, key));
  return [
    h("table", { class: "parts" }, h("caption", { class: "hidden" }, `${label} by ${name.toLowerCase()}`),
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "name" }, name), h("td", { class: "line" }), h("th", { scope: "col", class: "n" }, "Now"), h("th", { scope: "col", class: "n share" }, "Share"))),
      h("tbody", {}, lines(shown), theirs.length > shown.length ? h("tr", {}, h("td", { colspan: 4 },
        h("button", { type: "button", class: "more", onclick: () => { all = true; renderClusters(); } }, `Show all ${count(theirs.length)}`))) : null,
      lines(nobodys), together(sums, tell, key))),
  ];
}

function state(each) {
  const { split, serverless, unmatched } = each.nodes;
  const since = each.read_at === null ? "" : `, by what was told of it ${ago(Math.max(0, answer.taken_at - each.read_at))}`;
  const beside = [serverless && `${count(serverless)} without a machine (serverless)`, unmatched && `${count(unmatched)} not among the resources that are explored`].filter(Boolean);
  const nodes = `${count(split)} ${split === 1 ? "node is" : "nodes are"} split${since}${beside.length ? `; ${beside.join(", ")}` : ""}.`;
  const name = h("bdi", {}, each.cluster);
  if (each.up) return h("p", { class: "muted" }, h("span", { class: "state" }, name, ": ", nodes));
  const why = each.error || "not asked yet";
  const missing = split ? `the newest answer is missing: ${why}. What is shown is older: ${nodes}` : `the split is missing: ${why}. The figures of its nodes are among the resources all the same.`;
  return h("p", {}, h("span", { class: "state down error" }, name, `: ${missing}`));
}

function path() {
  const back = (text, choices) => h("button", { type: "button", class: "chip", "aria-label": `Show all, not ${text} alone`, onclick: () => choose(choices) }, h("bdi", { class: "clamp" }, text), " ✕");
  return [chosen.cluster && back(chosen.cluster, { cluster: "", namespace: "" }), chosen.namespace && back(chosen.namespace, { namespace: "", level: "namespace" })].filter(Boolean);
}

export function renderClusters() {
  if (!answer) return;
  only("level", LEVELS.map(([level]) => level));
  const of = [chosen.level, chosen.cluster, chosen.namespace].join("\n");
  if (of !== shownOf) [all, shownOf] = [false, of];
  show(byId("clusters"), answer.clusters.length > 0);
  switcher(byId("clusters-switch"), LEVELS, chosen.level, (level) => choose({ level, ...(level === "cluster" ? { cluster: "", namespace: "" } : {}), ...(level === "namespace" ? { namespace: "" } : {}) }));
  const { what } = MEASURES[chosen.measure];
  byId("clusters-title").textContent = `${what[0].toUpperCase()}${what.slice(1)} of Kubernetes by ${chosen.level}`;
  byId("clusters-states").replaceChildren(...answer.clusters.map(state));
  redraw(byId("clusters-path"), () => byId("clusters-path").replaceChildren(...path()));
  const empty = h("p", { class: "empty" }, answer.totals.length ? "Nothing of that name is there now." : "Nothing is split now.");
  redraw(byId("clusters-body"), () => byId("clusters-body").replaceChildren(...(clusterRows().length ? table() : [empty])));
}

export async function loadClusters() {
  const response = await fetch("api/v1/clusters");
  if (!response.ok) return;
  answer = await response.json();
  renderClusters();
}
