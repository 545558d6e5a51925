// What is shown, taken along: as markdown to the clipboard, as CSV to a file.

import { byId, say } from "./dom.js";
import { range, written } from "./format.js";
import { MEASURES, RANGES, amountOf, labelName, teller } from "./measures.js";

// what moves a cursor, turns a line or cannot be seen is shown as its code, as reports have it
const printable = (text) => text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (unseen) => `\\u${unseen.codePointAt(0).toString(16).padStart(4, "0")}`);

/** A text from outside as a cell of markdown. */
export const cell = (text) => printable(String(text).replace(/[\r\n]+/g, " ")).replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("](", "]&#40;");

const line = (cells) => `| ${cells.map(cell).join(" | ")} |`;

/** The totals, how sure they are, and the breakdown. */
export function markdown({ told, chosen, rows, sentence }) {
  const totals = Object.entries(MEASURES).map(([name, { label, key }]) => {
    const of = teller(name, told.totals[key].value)(told.totals[key]);
    return line([label, written(of), range(of)]);
  });
  const short = RANGES.find(([name]) => name === chosen.range)[1];
  const groups = rows.map(({ name, of, share, sum }) => line([name, written(of), range(of), share === null ? "" : `${Math.round(1000 * share) / 10} %`,
    sum ? written(amountOf(chosen.measure, sum)) : ""]));
  return [`**Cloud carbon, ${new Date(told.taken_at * 1000).toISOString().slice(0, 16)}Z**`, "",
    line(["Now", "Estimate", "9 in 10"]), line(["---", "---:", "---:"]), ...totals, "", sentence, "",
    line([labelName(chosen.by), MEASURES[chosen.measure].label, "9 in 10", "Share", `In ${short}`]), line(["---", "---:", "---:", "---:", "---:"]), ...groups, ""].join("\n");
}

// a cell that begins like this, spaces and full-width letters or not, is a formula to a spreadsheet: a name must not be one
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

function quoted(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as CSV. */
export const csv = (columns, rows) => [columns, ...rows].map((cells) => `${cells.map(quoted).join(",")}\r\n`).join("");

/** Give a person a file. */
export function save(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Put a text into the clipboard; over plain HTTP browsers allow the old way alone. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  say(byId("copied"), "Copied.");
  setTimeout(() => say(byId("copied"), ""), 4000);
}
