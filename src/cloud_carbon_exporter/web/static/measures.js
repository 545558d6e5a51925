// Measures: emissions and their two parts, and power; and what labels are called.

import { amount, daily, hourly, power } from "./format.js";

export const MEASURES = {
  total: { label: "Total", what: "emissions", key: "emissions_grams_per_second" },
  operational: { label: "Operational", what: "operational emissions", key: "operational_emissions_grams_per_second" },
  embodied: { label: "Embodied", what: "embodied emissions", key: "embodied_emissions_grams_per_second" },
  power: { label: "Power", what: "power", key: "power_watts" },
};

export const RANGES = [["1h", "1 h", "the last hour"], ["24h", "24 h", "the last 24 hours"], ["7d", "7 d", "the last 7 days"],
  ["30d", "30 d", "the last 30 days"], ["90d", "90 d", "the last 90 days"], ["13mo", "13 mo", "the last 13 months"]];

const LABELS = { cloud_provider: "Provider", cloud_account_id: "Account", cloud_region: "Region", kind: "Service", basis: "Basis" };
export const labelName = (name) => LABELS[name] ?? (name.startsWith("tag_") ? `Tag ${name.slice("tag_".length)}` : name.replace(/^cloud_|_id$/g, "").replaceAll("_", " "));

const GRAM_AN_HOUR = 1 / 3600;

/** How rates up to the largest are told: an hour where that is a gram and more, else a day. */
export function teller(measure, largest) {
  if (measure === "power") return power;
  return largest >= GRAM_AN_HOUR || !largest ? hourly : daily;
}

const exactly = (value) => ({ value, lower: value, upper: value });

/** A rate alone, in words. */
export function said(tell, value) {
  const of = tell(exactly(Math.abs(value)));
  return `${value < 0 ? "−" : ""}${of.value} ${of.unit}`;
}

/** What a range adds up to: grams, or the kWh of joules. */
export const amountOf = (measure, estimate) => amount(estimate, measure === "power");
