// The course of the totals, drawn by uPlot and written as a sentence and a table.

import { byId, h, show, switcher } from "./dom.js";
import { gramsAnHour, moment, watts } from "./format.js";

/* global uPlot */

const VIEWS = {
  power: {
    label: "Power",
    write: watts,
    columns: [["power_lower_watts", "Lower bound"], ["power_upper_watts", "Upper bound"], ["power_watts", "Power"]],
    main: "power_watts",
  },
  emissions: {
    label: "Emissions",
    write: gramsAnHour,
    columns: [["operational_emissions_grams_per_second", "Operational"], ["embodied_emissions_grams_per_second", "Embodied"]],
    main: "operational_emissions_grams_per_second",
  },
};

const ALONE_SECONDS = 60; // shown on both sides of a first point; uPlot would show a day after it

let view = "power";
let history = null;
let chart = null;
let drawn = "";

const span = () => history.taken_at.at(-1) - history.taken_at[0];

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function series(write) {
  const value = (_, number) => (number === null || number === undefined ? "–" : write(number));
  const line = (label, stroke, more = {}) => ({ label, stroke, width: 2, value, points: { show: history.taken_at.length < 3 }, ...more });
  const bound = { width: 1, dash: [4, 4], points: { show: false } };
  if (view === "power") {
    return [line("Lower", colour("--line-strong"), bound), line("Upper", colour("--line-strong"), bound), line("Power", colour("--accent"))];
  }
  return [line("Operational", colour("--accent")), line("Embodied", colour("--second"))];
}

function options(width) {
  const write = VIEWS[view].write;
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  return {
    width,
    height: 250,
    cursor: { y: false },
    scales: {
      x: { range: (_, first, last) => (history.taken_at.length > 1 ? [first, last] : [first - ALONE_SECONDS, first + ALONE_SECONDS]) },
      y: { range: (_, least, most) => [0, (most || 1) * 1.1] },
    },
    axes: [
      { ...axis, values: (_, splits) => splits.map((at) => moment(at, span())), space: 90 },
      { ...axis, size: 74, values: (_, splits) => splits.map((value) => (value ? write(value) : "0")) },
    ],
    series: [{ label: "At", value: (_, at) => (at ? moment(at, span()) : "–") }, ...series(write)],
    bands: view === "power" ? [{ series: [2, 1], fill: colour("--accent-soft") }] : [],
  };
}

function draw() {
  const holder = byId("chart");
  const times = history.taken_at;
  const data = [times, ...VIEWS[view].columns.map(([name]) => history[name])];
  const key = `${view} ${holder.clientWidth} ${colour("--paper")} ${times.length < 3}`;
  if (chart && key === drawn) {
    chart.setData(data);
    return;
  }
  chart?.destroy();
  drawn = key;
  chart = new uPlot(options(holder.clientWidth), data, holder);
  chart.root.querySelector("canvas").setAttribute("aria-hidden", "true");
}

function write() {
  const { columns, main, write: text } = VIEWS[view];
  const values = history[main];
  const times = history.taken_at;
  const [least, most] = [text(Math.min(...values)), text(Math.max(...values))];
  const course = least === most ? `steady at ${most}` : `between ${least} and ${most}, now ${text(values.at(-1))}`;
  const name = view === "power" ? "Power" : "Operational emissions";
  byId("trend-summary").textContent = times.length < 2
    ? "One refresh so far; the line begins with the second."
    : `${name} since ${moment(times[0], span())}: ${course}.`;
  const shown = times.map((_, index) => index).slice(-60).reverse();
  byId("trend-table").replaceChildren(
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "At"), columns.map(([, label]) => h("th", { scope: "col", class: "n" }, label)))),
    h("tbody", {}, shown.map((index) => h("tr", {}, h("th", { scope: "row" }, moment(times[index], span())),
      columns.map(([column]) => h("td", { class: "n" }, text(history[column][index])))))));
}

export function renderTrend(told) {
  history = told;
  const known = told.power_upper_watts.some((watts) => watts > 0);
  show(byId("trend"), known);
  if (!known) return;
  switcher(byId("trend-switch"), Object.entries(VIEWS).map(([name, { label }]) => [name, label]), view, (chosen) => {
    view = chosen;
    renderTrend(history);
  });
  draw();
  write();
}

const redraw = () => chart && draw();
new ResizeObserver(redraw).observe(byId("chart"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
