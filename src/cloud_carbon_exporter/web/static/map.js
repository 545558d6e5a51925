// Regions in use on a map, as dark as their grids and as large as what the estate emits there.

import { chosen } from "./chosen.js";
import { byId, svg, textScale } from "./dom.js";
import { number } from "./format.js";
import { LAND } from "./land.js";
import { said, teller } from "./measures.js";
import { dots } from "./regions.js";
import { shade } from "./treemap.js";

const PER_DEGREE = 10; // of the outlines
const WORLD = { west: -180, east: 180, south: -58, north: 80 };
const MARGIN = 9; // degrees around what is shown
const LEAST_WIDE = 50; // degrees: less would be outlines too coarse to know
const NAMED = 16;
// in pixels of usual text
const SIZES = { tallest: 420, largest: 22, smallest: 4, letter: 6.4, line: 14 };

const within = (value, least, most) => Math.min(Math.max(value, least), most);

/** What part of the world is shown: all dots, with room about them, in the shape of the screen. */
export function frame(points, shape) {
  const [longitudes, latitudes] = [points.map(({ longitude }) => longitude), points.map(({ latitude }) => latitude)];
  const middle = (values) => (Math.min(...values) + Math.max(...values)) / 2;
  const span = (values) => Math.max(...values) - Math.min(...values) + 2 * MARGIN;
  const wide = Math.min(Math.max(span(longitudes), span(latitudes) * shape, LEAST_WIDE), WORLD.east - WORLD.west);
  const high = Math.min(wide / shape, WORLD.north - WORLD.south);
  const west = within(middle(longitudes) - wide / 2, WORLD.west, WORLD.east - wide);
  const south = within(middle(latitudes) - high / 2, WORLD.south, WORLD.north - high);
  return { west, north: south + high, wide, high };
}

/** Dots at one place stand side by side. */
function apart(placed) {
  const ends = new Map();
  return placed.map((dot) => {
    const place = `${dot.point.longitude} ${dot.point.latitude}`;
    const x = ends.has(place) ? ends.get(place) + dot.radius + 1 : dot.x;
    ends.set(place, x + dot.radius);
    return { ...dot, x };
  });
}

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** Names beside their dots where they cover neither another name nor another dot; the largest first. */
function names(placed, width, height, size) {
  const taken = placed.map(({ x, y, radius }) => ({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius }));
  return placed.slice(0, NAMED).flatMap((dot, index) => {
    const long = dot.name.length * size.letter;
    const sides = [[dot.x + dot.radius + 3, "start"], [dot.x - dot.radius - 3, "end"]];
    for (const [x, anchor] of sides) {
      const left = anchor === "start" ? x : x - long;
      const box = { left, right: left + long, top: dot.y - size.line / 2, bottom: dot.y + size.line / 2 };
      if (box.left < 0 || box.right > width || box.top < 0 || box.bottom > height) continue;
      if (taken.some((other, at) => at !== index && meet(box, other))) continue;
      taken.push(box);
      return [{ name: dot.name, x, y: dot.y, anchor }];
    }
    return [];
  });
}

function left(told, without) {
  const whole = without.reduce((sum, { value }) => sum + value, 0);
  byId("map-left").textContent = without.length
    ? `Not on the map, as ${without.length === 1 ? "it is no one place" : "they are no one place"}: ${without.map(({ name }) => name).join(", ")} (${said(teller(chosen.measure, whole), whole)}).` : "";
}

/** Drawn beside a table that says the same, so hidden from screen readers. */
export function renderMap(told) {
  const holder = byId("map");
  const all = dots(told);
  const shown = all.filter(({ point }) => point);
  left(told, all.filter(({ point }) => !point));
  holder.hidden = !shown.length;
  const width = holder.clientWidth;
  if (!width || !shown.length) return;
  const scale = textScale();
  const size = Object.fromEntries(Object.entries(SIZES).map(([name, pixels]) => [name, pixels * scale]));
  const greatest = Math.min(size.largest, width / 30); // on a phone the world is small
  const { west, north, wide, high } = frame(shown.map(({ point }) => point), width / Math.min(size.tallest, width * 0.6));
  const each = width / wide;
  const height = high * each;
  const largest = shown[0].value || 1;
  const placed = apart(shown.map((dot) => ({ ...dot, x: (dot.point.longitude - west) * each, y: (north - dot.point.latitude) * each,
    radius: Math.max(size.smallest, greatest * Math.sqrt(dot.value / largest)) })));
  const tell = teller(chosen.measure, largest);
  holder.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "land", d: LAND, transform: `translate(${-west * each} ${north * each}) scale(${each / PER_DEGREE})` }),
    placed.map(({ x, y, radius, name, grams, value, point }) => svg("circle", { class: `dot-region ${shade(grams)}`, cx: x, cy: y, r: radius },
      svg("title", {}, `${name}, ${point.town}: ${said(tell, value)} at ${number(grams)} g/kWh`))),
    names(placed, width, height, size).map(({ name, x, y, anchor }) => svg("text", { class: "tick-text region", x, y: y + size.line * 0.3, "text-anchor": anchor }, name))));
}
