// The past of the chosen measure, stacked by the chosen label: a chart, a sentence, a table.

import { budgetLines } from "./budgets.js";
import { draw, linesDrawn } from "./chart.js";
import { choose, chosen } from "./chosen.js";
import { byId, h, say, show } from "./dom.js";
import { count, moment, range, written } from "./format.js";
import { amountOf, labelName, MEASURES, RANGES, said, teller } from "./measures.js";

const STEP_SECONDS = { hour: 3600, day: 86400, week: 7 * 86400, month: 31 * 86400 };
const TABLE_ROWS = 60;
const FRESH_MILLISECONDS = 60000; // sums of hours change slower than the page asks

let told = null;
let drawn = null;
let names = (value) => value;
let asked = "";
let askedAt = 0;

const rangeName = () => RANGES.find(([name]) => name === chosen.range)[2];

function layers() {
  const parts = told.series.map(({ name, values }, index) => ({ name: told.parts === "measure" ? MEASURES[name].label : names(told.by, name), values, colour: `s${index}` }));
  if (told.others) parts.push({ name: `${count(told.others_groups)} more`, values: told.others, colour: "s-rest" });
  return parts;
}

function ends() {
  if (!told.step) return null;
  return told.start.map((start, index) => Math.min(start + STEP_SECONDS[told.step], told.start[index + 1] ?? told.until));
}

const tell = () => teller(told.measure, Math.max(...told.value, 0));

/** Budgets in the legend: what each allows, and whether the line is in sight. */
function limits(index) {
  const lines = budgetLines(told);
  const shown = linesDrawn({ ...told, lines });
  return lines.map((line) => {
    const value = line.values.at(index ?? -1);
    const far = shown.includes(line) ? "" : ", above what is drawn";
    return h("li", {}, h("span", { class: "key line", "aria-hidden": "true" }), h("bdi", { class: "clamp" }, line.name),
      h("span", { class: "num" }, `${said(teller(told.measure, value), value)}${far}`));
  });
}

function legend(index) {
  const write = (value) => said(tell(), value);
  const parts = layers();
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const at = (values) => (index === null ? mean(values) : values[index]);
  byId("trend-at").textContent = index === null ? "Mean" : `At ${moment(told.start[index], told.until - told.since)}`;
  byId("trend-legend").replaceChildren(...parts.map(({ name, values, colour }) =>
    h("li", {}, h("span", { class: `key ${colour}`, "aria-hidden": "true" }), h("bdi", { class: "clamp" }, name), h("span", { class: "num" }, write(at(values))))), ...limits(index));
}

function paint() {
  const holder = byId("chart");
  if (!told?.start.length || !holder.clientWidth) return;
  const write = tell();
  const most = Math.max(...told.value, 0);
  const whole = write({ value: most, lower: most, upper: most });
  const factor = most ? Number(whole.value.replaceAll(",", "")) / most : 1;
  drawn = draw({ ...told, ends: ends(), layers: layers(), lines: budgetLines(told) }, holder.clientWidth, (value) => {
    const text = Number((value * factor).toPrecision(3));
    return `${text.toLocaleString("en")} ${whole.unit}`;
  }, factor);
  holder.replaceChildren(drawn.element);
  legend(null);
}

function sentence() {
  const known = told.start.length;
  if (!known) return `Nothing is known of ${rangeName()} yet.`;
  const write = (value) => said(tell(), value);
  const values = told.value;
  const [least, most] = [write(Math.min(...values)), write(Math.max(...values))];
  const course = least === most ? `steady at ${most}` : `between ${least} and ${most}`;
  if (!told.step) {
    return known < 2 ? "One refresh so far; the line begins with the second."
      : `Since ${moment(told.start[0], told.start.at(-1) - told.start[0])}: ${course}, now ${write(values.at(-1))}.${told.parts === "measure" ? ` By ${labelName(told.by).toLowerCase()} the hour is told again from the second refresh after a restart on.` : ""}`;
  }
  const of = amountOf(told.measure, told.sum);
  const gap = told.until - told.since - told.counted_seconds > 2 * 3600
    ? ` Of ${rangeName()}, ${count(told.counted_seconds / 3600)} hours were counted, since ${moment(told.start[0], told.until - told.since)}.` : "";
  return `${rangeName()[0].toUpperCase()}${rangeName().slice(1)}, up to ${moment(told.until, 2 * 86400)}: ${written(of)}${told.measure === "power" ? "" : " CO₂e"} (9 in 10: ${range(of)}); ${course}.${gap}`;
}

