// Asks the exporter for its newest figures and has them drawn.

import { loadAdvice } from "./advice.js";
import { breakdownRows, renderBreakdown, renderLabels } from "./breakdown.js";
import { loadBudgets } from "./budgets.js";
import { renderCertainty, sentence } from "./certainty.js";
import { loadChanges } from "./changes.js";
import { choose, chosen, onChoice, only } from "./chosen.js";
import { clusterRows, loadClusters, renderClusters } from "./clusters.js";
import { copy, csv, markdown, save } from "./copying.js";
import { byId, h, redraw, show, switcher } from "./dom.js";
import { ago, moment } from "./format.js";
import { renderGrid } from "./grid.js";
import { MEASURES, RANGES } from "./measures.js";
import { notice } from "./notice.js";
import { filterBy, load, refresh, resourcesShown } from "./resources.js";
import { failures, renderBill, renderHealth, renderLedger } from "./state.js";
import { renderTotals } from "./totals.js";
import { loadTreemap } from "./treemap.js";
import { loadTrend, redrawTrend, trendRows } from "./trend.js";

const POLL_MILLISECONDS = 3000;
const STALE_SECONDS = 900;

let told = null;
let past = null;
let compared = true;
let tag = "";
let reachable = true;

/** What a value of a label is called: accounts have names. */
function naming(label, value) {
  const account = label === "cloud_account_id" && told?.account_names.find((each) => each.cloud_account_id === value);
  return (account && account.name) || value || "(none)";
}

function freshness() {
  const holder = byId("freshness");
  const age = told ? Math.max(0, Date.now() / 1000 - told.taken_at) : 0;
  const failed = told ? failures(told) : 0;
  holder.className = `freshness ${!reachable ? "broken" : failed || age > STALE_SECONDS ? "stale" : told?.ready ? "fresh" : ""}`;
  const text = byId("freshness-text");
  if (!reachable) text.replaceChildren("The exporter does not answer");
  else if (!told?.ready) text.replaceChildren(told?.totals.resources ? "Collecting, partial figures…" : "Collecting…");
  else {
    text.replaceChildren(`Updated ${moment(told.taken_at)}, ${ago(age)}`,
      ...(failed ? [" · ", h("a", { href: "#health" }, `${failed} failing`)] : []));
  }
}

function switches() {
  only("measure", Object.keys(MEASURES));
  only("range", RANGES.map(([name]) => name));
  only("since", ["yesterday", "last-week"]);
  switcher(byId("measure-switch"), Object.entries(MEASURES).map(([name, { label }]) => [name, label]), chosen.measure, (measure) => choose({ measure, sort: "" }));
  switcher(byId("range-switch"), RANGES.map(([name, label]) => [name, label]), chosen.range, (range) => choose({ range }));
}

const breakdown = () => redraw(byId("bars"), () => renderBreakdown(told, past, naming, (label, value) => filterBy({ [label]: value })));

function renderChosen() {
  only("by", Object.keys(told.by));
  switches();
  renderTotals(told);
  renderCertainty(told);
  renderLabels(told);
  breakdown();
  redraw(byId("grid-table"), () => renderGrid(told));
}

function render() {
  const said = notice(told);
  if (byId("notice").textContent !== (said?.textContent ?? "")) byId("notice").replaceChildren(...(said ? [said] : []));
  byId("bar").hidden = !told.totals.resources;
  for (const id of ["resources", "pair", "health"]) byId(id).hidden = false; // without scripts they would stand empty
  renderChosen();
  redraw(byId("ledger-body"), () => renderLedger(told));
  renderBill(told);
  redraw(byId("health-body"), () => renderHealth(told));
  byId("source").href = told.source;
  byId("version").textContent = told.version ? `${told.version}, ` : "";
}

/** The way to what is shown alone: without scripts, or without resources, most sections are not there. */
function sections() {
  for (const link of document.querySelectorAll("nav a")) show(link, !byId(link.hash.slice(1)).hidden);
  show(document.querySelector("nav"));
}

