// Regions in use on one scale of g/kWh, each as large as what the estate emits there.

import { chosen } from "./chosen.js";
import { byId, svg, textScale } from "./dom.js";
import { number } from "./format.js";
import { MEASURES, said, teller } from "./measures.js";
import { shade, SHADES } from "./treemap.js";

// in pixels of usual text
const SIZES = { height: 132, margin: 30, below: 26, largest: 24, smallest: 4, letter: 3.4, row: 14, bar: 6 };
const NAMED = 10;

const intensity = (place) => place.grid_intensity[0]?.grams_per_kilowatt_hour.value;

/** Regions in use, the largest first: name, g/kWh, what is emitted there, and where that is. */
export function dots(told) {
  const { key } = MEASURES[chosen.measure];
  return told.places.filter((place) => intensity(place) !== undefined && place.now)
    .map((place) => ({ name: place.cloud_region, grams: intensity(place), value: place.now[key].value, point: place.map_point }))
    .sort((a, b) => b.value - a.value);
}

/** Names stand above their dots, in rows, where they do not cover another's. */
function rows(named, x, letter) {
  const ends = [];
  return named.sort((a, b) => a.grams - b.grams).map((dot) => {
    const half = dot.name.length * letter;
    const at = Math.max(half, x(dot.grams));
    let row = ends.findIndex((end) => end + 6 < at - half);
    if (row < 0) row = ends.length;
    ends[row] = at + half;
    return { ...dot, row, at };
  }).filter(({ row }) => row < 3);
}

/** Drawn beside a table that says the same, so hidden from screen readers. */
export function renderStrip(told) {
  const holder = byId("strip");
  const width = holder.clientWidth;
  const all = dots(told);
  if (!width || !all.length) return;
  const scale = textScale();
  const size = Object.fromEntries(Object.entries(SIZES).map(([name, pixels]) => [name, pixels * scale]));
  const axis = size.height - size.below;
  const most = Math.max(...all.map(({ grams }) => grams), 100) * 1.05;
  const x = (grams) => size.margin + (grams / most) * (width - 2 * size.margin);
  const largest = all[0].value || 1;
  const bounds = [0, ...SHADES, Infinity];
  const middle = axis - size.largest - 4;
  const names = rows(all.slice(0, NAMED), x, size.letter);
  holder.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${size.height}`, width, height: size.height, "aria-hidden": "true", focusable: "false" },
    bounds.slice(0, -1).filter((from) => from < most).map((from, index) => svg("rect", { class: shade(from), x: x(from), y: axis, width: x(Math.min(bounds[index + 1], most)) - x(from), height: size.bar })),
    bounds.slice(0, -1).filter((from) => from < most).map((from) => svg("text", { class: "tick-text", x: x(from), y: size.height - 5, "text-anchor": "middle" }, number(from))),
    all.map(({ name, grams, value }) => svg("circle", { class: `dot-region ${shade(grams)}`, cx: x(grams), cy: middle, r: Math.max(size.smallest, size.largest * Math.sqrt(value / largest)) },
      svg("title", {}, `${name}: ${said(teller(chosen.measure, largest), value)} at ${number(grams)} g/kWh`))),
    names.map(({ name, at, row }) => svg("text", { class: "tick-text region", x: Math.min(at, width - name.length * size.letter), y: size.row * (row + 0.85), "text-anchor": "middle" }, name))));
}
