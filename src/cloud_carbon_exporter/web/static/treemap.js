// The estate as tiles: as large as what they emit, as dark as the grid behind them. The breakdown is its table.

import { chosen } from "./chosen.js";
import { byId, h, show, textScale } from "./dom.js";
import { count, number, percent } from "./format.js";
import { labelName, MEASURES, said, teller } from "./measures.js";

const JOULES = 3.6e6;
/** Grams a kWh at which the colour changes: about hydro and nuclear, a clean mix, gas, coal. */
export const SHADES = [60, 150, 300, 450, 600];

export const shade = (grams) => `g${SHADES.filter((least) => grams >= least).length}`;

const grid = (tile) => (tile.power_watts > 0 ? (tile.operational_emissions_grams_per_second * JOULES) / tile.power_watts : 0);

/** Rectangles of tiles within one, as near to squares as rows allow (after Bruls, Huizing and van Wijk). */
export function squarify(tiles, x, y, width, height) {
  const whole = tiles.reduce((sum, tile) => sum + tile.value, 0);
  if (!whole || width <= 0 || height <= 0) return [];
  const scale = (width * height) / whole;
  const placed = [];
  let rest = tiles.filter((tile) => tile.value > 0);
  while (rest.length) {
    const side = Math.min(width, height);
    const worst = (areas, sum) => Math.max((side * side * areas[0]) / (sum * sum), (sum * sum) / (side * side * areas.at(-1)));
    let [areas, sum] = [[], 0];
    for (const tile of rest) {
      const area = tile.value * scale;
      if (areas.length && worst([...areas, area], sum + area) > worst(areas, sum)) break;
      areas.push(area);
      sum += area;
    }
    const wide = sum / side;
    let along = 0;
    areas.forEach((area, index) => {
      const long = area / wide;
      placed.push(width >= height ? { tile: rest[index], x, y: y + along, width: wide, height: long } : { tile: rest[index], x: x + along, y, width: long, height: wide });
      along += long;
    });
    if (width >= height) [x, width] = [x + wide, width - wide];
    else [y, height] = [y + wide, height - wide];
    rest = rest.slice(areas.length);
  }
  return placed;
}

let told = null;
let naming = null;
let choosing = null;
let asked = "";

function place(element, at, within) {
  element.style.left = `${(100 * (at.x - within.x)) / within.width}%`;
  element.style.top = `${(100 * (at.y - within.y)) / within.height}%`;
  element.style.width = `${(100 * at.width) / within.width}%`;
  element.style.height = `${(100 * at.height) / within.height}%`;
  return element;
}

const sorted = (tiles) => [...tiles].sort((a, b) => b.value - a.value);

function words(group, part, whole) {
  const tell = teller(told.measure, whole);
  const name = part.name === null ? "all others" : naming(told.within, part.name);
  const outer = group.name === null ? "all others" : naming(told.by, group.name);
  return `${outer} · ${name}: ${said(tell, part.value)} (${percent(part.value / whole)}), ${count(part.resources)} ${part.resources === 1 ? "resource" : "resources"}, ${number(grid(part))} g/kWh`;
}

function paint() {
  const holder = byId("tiles");
  const [width, height] = [holder.clientWidth, holder.clientHeight];
  const whole = told.groups.reduce((sum, group) => sum + group.value, 0);
  if (!whole || !width) return;
  const scale = textScale();
  holder.replaceChildren(...squarify(sorted(told.groups), 0, 0, width, height).map((outer) => {
    const group = outer.tile;
    const head = outer.height > 44 * scale && outer.width > 56 * scale ? 20 * scale : 0;
    const box = { x: outer.x, y: outer.y + head, width: outer.width, height: outer.height - head };
    const parts = group.parts.length ? group.parts : [{ ...group, name: null }];
    const name = group.name === null ? "All others" : naming(told.by, group.name);
    return place(h("div", { class: "group" },
      head ? h("div", { class: "group-name" }, h("bdi", {}, name)) : null,
      squarify(sorted(parts), box.x, box.y, box.width, box.height).map((at) => {
        const label = at.width > 60 * scale && at.height > 36 * scale;
        const text = words(group, at.tile, whole);
        const tile = h("div", { class: `tile ${shade(grid(at.tile))}`, title: text },
          label ? [h("bdi", {}, at.tile.name === null ? "others" : naming(told.within, at.tile.name)), h("small", {}, percent(at.tile.value / whole))] : null);
        tile.addEventListener("click", () => group.name !== null && choosing({ [told.by]: group.name, ...(at.tile.name === null ? {} : { [told.within]: at.tile.name }) }));
        return place(tile, at, { x: outer.x, y: outer.y, width: outer.width, height: outer.height });
      })), outer, { x: 0, y: 0, width, height });
  }));
}

function table() {
  const whole = told.groups.reduce((sum, group) => sum + group.value, 0);
  const tell = teller(told.measure, whole);
  const column = (text, kind = "") => h("th", { scope: "col", class: kind }, text);
  const rows = told.groups.flatMap((group) => group.parts.map((part) => [group, part])).sort(([, a], [, b]) => b.value - a.value).slice(0, 40);
  byId("tiles-table").replaceChildren(h("caption", { class: "hidden" }, "The largest tiles"),
    h("thead", {}, h("tr", {}, column(labelName(told.by)), column(labelName(told.within)), column(MEASURES[told.measure].label, "n"), column("g/kWh", "n"))),
    h("tbody", {}, rows.map(([group, part]) => h("tr", {},
      h("th", { scope: "row" }, h("bdi", { class: "clamp" }, group.name === null ? "all others" : naming(told.by, group.name))),
      h("td", {}, h("bdi", { class: "clamp" }, part.name === null ? "all others" : naming(told.within, part.name))),
      h("td", { class: "n" }, said(tell, part.value)), h("td", { class: "n" }, number(grid(part)))))));
}

/** choose(labels) is called when a person wants the resources of a tile. */
export async function loadTreemap(nameOf, choose) {
  [naming, choosing] = [nameOf, choose];
  const url = `api/v1/treemap?${new URLSearchParams({ by: chosen.by, measure: chosen.measure })}`;
  asked = url;
  const response = await fetch(url);
  if (!response.ok || url !== asked) return;
  told = await response.json();
  const known = told.groups.some((group) => group.value > 0);
  show(byId("estate"), known);
  if (!known) return;
  paint();
  table();
}

new ResizeObserver(() => told && paint()).observe(byId("tiles"));
