// The table of resources: searched, filtered, sorted and paged by the API.

import { choose, chosen, onChoice } from "./chosen.js";
import { byId, h, say, show } from "./dom.js";
import { explanation } from "./explain.js";
import { count, percent, range, written } from "./format.js";
import { labelName, MEASURES, teller } from "./measures.js";

const COLUMNS = [
  ["cloud_resource_name", "Resource", ""],
  ["kind", "Service", "wide-only"],
  ["cloud_region", "Where", "wide-only"],
  ...Object.entries(MEASURES).map(([name, { label, key }]) => [key, label, "n", name]),
  ["basis", "Rests on", "how"],
];
const PAGE = 25;

let limit = PAGE;
let newest = 0;
let cursor = null;
let shown = [];
const tells = {}; // how the figures of each column are told: alike in all rows

function tellAlike(resources) {
  for (const [measure, { key }] of Object.entries(MEASURES)) {
    tells[key] = teller(measure, Math.max(...resources.map((resource) => resource[key]?.value ?? 0), 0));
  }
}

/** What is loaded of the table, for a file. */
export const resourcesShown = () => shown;

const sorting = () => chosen.sort || `-${MEASURES[chosen.measure].key}`;

function url(more) {
  const parameters = new URLSearchParams({ sort: sorting(), limit: String(more ? PAGE : Math.min(limit, 1000)) });
  if (chosen.search) parameters.set("search", chosen.search);
  for (const [label, value] of Object.entries(chosen.filters)) parameters.append("filter", `${label}=${value}`);
  if (more) parameters.set("cursor", cursor);
  return `api/v1/resources?${parameters}`;
}

const kindOf = (kind, measure) => (measure && measure !== chosen.measure ? `${kind} wide-only` : kind);
const narrow = matchMedia("(max-width: 60rem)");
const columnsShown = () => COLUMNS.filter(([, , kind, measure]) => !(narrow.matches && kindOf(kind, measure).includes("wide-only"))).length;
narrow.addEventListener("change", () => {
  for (const cell of document.querySelectorAll(".explained > td")) cell.colSpan = columnsShown();
});

async function toggle(button, resource) {
  const row = button.closest("tr");
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  button.closest("tr").querySelector(".why").textContent = open ? "close" : "explain";
  if (!open) {
    row.nextElementSibling.remove();
    return;
  }
  const cell = h("td", { colspan: columnsShown() }, h("p", { class: "muted" }, "Working it out…"));
  row.after(h("tr", { class: "explained" }, cell));
  try {
    cell.replaceChildren(await explanation(resource.cloud_resource_id));
  } catch {
    cell.replaceChildren(h("p", { class: "error" }, "The exporter does not answer; try again."));
  }
}

const SIGNALS = { cpu_ratio: "cpu", gpu_ratio: "gpu" };

/** What the figures rest on, in the open: the loads that were read, or why they are doubtful. */
function rests(resource) {
  const loads = Object.entries(SIGNALS).filter(([signal]) => signal in resource.loads).map(([signal, name]) => `${name} ${percent(resource.loads[signal])}`);
  return [...loads, resource.reason].filter(Boolean).join(" · ");
}

function figure(resource, [key, , kind, measure]) {
  const estimate = resource[key];
  const of = estimate && tells[key](estimate);
  return h("td", { class: kindOf(kind, measure) }, of ? written(of) : "–", measure === chosen.measure && of ? h("small", {}, range(of)) : null);
}

