// What must be said before any figure: sentences that are true of the state they are said in.

import { h } from "./dom.js";
import { count } from "./format.js";
import { failures } from "./state.js";

const ERRORS = 8;

/** What is said of figures that are none, or of a part; null where there is nothing to say. */
export function notice(told) {
  const errors = [...new Set([...told.targets, ...told.listings, ...told.measurements].map((each) => each.error).filter(Boolean))];
  const list = () => h("ul", {}, errors.slice(0, ERRORS).map((each) => h("li", {}, each)),
    errors.length > ERRORS ? h("li", {}, `and ${count(errors.length - ERRORS)} other reasons, under Health`) : null);
  const listed = told.listings.filter((each) => each.up).length;
  if (!told.ready) {
    const far = told.totals.resources
      ? `These figures are partial: they are of what has been listed so far (${told.partial}).`
      : `Collecting for the first time; figures appear as answers come (${told.partial}).`;
    return h("div", { class: "notice" }, h("p", {}, far), errors.length ? [h("p", {}, `${count(failures(told))} failing so far:`), list()] : null);
  }
  if (errors.length && !listed) {
    return h("div", { class: "notice bad" }, h("p", {}, "No collector succeeds, so there are no figures. What the clouds say:"), list());
  }
  if (told.totals.resources) return null;
  if (errors.length) {
    return h("div", { class: "notice bad" }, h("p", {}, `The ${count(listed)} of ${count(told.listings.length)} listings that succeeded hold no resource; what the others hold is not known:`), list());
  }
  return h("p", { class: "notice" }, told.listings.length
    ? "Every listing succeeded and none holds a resource: the account is empty, or its regions are not explored."
    : "Nothing was listed and nothing failed: the account is empty, or its regions are not explored.");
}
