// What makes a face a poor one to enrol.

import { number, percent, t, tIf } from "./catalogue.js";
import { h } from "./dom.js";

const DIGITS = { dark: 2, bright: 2, flat: 2 };

/** Return what is wrong with a face, in the reader's language; null where nothing is. */
export function poorPhoto(face) {
  if (!face.problems.length) return null;
  const told = face.remarks.map(remark);
  // A face that was grouped long ago may have sentences alone.
  const all = told.length ? told : [h("span", { lang: "en" }, face.problems.join("; "))];
  return h(
    "p",
    { class: "warn" },
    t("enrol.poor"),
    " ",
    all.flatMap((one, place) => (place ? ["; ", one] : [one])),
  );
}

function remark({ code, value, limit, text }) {
  const written = code === "exposed" ? percent : (measure) => number(measure, DIGITS[code] ?? 0);
  return (
    tIf("remarks", code, { value: written(value), limit: written(limit) }) ?? h("span", { lang: "en" }, text)
  );
}
