// Measured figures with what they are known to.

import { exact, rate, t, tIf } from "./catalogue.js";
import { h } from "./dom.js";
import { table } from "./tables.js";

// A bound where the data gives no more.
function valueText(figure) {
  if (figure.value !== null) return exact(figure.value, figure.unit);
  if (figure.at_most !== null) return t("reports.at_most", { value: exact(figure.at_most, figure.unit) });
  return t("state.unknown");
}

function intervalText({ interval, unit }) {
  return interval ? `${exact(interval.low, unit)} – ${exact(interval.high, unit)}` : "";
}

/** Return figures as a table, a column for each model, an interval below each value. */
export function figureTable(label, models, { notes = true } = {}) {
  const names = [...new Set(models.flatMap((model) => model.figures.map((one) => one.name)))];
  const rows = names.map((name) => {
    const found = models.map((model) => model.figures.find((one) => one.name === name) ?? null);
    return [figureName(found.find(Boolean), notes), ...found.map(valueAndInterval)];
  });
  return table(label, [t("reports.figure"), ...models.map((one) => one.bundle)], rows, "stacked measured");
}

function valueAndInterval(figure) {
  if (!figure) return "";
  const interval = intervalText(figure);
  return h(
    "span",
    {},
    h("strong", {}, valueText(figure)),
    interval ? h("span", { class: "small block" }, interval) : null,
  );
}

// What a reader must know of a figure is the measurement's own words.
function figureName(figure, notes) {
  return h(
    "span",
    {},
    nameOf(figure),
    notes && figure.note ? h("span", { class: "small block", lang: "en" }, figure.note) : null,
  );
}

/** Return the name of a figure, in the reader's language where it has a code that is known. */
export function nameOf({ name, code, numbers }) {
  const written = Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, rate(value)]));
  return (code && tIf("figures", code, written)) ?? h("span", { lang: "en" }, name);
}
