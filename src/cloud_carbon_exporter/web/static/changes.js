// What moved since yesterday, or since last week; what is new, what is gone.

import { choose, chosen, onChoice } from "./chosen.js";
import { byId, h, show, switcher } from "./dom.js";
import { count, percent } from "./format.js";
import { MEASURES, said, teller } from "./measures.js";

const SPANS = [["yesterday", "Since yesterday"], ["last-week", "Since last week"]];
const FRESH_MILLISECONDS = 60000;

let told = null;
let asked = "";
let askedAt = 0;

const signed = (tell, value) => (value > 0 ? `+${said(tell, value)}` : said(tell, value));

/** Whether the whole interval lies on one side of zero. */
const sure = (change) => change.lower > 0 || change.upper < 0;

function where(row, naming) {
  return [naming("cloud_account_id", row.cloud_account_id), row.cloud_region].filter(Boolean).join(" · ");
}

function line(row, tell, naming, choosing) {
  const { before, now, change } = row;
  const ratio = before?.value && now ? ` (${change.value > 0 ? "+" : "−"}${percent(Math.abs(change.value) / before.value)})` : "";
  const labels = { cloud_account_id: row.cloud_account_id, cloud_region: row.cloud_region, kind: row.kind };
  const what = now ? h("button", { type: "button", onclick: () => choosing(labels) }, row.kind) : h("span", {}, row.kind);
  return h("tr", {},
    h("th", { scope: "row" }, what, h("small", {}, h("bdi", { class: "clamp" }, where(row, naming)))),
    h("td", { class: "n" }, signed(tell, change.value), h("small", {}, ratio ? `${ratio.trim()}${sure(change) ? "" : ", within its doubt"}` : `${signed(tell, change.lower)} … ${signed(tell, change.upper)}`)));
}

function list(title, rows, many, empty, ...how) {
  const more = many > rows.length ? h("p", { class: "muted" }, `and ${count(many - rows.length)} more`) : null;
  return h("div", {}, h("h3", {}, `${title}${many ? ` (${count(many)})` : ""}`),
    rows.length ? h("table", {}, h("caption", { class: "hidden" }, title),
      h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "What"), h("th", { scope: "col" }, "Change"))),
      h("tbody", {}, rows.map((row) => line(row, ...how)))) : h("p", { class: "muted" }, empty), more);
}

function sentence() {
  const { before, now, change } = told.total;
  const days = told.since === "yesterday" ? ["the last 24 hours", "the 24 before"] : ["the last 7 days", "the 7 before"];
  if (!before || !now) return `Of ${days[1]} nothing is known yet, so nothing can be compared.`;
  const tell = teller(told.measure, Math.max(before.value, now.value));
  const counted = told.counted_seconds_before < 0.9 * (told.end - told.start)
    ? ` Only ${count(told.counted_seconds_before / 3600)} hours of ${days[1]} were counted.` : "";
  const moved = `${signed(tell, change.value)} (9 in 10: ${signed(tell, change.lower)} … ${signed(tell, change.upper)})`;
  return `Mean ${MEASURES[told.measure].what} of ${days[0]}: ${said(tell, now.value)}, of ${days[1]}: ${said(tell, before.value)}; ${moved}.${counted}`;
}

/** Ask what moved and show it. Returns whether it was told. */
export async function loadChanges(naming, choosing) {
  switcher(byId("changes-switch"), SPANS, chosen.since, (since) => choose({ since }));
  const url = `api/v1/changes?${new URLSearchParams({ since: chosen.since, measure: chosen.measure })}`;
  if (url === asked && Date.now() - askedAt < FRESH_MILLISECONDS) return true;
  [asked, askedAt] = [url, Date.now()];
  const response = await fetch(url);
  const answer = await response.json();
  if (url !== asked) return true;
  if (!response.ok) {
    asked = "";
    return false;
  }
  told = answer;
  const known = told.total.now !== null;
  show(byId("changes"), known);
  if (!known) return true;
  byId("changes-summary").textContent = sentence();
  const tell = teller(told.measure, Math.max(...[...told.movers, ...told.new, ...told.gone].map((row) => Math.abs(row.change.value)), 0));
  const how = [tell, naming, choosing];
  byId("changes-body").replaceChildren(...(told.total.before ? [
    list("More or less", told.movers, told.movers_groups, "Nothing moved.", ...how),
    list("New", told.new, told.new_groups, "Nothing is new.", ...how),
    list("Gone", told.gone, told.gone_groups, "Nothing is gone.", ...how)] : []));
  return true;
}

onChoice(["since"], () => switcher(byId("changes-switch"), SPANS, chosen.since, (since) => choose({ since })));
