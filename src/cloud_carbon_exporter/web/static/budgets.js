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

export async function loadBudgets() {
  const response = await fetch("api/v1/budgets");
  if (!response.ok) return;
  const { budgets } = await response.json();
  show(byId("budgets"), budgets.length > 0);
  redraw(byId("budgets-body"), () => byId("budgets-body").replaceChildren(h("table", {}, h("caption", { class: "hidden" }, "Budgets"),
    h("thead", { class: "hidden" }, h("tr", {}, h("th", { scope: "col" }, "Budget"), h("th", { scope: "col" }, "Spent"))), h("tbody", {}, budgets.map(line)))));
}