/** Columns and rows of what is drawn, for the table and for a file. */
export function trendRows() {
  if (!told?.start.length) return { columns: [], rows: [] };
  const parts = layers();
  const columns = [...parts, ...budgetLines(told)];
  return {
    columns: ["start", `${told.measure} (${told.unit})`, ...(told.lower.length ? ["lower", "upper"] : []), ...columns.map(({ name }) => name)],
    rows: told.start.map((start, index) => [new Date(start * 1000).toISOString(), told.value[index],
      ...(told.lower.length ? [told.lower[index], told.upper[index]] : []), ...columns.map(({ values }) => values[index])]),
  };
}

function table() {
  const write = (value) => said(tell(), value);
  const parts = [...layers(), ...budgetLines(told)];
  const column = (text) => h("th", { scope: "col", class: "n" }, h("bdi", {}, text));
  const shown = told.start.map((_, index) => index).slice(-TABLE_ROWS).reverse();
  byId("trend-table").replaceChildren(h("caption", { class: "hidden" }, "Trend"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "From"), column("All"), parts.map(({ name }) => column(name)))),
    h("tbody", {}, shown.map((index) => h("tr", {}, h("th", { scope: "row" }, moment(told.start[index], told.until - told.since)),
      h("td", { class: "n" }, write(told.value[index])), parts.map(({ values }) => h("td", { class: "n" }, write(values[index])))))));
}

function render() {
  show(byId("trend"));
  byId("trend-title").textContent = `${MEASURES[told.measure].label} over ${rangeName()}${told.parts === told.by ? `, by ${labelName(told.by).toLowerCase()}` : ""}`;
  say(byId("trend-summary"), sentence());
  show(byId("chart-holder"), told.start.length > 0);
  if (!told.start.length) return;
  paint();
  table();
}

/** Budgets are others than before: draw their lines. */
export const redrawTrend = () => told && render();

/** Ask for the past and draw it; naming(label, value): what a value is called. Returns the answer. */
export async function loadTrend(naming, again = false) {
  names = naming;
  const url = `api/v1/trend?${new URLSearchParams({ range: chosen.range, by: chosen.by, measure: chosen.measure })}`;
  if (!again && url === asked && chosen.range !== "1h" && Date.now() - askedAt < FRESH_MILLISECONDS) return told;
  [asked, askedAt] = [url, Date.now()];
  byId("trend").setAttribute("aria-busy", "true");
  const response = await fetch(url);
  const answer = await response.json();
  if (url !== asked) return told;
  byId("trend").removeAttribute("aria-busy");
  if (!response.ok) {
    show(byId("trend"));
    show(byId("chart-holder"), false);
    say(byId("trend-summary"), answer.error.message);
    [told, asked] = [null, ""];
    return null;
  }
  told = answer;
  if (!told.start.length && chosen.range === "24h" && !new URLSearchParams(location.search).has("range")) {
    choose({ range: "1h" }); // an exporter that has just begun has no whole hour yet
    return told;
  }
  render();
  return told;
}

const holder = byId("chart");
holder.addEventListener("pointermove", (event) => {
  if (!drawn || !told?.start.length) return;
  const index = drawn.find(event.clientX - holder.getBoundingClientRect().left);
  drawn.point(index);
  legend(index);
});
holder.addEventListener("pointerleave", () => {
  drawn?.point(null);
  if (told?.start.length) legend(null);
});
new ResizeObserver(() => drawn && paint()).observe(holder);
