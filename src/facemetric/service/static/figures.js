// Measured figures with what they are known to.

import { exact, t } from "./catalogue.js";
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

// The name and what a reader must know of it are the measurement's own words.
function figureName(figure, notes) {
  return h(
    "span",
    { lang: "en" },
    figure.name,
    notes && figure.note ? h("span", { class: "small block" }, figure.note) : null,
  );
}
