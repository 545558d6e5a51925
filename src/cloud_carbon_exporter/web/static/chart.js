// A stacked chart over time, as SVG: steps as wide as they last, bounds of the whole as lines.

import { svg, textScale } from "./dom.js";
import { moment } from "./format.js";

// in pixels of usual text
const SIZES = { height: 260, left: 76, right: 8, top: 10, bottom: 26, date: 62 };
const TICKS = 4;
const ALONE_SECONDS = 60; // shown on both sides of a first point

function sizes() {
  const scale = textScale();
  return Object.fromEntries(Object.entries(SIZES).map(([name, pixels]) => [name, pixels * scale]));
}

/** Values from zero up to the largest, in steps of 1, 2, 2.5 or 5. */
export function ticks(most, factor) {
  const step = (most * factor) / TICKS;
  const size = 10 ** Math.floor(Math.log10(step));
  const nice = [1, 2, 2.5, 5, 10].find((each) => each * size >= step) * size;
  const values = [];
  for (let value = 0; value <= most * factor * 1.0001 + nice; value += nice) values.push(value / factor);
  return values;
}

function path(points, close) {
  const text = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L");
  return `M${text}${close ? "Z" : ""}`;
}

/** Corner points along the tops of values; one step is as wide as it lasts. */
function edge(chart, values, x, y) {
  const points = [];
  values.forEach((value, index) => {
    points.push([x(chart.start[index]), y(value)]);
    if (chart.ends) points.push([x(chart.ends[index]), y(value)]);
  });
  return points;
}

const DAY = 86400;
const DAYS_ALONE = 4 * DAY; // of a longer time the day alone is named: see moment
const STRIDES = [60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 5184000];

/** Times to name on the axis: whole minutes, hours or days of the reader's clock. */
function dates(first, last, width, size) {
  const many = Math.max(2, Math.floor((width - size.left - size.right) / size.date));
  const stride = STRIDES.find((seconds) => (last - first) / seconds <= many && (seconds >= DAY || last - first <= DAYS_ALONE)) ?? STRIDES.at(-1);
  const shift = new Date(first * 1000).getTimezoneOffset() * 60;
  const points = [];
  for (let time = Math.ceil((first - shift) / stride) * stride + shift; time <= last; time += stride) points.push(time);
  return points;
}

const FARTHEST = 3; // times the largest value: a line farther off would press all else flat

/** Lines near enough to be drawn. */
export function linesDrawn({ value, upper, lines }) {
  const most = Math.max(...value, ...upper);
  return lines.filter(({ values }) => most > 0 && Math.max(...values) <= FARTHEST * most);
}

/**
 * chart: start of each step, its ends or null, layers from the lowest (name, values, colour), lower and upper;
 * lines: what it is held against (name, values), drawn where that leaves the rest to be seen.
 * tell(value): in words; factor: from a value to the unit it is told in. Returns the element and find(x): the step there.
 */
export function draw(chart, width, tell, factor) {
  const size = sizes();
  const { height, left, right, top: above, bottom } = size;
  const alone = chart.start.length === 1 && !chart.ends;
  const first = chart.start[0] - (alone ? ALONE_SECONDS : 0);
  const last = chart.ends ? chart.ends.at(-1) : chart.start.at(-1) + (alone ? ALONE_SECONDS : 0);
  const sums = chart.start.map(() => 0);
  const drawn = linesDrawn(chart);
  const most = Math.max(...chart.value, ...chart.upper, ...drawn.flatMap(({ values }) => values)) || 1;
  const marks = ticks(most, factor);
  const top = marks.at(-1);
  const x = (time) => left + ((time - first) / (last - first)) * (width - left - right);
  const y = (value) => height - bottom - (value / top) * (height - above - bottom);
  const areas = chart.layers.map(({ values, colour }) => {
    const below = edge(chart, [...sums], x, y).reverse();
    values.forEach((value, index) => { sums[index] += value; });
    return svg("path", { class: `area ${colour}`, d: path([...edge(chart, sums, x, y), ...below], true) });
  });
  const rule = svg("line", { class: "rule", y1: above, y2: height - bottom, x1: -9, x2: -9 });
  const element = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true", focusable: "false" },
    marks.map((mark) => [svg("line", { class: "grid", x1: left, x2: width - right, y1: y(mark), y2: y(mark) }),
      svg("text", { class: "tick-text", x: left - 8, y: y(mark) + 4, "text-anchor": "end" }, mark ? tell(mark) : "0")]).flat(),
    areas,
    alone ? svg("circle", { class: "point", cx: x(chart.start[0]), cy: y(chart.value[0]), r: 4 }) : null,
    [chart.lower, chart.upper].filter((bound) => bound.length > (chart.ends ? 0 : 1)).map((bound) => svg("path", { class: "bound", d: path(edge(chart, bound, x, y)) })),
    drawn.map(({ values }) => {
      const points = alone ? [[left, y(values[0])], [width - right, y(values[0])]] : edge(chart, values, x, y);
      return [svg("path", { class: "budget", d: path(points) }),
        svg("text", { class: "tick-text", x: width - right, y: points.at(-1)[1] - 5, "text-anchor": "end" }, "budget")];
    }).flat(),
    dates(first, last, width, size).map((time) => svg("text", { class: "tick-text", x: Math.min(Math.max(x(time), left), width - size.date / 2.5), y: height - 6, "text-anchor": "middle" }, moment(time, last - first))),
    rule);
  const find = (at) => {
    const time = first + ((at - left) / (width - left - right)) * (last - first);
    const behind = chart.start.filter((start) => start <= time).length - 1;
    return Math.max(0, behind);
  };
  const point = (index) => {
    const at = index === null ? -9 : x(chart.ends ? (chart.start[index] + chart.ends[index]) / 2 : chart.start[index]);
    rule.setAttribute("x1", at);
    rule.setAttribute("x2", at);
  };
  return { element, find, point };
}