function row(resource) {
  const open = h("button", { type: "button", class: "open", "aria-expanded": "false", onclick: () => toggle(open, resource) },
    h("bdi", { class: "clamp", title: resource.cloud_resource_name || false }, resource.cloud_resource_name || resource.cloud_resource_id), h("span", { class: "why" }, "explain"));
  const where = resource.cloud_availability_zone || resource.cloud_region;
  return h("tr", {},
    h("td", {}, open, h("small", { class: "id wide-only" }, h("bdi", {}, resource.cloud_resource_id)),
      h("small", { class: "id narrow-only" }, `${resource.kind} · ${where} · ${resource.basis}`)),
    h("td", { class: "wide-only" }, resource.kind, h("small", {}, resource.host_type)),
    h("td", { class: "wide-only" }, where, h("small", {}, resource.cloud_provider)),
    COLUMNS.filter(([, , , measure]) => measure).map((column) => figure(resource, column)),
    h("td", { class: "how" }, h("span", { class: `basis ${resource.basis}` }, resource.basis), h("small", { class: "wide-only" }, rests(resource))));
}

function head() {
  const [descending, sorted] = [sorting().startsWith("-"), sorting().replace(/^-/, "")];
  return h("thead", {}, h("tr", {}, COLUMNS.map(([name, label, plain, measure]) => {
    const kind = kindOf(plain, measure);
    const sort = sorted === name ? (descending ? "descending" : "ascending") : "none";
    const next = sorted === name ? (descending ? name : `-${name}`) : `${kind.startsWith("n") ? "-" : ""}${name}`;
    const click = async () => {
      choose({ sort: next });
      await load();
      byId("resources-table").querySelector(`[data-sort="${name}"]`).focus();
    };
    return h("th", { scope: "col", class: kind, "aria-sort": sort },
      h("button", { type: "button", class: "sort", "data-sort": name, onclick: click }, label));
  })));
}

function without(label) {
  const filters = { ...chosen.filters };
  delete filters[label];
  choose({ filters });
}

function chips() {
  byId("filters").replaceChildren(...Object.entries(chosen.filters).map(([label, value]) =>
    h("button", { type: "button", class: "chip", onclick: () => without(label) },
      `${labelName(label)}: `, h("bdi", { class: "clamp" }, value || "(none)"), " ✕", h("span", { class: "hidden" }, "remove this filter"))));
}

/** Fetch and show; answers that a later question has overtaken are dropped. */
export async function load() {
  const mine = ++newest;
  const response = await fetch(url(false));
  const told = await response.json();
  if (mine !== newest) return;
  chips();
  const table = byId("resources-table");
  const narrowed = chosen.search || Object.keys(chosen.filters).length;
  show(table, response.ok && told.matching > 0);
  show(byId("more"), response.ok && told.cursor !== null);
  if (!response.ok) {
    say(byId("resources-count"), told.error.message);
    return;
  }
  cursor = told.cursor;
  shown = told.resources;
  tellAlike(shown);
  say(byId("resources-count"), told.matching
    ? `${count(told.matching)} ${told.matching === 1 ? "resource" : "resources"}${narrowed ? " match" : ""}. “Explain” shows how its figures come about.`
    : narrowed ? "No resource matches." : "None.");
  table.replaceChildren(h("caption", { class: "hidden" }, "Resources"), head(), h("tbody", {}, told.resources.map(row)));
}

async function more() {
  const mine = newest;
  const told = await (await fetch(url(true))).json();
  if (mine !== newest || told.error) return;
  cursor = told.cursor;
  limit += told.resources.length;
  shown = [...shown, ...told.resources];
  const rows = told.resources.map(row);
  byId("resources-table").tBodies[0].append(...rows);
  rows[0]?.querySelector("button").focus();
  show(byId("more"), told.cursor !== null);
}

/** Only resources with these labels. */
export function filterBy(labels) {
  choose({ filters: { ...chosen.filters, ...labels } });
  byId("resources").scrollIntoView();
}

/** New figures are there: take them, unless a person is at work in the table. */
export function refresh() {
  const table = byId("resources-table");
  if (table.contains(document.activeElement) || table.querySelector("[aria-expanded=true]")) return;
  load();
}

onChoice(["filters", "search", "measure"], () => {
  limit = PAGE;
  load();
});

let typing = 0;
byId("search").value = chosen.search;
byId("search").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => choose({ search: event.target.value.trim() }), 150);
});
byId("search-form").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", more);
