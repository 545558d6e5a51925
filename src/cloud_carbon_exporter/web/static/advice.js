// What could be done, the largest saving first: on what it was decided, and the way back.

import { byId, h, redraw, show } from "./dom.js";
import { count, range, written, yearly } from "./format.js";

const MOST = 8;
const NONE = "No advice so far: it takes two weeks of loads that were read, and comes only where all of its interval saves.";

let asked = 0;

function piece(each, naming) {
  const saved = yearly(each.saved_emissions_grams_per_second);
  const where = [each.kind, naming("cloud_account_id", each.cloud_account_id), each.cloud_region].filter(Boolean).join(" · ");
  const lines = [each.decided_on, each.caveat && `Look at first: ${each.caveat}.`, each.way_back && `The way back: ${each.way_back}.`];
  return h("tr", {},
    h("th", { scope: "row" }, h("bdi", { class: "clamp" }, each.name), h("small", {}, h("bdi", { class: "clamp" }, where)),
      h("p", { class: "action" }, h("bdi", {}, each.action)), lines.filter(Boolean).map((text) => h("small", {}, h("bdi", {}, text)))),
    h("td", { class: "n" }, `${written(saved)} a year`, h("small", {}, range(saved))));
}

function table(answer, naming) {
  return h("table", {}, h("caption", { class: "hidden" }, "Advice, the largest saving first"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "What to do"), h("th", { scope: "col", class: "n" }, "Would save"))),
    h("tbody", {}, answer.advice.map((each) => piece(each, naming))));
}

export async function loadAdvice(takenAt, naming) {
  if (takenAt === asked) return;
  const response = await fetch(`api/v1/advice?limit=${MOST}`);
  if (!response.ok) return;
  asked = takenAt;
  const answer = await response.json();
  const more = answer.matching - answer.advice.length;
  show(byId("advice"));
  byId("advice-summary").textContent = answer.matching ? `${count(answer.matching)} ways, each with its interval of 9 in 10. Some exclude each other: savings do not add up.` : NONE;
  redraw(byId("advice-body"), () => byId("advice-body").replaceChildren(...(answer.matching ? [table(answer, naming)] : []),
    ...(more > 0 ? [h("p", {}, h("a", { href: "api/v1/advice" }, `and ${count(more)} more`))] : [])));
}
