// What is known of a model's thresholds.

import { number, percent, similar, t } from "./catalogue.js";
import { h } from "./dom.js";
import { empty } from "./states.js";
import { table } from "./tables.js";

/** Return the calibrations of a bundle, open where they are those in use; a hint where there are none. */
export function calibrationTables({ flip, calibrations }) {
  return calibrations.length
    ? calibrations.map((one) => calibrationTable(one, one.flip === flip))
    : empty(t("system.uncalibrated"), t("system.uncalibrated_text"));
}

function calibrationTable(calibration, open) {
  const title = t("system.calibration", { data: calibration.data, n: calibration.people });
  const flipped = t(calibration.flip ? "system.flipped" : "system.not_flipped");
  return h(
    "details",
    { class: "card", open },
    h("summary", {}, title, h("span", { class: "small block" }, flipped)),
    table(
      `${title}. ${flipped}`,
      ["system.far", "system.threshold", "system.interval", "system.tar", "system.pairs"].map((key) =>
        t(key),
      ),
      calibration.points.map((point) => [
        percent(point.far),
        similar(point.similarity),
        `${percent(point.far_low)} – ${percent(point.far_high)}`,
        point.tar === null ? t("state.unknown") : percent(point.tar),
        number(point.impostor_pairs),
      ]),
      "numbers",
    ),
  );
}
