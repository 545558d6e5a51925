// What a person has chosen to see. It lives in the address, so that a link shows the same.

const DEFAULTS = { measure: "total", range: "24h", by: "cloud_provider", since: "yesterday", level: "namespace", cluster: "", namespace: "", sort: "", search: "" };

const parameters = new URLSearchParams(location.search);

export const chosen = { filters: {} };
for (const [name, value] of Object.entries(DEFAULTS)) chosen[name] = parameters.get(name) ?? value;
for (const filter of parameters.getAll("filter")) {
  const [label, ...value] = filter.split("=");
  chosen.filters[label] = value.join("=");
}

const listeners = [];

/** Call it whenever a person chooses; names: what must have changed. */
export const onChoice = (names, call) => listeners.push([names, call]);

function address() {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(DEFAULTS)) if (chosen[name] !== value) written.set(name, chosen[name]);
  for (const [label, value] of Object.entries(chosen.filters)) written.append("filter", `${label}=${value}`);
  const query = written.toString();
  return `${location.pathname}${query ? `?${query}` : ""}${location.hash}`;
}

/** Take choices over: an object of names and values. */
export function choose(choices) {
  Object.assign(chosen, choices);
  history.replaceState(null, "", address());
  for (const [names, call] of listeners) if (names.some((name) => name in choices)) call();
}

/** A choice the exporter does not know, as of an old link, becomes what is shown without one. */
export function only(name, allowed) {
  if (!allowed.includes(chosen[name])) chosen[name] = DEFAULTS[name];
}
