// The table of resources: searched, filtered, sorted and paged by the API.

import { byId, h, say, show } from "./dom.js";
import { explanation } from "./explain.js";
import { count, hourly, power, range, written } from "./format.js";

const COLUMNS = [
  ["cloud_resource_name", "Resource", ""],
  ["kind", "Service", "wide-only"],
  ["cloud_region", "Where", "wide-only"],
  ["power_watts", "Power", "n"],
  ["operational_emissions_grams_per_second", "Operational", "n wide-only"],
  ["embodied_emissions_grams_per_second", "Embodied", "n wide-only"],
  ["basis", "Basis", "how"],
];
const PAGE = 25;

const asked = { sort: "-power_watts", search: "", filters: {}, limit: PAGE };
let newest = 0;
let cursor = null;

function url(more) {
  const parameters = new URLSearchParams({ sort: asked.sort, limit: String(more ? PAGE : Math.min(asked.limit, 1000)) });
  if (asked.search) parameters.set("search", asked.search);
  for (const [label, value] of Object.entries(asked.filters)) parameters.append("filter", `${label}=${value}`);
  if (more) parameters.set("cursor", cursor);
  return `/api/v1/resources?${parameters}`;
}

const narrow = matchMedia("(max-width: 60rem)");
const columnsShown = () => COLUMNS.filter(([, , kind]) => !(narrow.matches && kind.includes("wide-only"))).length;
narrow.addEventListener("change", () => {
  for (const cell of document.querySelectorAll(".explained > td")) cell.colSpan = columnsShown();
});

async function toggle(button, resource) {
  const row = button.closest("tr");
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
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

function emissions(estimate) {
  return estimate ? `${written(hourly(estimate))}/h` : "–";
}

function row(resource) {
  const watts = power(resource.power_watts);
  const open = h("button", { type: "button", class: "open", "aria-expanded": "false", onclick: () => toggle(open, resource) },
    resource.cloud_resource_name || resource.cloud_resource_id);
  return h("tr", {},
    h("td", {}, open, h("small", { class: "id wide-only" }, resource.cloud_resource_id),
      h("small", { class: "id narrow-only" }, `${resource.kind} · ${resource.cloud_availability_zone || resource.cloud_region}`)),
    h("td", { class: "wide-only" }, resource.kind, h("small", {}, resource.host_type)),
    h("td", { class: "wide-only" }, resource.cloud_availability_zone || resource.cloud_region, h("small", {}, resource.cloud_provider)),
    h("td", { class: "n" }, written(watts), h("small", {}, range(watts))),
    h("td", { class: "n wide-only" }, emissions(resource.operational_emissions_grams_per_second)),
    h("td", { class: "n wide-only" }, emissions(resource.embodied_emissions_grams_per_second)),
    h("td", { class: "how", title: resource.reason || false }, h("span", { class: `basis ${resource.basis}` }, resource.basis)));
}

function head() {
  const [descending, sorted] = [asked.sort.startsWith("-"), asked.sort.replace(/^-/, "")];
  return h("thead", {}, h("tr", {}, COLUMNS.map(([name, label, kind]) => {
    const sort = sorted === name ? (descending ? "descending" : "ascending") : "none";
    const next = sorted === name ? (descending ? name : `-${name}`) : `${kind.startsWith("n") ? "-" : ""}${name}`;
    const click = async () => {
      asked.sort = next;
      await load();
      byId("resources-table").querySelector(`[data-sort="${name}"]`).focus();
    };
    return h("th", { scope: "col", class: kind, "aria-sort": sort },
      h("button", { type: "button", class: "sort", "data-sort": name, onclick: click }, label));
  })));
}

function chips() {
  byId("filters").replaceChildren(...Object.entries(asked.filters).map(([label, value]) =>
    h("button", { type: "button", class: "chip", onclick: () => { delete asked.filters[label]; load(); } },
      `${label.replace(/^cloud_|_id$/g, "")}: ${value || "(none)"} ✕`, h("span", { class: "hidden" }, "remove this filter"))));
}

/** Fetch and show; answers that a later question has overtaken are dropped. */
export async function load() {
  const mine = ++newest;
  const response = await fetch(url(false));
  const told = await response.json();
  if (mine !== newest) return;
  chips();
  const table = byId("resources-table");
  const narrowed = asked.search || Object.keys(asked.filters).length;
  show(table, response.ok && told.matching > 0);
  show(byId("more"), response.ok && told.cursor !== null);
  if (!response.ok) {
    say(byId("resources-count"), told.error.message);
    return;
  }
  cursor = told.cursor;
  say(byId("resources-count"), told.matching
    ? `${count(told.matching)} ${told.matching === 1 ? "resource" : "resources"}${narrowed ? " match" : ""}. Open one to see how its figures come about.`
    : narrowed ? "No resource matches." : "None.");
  table.replaceChildren(h("caption", { class: "hidden" }, "Resources"), head(), h("tbody", {}, told.resources.map(row)));
}

async function more() {
  const mine = newest;
  const told = await (await fetch(url(true))).json();
  if (mine !== newest || told.error) return;
  cursor = told.cursor;
  asked.limit += told.resources.length;
  const rows = told.resources.map(row);
  byId("resources-table").tBodies[0].append(...rows);
  rows[0]?.querySelector("button").focus();
  show(byId("more"), told.cursor !== null);
}

/** Only resources with this label. */
export async function filterBy(label, value) {
  asked.filters = { ...asked.filters, [label]: value };
  asked.limit = PAGE;
  await load();
  byId("resources").scrollIntoView();
  byId("filters").querySelector("button")?.focus({ preventScroll: true });
}

/** New figures are there: take them, unless a person is at work in the table. */
export function refresh() {
  const table = byId("resources-table");
  if (table.contains(document.activeElement) || table.querySelector("[aria-expanded=true]")) return;
  load();
}

let typing = 0;
byId("search").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    asked.search = event.target.value.trim();
    asked.limit = PAGE;
    load();
  }, 150);
});
byId("search-form").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", more);