async function views(...loading) {
  try {
    await Promise.all(loading);
  } catch (error) {
    console.warn(error); // the next poll says whether the exporter is gone
  }
}

async function loadPast() {
  past = await loadTrend(naming);
  if (told) breakdown();
}

async function budgets() {
  if (await loadBudgets()) redrawTrend();
}

const tiles = () => loadTreemap(naming, filterBy);
async function changes() {
  compared = await loadChanges(naming, filterBy);
}

function chose(...loading) {
  if (!told?.totals.resources) return;
  renderChosen();
  views(...loading.map((each) => each()));
}

onChoice(["measure"], () => chose(loadPast, tiles, changes));
onChoice(["by"], () => chose(loadPast, tiles));
onChoice(["range"], () => chose(loadPast));
onChoice(["since"], () => chose(changes));
onChoice(["measure", "level", "cluster", "namespace"], renderClusters);

async function poll() {
  try {
    const response = await fetch("api/v1/snapshot", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (response.status === 200) {
      told = await response.json();
      render();
      if (told.totals.resources) await Promise.all([refresh(), loadPast(), tiles(), changes(), loadClusters(), loadAdvice(told.taken_at, naming), budgets()]);
      else await load();
      tag = response.headers.get("ETag");
      sections();
      document.body.dataset.drawn = String(told.taken_at);
    }
    // the history was busy: what it did not tell is asked again
    if (response.status === 304 && told.totals.resources) {
      await Promise.all([past ? null : loadPast(), compared ? null : changes()]);
      sections();
    }
    reachable = response.status === 200 || response.status === 304;
  } catch (error) {
    reachable = false;
    console.warn(error);
  }
  freshness();
  setTimeout(poll, document.hidden ? POLL_MILLISECONDS * 10 : POLL_MILLISECONDS);
}

const day = () => new Date(told.taken_at * 1000).toISOString().slice(0, 10);
const rows = () => breakdownRows(told, past, naming);

byId("copy").addEventListener("click", () => told && copy(markdown({ told, chosen, rows: rows(), sentence: sentence(told, chosen.measure) })));
byId("save-breakdown").addEventListener("click", () => told && save(`carbon-${chosen.by}-${day()}.csv`, csv(
  [chosen.by, "resources", "unit", "value", "lower", "upper", "basis", `sum_${chosen.range}`, "sum_unit"],
  rows().map(({ name, resources, estimate, sum }) => [name, resources, chosen.measure === "power" ? "watts" : "grams_per_second", estimate.value, estimate.lower, estimate.upper, estimate.basis,
    sum?.value, sum ? (chosen.measure === "power" ? "joules" : "grams") : ""]))));
byId("save-clusters").addEventListener("click", () => told && save(`carbon-by-${chosen.level}-${day()}.csv`, csv(
  ["cluster", "cloud_account_id", "namespace", "workload_kind", "workload", ...Object.values(MEASURES).flatMap(({ key }) => [key, `${key}_lower`, `${key}_upper`])],
  clusterRows().map((each) => [each.cluster, each.cloud_account_id, each.namespace, each.workload_kind, each.workload,
    ...Object.values(MEASURES).flatMap(({ key }) => [each[key].value, each[key].lower, each[key].upper])]))));
byId("save-trend").addEventListener("click", () => {
  const { columns, rows: lines } = trendRows();
  if (lines.length) save(`carbon-trend-${chosen.range}-${day()}.csv`, csv(columns, lines));
});
byId("save-resources").addEventListener("click", () => told && save(`carbon-resources-${day()}.csv`, csv(
  ["cloud_resource_id", "cloud_resource_name", "cloud_provider", "cloud_account_id", "cloud_region", "kind", ...Object.values(MEASURES).map(({ key }) => key), "basis", "reason"],
  resourcesShown().map((each) => [each.cloud_resource_id, each.cloud_resource_name, each.cloud_provider, each.cloud_account_id, each.cloud_region, each.kind,
    ...Object.values(MEASURES).map(({ key }) => each[key]?.value), each.basis, each.reason]))));

switches();
setInterval(freshness, 1000);
poll();
