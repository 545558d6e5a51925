// Numbers as a person reads them: three significant digits, one unit for a value and its bounds.

const POWER = [[1e6, "MW"], [1e3, "kW"], [1, "W"], [1e-3, "mW"]];
const MASS = [[1e6, "t"], [1e3, "kg"], [1, "g"], [1e-3, "mg"]];
const ENERGY = [[1e9, "GWh"], [1e6, "MWh"], [1e3, "kWh"], [1, "Wh"], [1e-3, "mWh"]];
const SECONDS_PER_HOUR = 3600;
export const SECONDS_PER_YEAR = 365.25 * 86400;

const digits = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export const number = (value) => (Math.abs(value) >= 1000 ? whole.format(Number(value.toPrecision(3))) : digits.format(value));
export const count = (value) => whole.format(value);
export const dollars = (value) => new Intl.NumberFormat("en", {
  style: "currency", currency: "USD", maximumFractionDigits: value && value < 1 ? 4 : 2 }).format(value);
export const percent = (ratio) => (ratio > 0 && ratio < 0.001 ? "< 0.1 %" : `${digits.format(Number((ratio * 100).toPrecision(2)))} %`);

function scaled(units, estimate, factor) {
  const size = Math.abs(estimate.value * factor) || Math.abs(estimate.upper * factor);
  const [divisor, unit] = units.find(([least]) => size >= least) ?? (size ? units.at(-1) : units.find(([least]) => least === 1));
  const text = (value) => number((value * factor) / divisor);
  return { value: text(estimate.value), lower: text(estimate.lower), upper: text(estimate.upper), unit };
}

const exactly = (value) => ({ value, lower: value, upper: value });

/** An estimate of watts, scaled. */
export const power = (estimate) => scaled(POWER, estimate, 1);
const per = (of, time) => ({ ...of, unit: `${of.unit}/${time}` });
/** An estimate of grams a second, as a mass an hour. */
export const hourly = (estimate) => per(scaled(MASS, estimate, SECONDS_PER_HOUR), "h");
/** An estimate of grams a second, as a mass a day. */
export const daily = (estimate) => per(scaled(MASS, estimate, 24 * SECONDS_PER_HOUR), "day");
/** An estimate of grams a second, as a mass a year. */
export const yearly = (estimate) => scaled(MASS, estimate, SECONDS_PER_YEAR);
/** An estimate of watts, as the energy of a year. */
export const yearlyEnergy = (estimate) => scaled(ENERGY, estimate, SECONDS_PER_YEAR / SECONDS_PER_HOUR);
/** An estimate of grams, or of joules. */
export const amount = (estimate, joules) => (joules ? scaled(ENERGY, estimate, 1 / SECONDS_PER_HOUR) : scaled(MASS, estimate, 1));

export const written = (of) => `${of.value} ${of.unit}`;
export const range = (of) => (of.lower === of.upper ? `${of.lower} ${of.unit}` : `${of.lower} – ${of.upper} ${of.unit}`);
export const watts = (value) => written(power(exactly(value)));
export const gramsAnHour = (value) => written(hourly(exactly(value)));

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const precise = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** A moment, as exact as the span it stands in asks for. */
export function moment(seconds, span = 0) {
  const date = new Date(seconds * 1000);
  if (span > 4 * 86400) return day.format(date);
  if (span > 86400) return `${day.format(date)} ${clock.format(date)}`;
  return (span < 1800 ? precise : clock).format(date);
}

export function ago(seconds) {
  if (seconds < 1) return "just now";
  if (seconds < 120) return `${Math.floor(seconds)} s ago`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} days ago`;
}
