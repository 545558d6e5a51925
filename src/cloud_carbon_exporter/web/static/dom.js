// Elements without markup in strings: what a cloud calls a resource can never become HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const byId = (id) => document.getElementById(id);

export const show = (element, visible = true) => { element.hidden = !visible; };

/** Say it in a live region, but only what was not said before: a screen reader reads every change. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** How much larger than usual text is: on a wall, or where a person asked for it. */
export const textScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

const FOCUSABLE = "a, button, input, summary, [tabindex]";

/** Draw anew what is in a container, and leave a keyboard where it was. */
export function redraw(container, draw) {
  const at = [...container.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
  draw();
  if (at >= 0) container.querySelectorAll(FOCUSABLE)[at]?.focus({ preventScroll: true });
}

/** A row of buttons of which one is pressed. options: [value, label] pairs. */
export function switcher(container, options, chosen, choose) {
  const known = [...container.children].map((button) => button.value).join("\n");
  if (known !== options.map(([value]) => value).join("\n")) {
    container.replaceChildren(...options.map(([value, label]) =>
      h("button", { type: "button", value, onclick: () => choose(value) }, label)));
  }
  for (const button of container.children) button.setAttribute("aria-pressed", String(button.value === chosen));
}
