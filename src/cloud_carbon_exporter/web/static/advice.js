// What could be done, the largest saving first; what a person says to it; and what was done.

import { byId, h, redraw, say, show } from "./dom.js";
import { count, moment, number, range, written, yearly } from "./format.js";

const MOST = 8;
const [WOULD, SAVES] = ["Would save", "Saves"];
const NONE = "No advice so far: it takes two weeks of loads that were read, and comes only where all of its interval saves.";
const APART = "Each has its interval of 9 in 10. Some exclude each other: savings do not add up.";
const WAYS = { gone: "deleted", stopped: "stopped", changed: "of the advised type", expires: "old logs expire" };
const DONE = "What was done, with what each emits less than before, by the grid of now. What is deleted counts where nothing like it has come since, or a person accepted the advice.";

let asked = 0;
let dismissed = false;
let again = () => {};

async function decide(id, decision) {
  const response = await fetch("api/v1/advice", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ id, decision }) });
  if (!response.ok) say(byId("advice-said"), `This could not be kept: the exporter answered ${response.status}.`);
  else await again();
}

function buttons(each) {
  const button = (label, decision, pressed) => h("button", { type: "button", "aria-label": `${label}: ${each.action}, ${each.name}`,
    "aria-pressed": String(pressed), onclick: () => decide(each.id, pressed ? "undecided" : decision) }, label);
  return h("div", { class: "actions" }, each.decision === "dismissed" ? null : button(each.decision === "accepted" ? "Accepted" : "Accept", "accepted", each.decision === "accepted"),
    button(each.decision === "dismissed" ? "Dismissed" : "Dismiss", "dismissed", each.decision === "dismissed"));
}

const money = (of) => [h("small", {}, `${of.currency} ${number(of.value)} a year`), of.lower === of.upper ? null : h("small", {}, `${number(of.lower)} – ${number(of.upper)}`)];

const where = (each, naming) => [each.kind, naming("cloud_account_id", each.cloud_account_id), each.cloud_region].filter(Boolean).join(" · ");

function row(each, naming, label, inside, saved, beside = []) {
  return h("tr", { role: "row" }, // said, as a phone shows the parts of a row one below the other
    h("th", { scope: "row", role: "rowheader" }, h("bdi", { class: "clamp" }, each.name), h("small", {}, h("bdi", { class: "clamp" }, where(each, naming))), inside),
    h("td", { class: "n", role: "cell" }, h("span", { class: "phone-only" }, `${label} `), `${written(saved)} a year`, h("small", {}, range(saved)), beside));
}

function piece(each, naming) {
  const lines = [`${each.decided_on}.`, each.caveat && `Look at first: ${each.caveat}.`, each.way_back && `The way back: ${each.way_back}.`];
  const inside = [h("p", { class: "action" }, h("bdi", {}, each.action)), ...lines.filter(Boolean).map((text) => h("small", {}, h("bdi", {}, text))), buttons(each)];
  const cost = each.saved_cost_per_year ? money(each.saved_cost_per_year) : [];
  return row(each, naming, WOULD, inside, yearly(each.saved_emissions_grams_per_second), cost);
}

function done(each, naming) {
  const [before, after] = [yearly(each.emissions_before_grams_per_second), yearly(each.emissions_after_grams_per_second)];
  const since = `${WAYS[each.way]} since ${moment(each.since, Infinity)}${each.accepted ? ", accepted by a person" : ""}`;
  const inside = h("small", {}, `${since}: ${written(before)} a year before, ${written(after)} now`);
  return row(each, naming, SAVES, inside, yearly(each.saved_emissions_grams_per_second));
}

function table(caption, first, second, rows) {
  return h("table", { role: "table" }, h("caption", { class: "hidden" }, caption),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first), h("th", { scope: "col", class: "n" }, second))), h("tbody", {}, rows));
}

function summary(answer) {
  if (dismissed) return `${count(answer.matching)} dismissed, which are told nowhere else.`;
  if (!answer.matching) return answer.dismissed ? `Nothing but ${count(answer.dismissed)} dismissed.` : NONE;
  return `${answer.matching === 1 ? "One way" : `${count(answer.matching)} ways`} to emit less. ${APART}`;
}

function followed(answer, naming) {
  if (dismissed || !answer.followed.length) return [];
  const rows = answer.followed.map((each) => done(each, naming));
  return [h("h3", {}, "What was done"), h("p", {}, DONE), table("Advice that was followed, the largest saving first", "What was done", SAVES, rows)];
}

function more(answer) {
  const left = answer.matching - answer.advice.length;
  const swap = () => { dismissed = !dismissed; return again(); };
  return [left > 0 && h("p", {}, h("a", { href: `api/v1/advice${dismissed ? "?decision=dismissed" : ""}` }, `and ${count(left)} more`)),
    (dismissed || answer.dismissed > 0) && h("p", { class: "actions" },
      h("button", { type: "button", onclick: swap }, dismissed ? "Back to all advice" : `Show ${count(answer.dismissed)} dismissed`))].filter(Boolean);
}

export async function loadAdvice(takenAt, naming) {
  again = () => { asked = 0; return loadAdvice(takenAt, naming); };
  if (takenAt === asked) return;
  const response = await fetch(`api/v1/advice?limit=${MOST}${dismissed ? "&decision=dismissed" : ""}`);
  if (!response.ok) return;
  asked = takenAt;
  const answer = await response.json();
  show(byId("advice"));
  say(byId("advice-summary"), summary(answer));
  say(byId("advice-said"), "");
  const rows = answer.advice.map((each) => piece(each, naming));
  redraw(byId("advice-body"), () => byId("advice-body").replaceChildren(
    ...(rows.length ? [table("Advice, the largest saving first", "What to do", WOULD, rows)] : []), ...more(answer), ...followed(answer, naming)));
}
