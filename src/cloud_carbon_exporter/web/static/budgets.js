// Budgets of carbon: what is spent of each, and what it comes to at the end of its period.

import { byId, h, redraw, show } from "./dom.js";
import { amount, number, percent, range, written } from "./format.js";

const exactly = (value) => ({ value, lower: value, upper: value });

function foreseen(budget) {
  if (!budget.forecast_grams) return "not foreseen yet";
  const forecast = amount(budget.forecast_grams, false);
  return `foreseen: ${written(forecast)} (${range(forecast)}), ${percent(budget.forecast_grams.value / budget.grams)} of it`;
}

function line(budget) {
  const { spent_grams: spent, grams, burn_rate_ratio: pace } = budget;
  const lines = [`this ${budget.period}`, foreseen(budget), pace !== null && `pace ${number(pace)}: 1 uses it up at its end`,
    budget.covered_ratio < 0.99 && `${percent(budget.covered_ratio)} of the time was counted`];
  return h("tr", {},
    h("th", { scope: "row" }, h("bdi", { class: "clamp" }, budget.name), lines.filter(Boolean).map((text) => h("small", {}, text))),
    h("td", { class: "n" }, percent(spent.value / grams), h("small", {}, `${written(amount(spent, false))} of ${written(amount(exactly(grams), false))}`)));
}

/** Seconds of the calendar month or year of UTC that a moment lies in. */
function periodSeconds(period, moment) {
  const date = new Date(moment * 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const [start, end] = period === "year" ? [[year, 0], [year + 1, 0]] : [[year, month], [year, month + 1]];
  return (Date.UTC(...end) - Date.UTC(...start)) / 1000;
}

let known = [];

/** What budgets of the whole estate allow a second, in each step of a chart of all emissions; of a part there is no such line. */
export function budgetLines({ measure, start }) {
  if (measure !== "total") return [];
  return known.filter((budget) => budget.of_everything).map(({ name, period, grams }) => (
    { name: `Budget ${name}`, period, grams, values: start.map((moment) => grams / periodSeconds(period, moment)) }));
}

/** Ask how budgets stand, and show it. Returns whether what they allow is another than before. */
export async function loadBudgets() {
  const response = await fetch("api/v1/budgets");
  if (!response.ok) return false;
  const { budgets } = await response.json();
  const allowed = (all) => JSON.stringify(all.map(({ name, period, grams, of_everything: everything }) => [name, period, grams, everything]));
  const changed = allowed(budgets) !== allowed(known);
  known = budgets;
  show(byId("budgets"), budgets.length > 0);
  redraw(byId("budgets-body"), () => byId("budgets-body").replaceChildren(h("table", {}, h("caption", { class: "hidden" }, "Budgets"),
    h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "Budget"), h("th", { scope: "col" }, "Spent"))), h("tbody", {}, budgets.map(line)))));
  return changed;
}
