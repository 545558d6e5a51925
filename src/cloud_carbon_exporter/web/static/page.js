// Asks the exporter for its newest figures and has them drawn.

import { renderBreakdown } from "./breakdown.js";
import { byId, h, redraw } from "./dom.js";
import { ago, moment } from "./format.js";
import { renderGrid } from "./grid.js";
import { filterBy, refresh } from "./resources.js";
import { failures, renderBill, renderHealth, renderLedger } from "./state.js";
import { renderTotals } from "./totals.js";
import { renderTrend } from "./trend.js";

const POLL_MILLISECONDS = 3000;
const STALE_SECONDS = 900;

let told = null;
let tag = "";
let reachable = true;

function notice() {
  const errors = [...new Set([...told.targets, ...told.listings, ...told.measurements].map((each) => each.error).filter(Boolean))];
  const listed = told.listings.filter((each) => each.up).length;
  if (!told.ready) {
    return h("p", { class: "notice" }, told.totals.resources
      ? `These figures are partial: they are of what has been listed so far (${told.partial}).`
      : `Collecting for the first time; figures appear as answers come (${told.partial}).`);
  }
  if (errors.length && !listed) {
    return h("div", { class: "notice bad" }, h("p", {}, "No collector succeeds, so there are no figures. What the clouds say:"),
      h("ul", {}, errors.slice(0, 8).map((each) => h("li", {}, each))));
  }
  if (!told.totals.resources) {
    return h("p", { class: "notice" }, "Every listing succeeded and none holds a resource: the account is empty, or its regions are not explored.");
  }
  return null;
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

function render() {
  const said = notice();
  if (byId("notice").textContent !== (said?.textContent ?? "")) byId("notice").replaceChildren(...(said ? [said] : []));
  renderTotals(told);
  redraw(byId("bars"), () => renderBreakdown(told, filterBy));
  redraw(byId("ledger-body"), () => renderLedger(told));
  renderGrid(told);
  renderBill(told);
  redraw(byId("health-body"), () => renderHealth(told));
  byId("source").href = told.source;
  byId("version").textContent = told.version ? `${told.version}, ` : "";
}

async function poll() {
  try {
    const response = await fetch("/api/v1/snapshot", { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
    if (response.status === 200) {
      tag = response.headers.get("ETag");
      told = await response.json();
      render();
      refresh();
      renderTrend(await (await fetch("/api/v1/history")).json());
      document.body.dataset.drawn = String(told.taken_at);
    }
    reachable = response.status === 200 || response.status === 304;
  } catch (error) {
    reachable = false;
    console.warn(error);
  }
  freshness();
  setTimeout(poll, document.hidden ? POLL_MILLISECONDS * 10 : POLL_MILLISECONDS);
}

setInterval(freshness, 1000);
poll();
