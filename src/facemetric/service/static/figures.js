// Measured figures with what they are known to.

import { exact, percent, t } from "./catalogue.js";
import { h } from "./dom.js";

/** Return a figure's value: a bound where the data gives no more. */
export function valueText(figure) {
  if (figure.value !== null) return exact(figure.value, figure.unit);
  if (figure.at_most !== null) return t("reports.at_most", { value: exact(figure.at_most, figure.unit) });
  return t("state.unknown");
}

/** Return a figure's interval; empty where it has none. */
export function intervalText({ interval, unit }) {
  return interval ? `${exact(interval.low, unit)} – ${exact(interval.high, unit)}` : "";
}

/** Return the head of a column of intervals, with the confidence that all of them have. */
export function intervalHead(figures) {
  const [first] = figures.map((one) => one.interval).filter(Boolean);
  return first ? t("reports.interval_of", { share: percent(first.confidence) }) : t("reports.interval");
}

/** Return a figure's name, and what a reader must know of it; both are the measurement's own words. */
export function figureName(figure) {
  return h(
    "span",
    { lang: "en" },
    figure.name,
    figure.note ? h("span", { class: "small block" }, figure.note) : null,
  );
}
