// What a similarity says, in words.

import { percent, similar, t, tOne } from "./catalogue.js";
import { h } from "./dom.js";

/** Return how often a stranger is as similar; null where the bundle does not know. */
export function oddsText(odds) {
  if (!odds) return null;
  const { stranger_rate: rate, rate_limit: limit } = odds;
  const kind = limit ?? "about";
  if (rate > 0.1) return tOne("odds.share", kind, { share: percent(rate) });
  return tOne("odds.rate", kind, { n: twoDigits(1 / rate, Math.floor) });
}

/** Return how the similarity weighs as evidence; null where it is not known. */
export function evidenceText(odds) {
  if (!odds || odds.log10_lr === null) return null;
  const same = odds.log10_lr >= 0;
  const limited =
    odds.lr_limit === null ? "about" : (odds.lr_limit === "at_least") === same ? "at_least" : "at_most";
  return tOne(same ? "odds.one_person" : "odds.two_people", limited, {
    n: twoDigits(10 ** Math.abs(odds.log10_lr), Math.round),
  });
}

/** Return a similarity as a bar with its threshold, and as a number. */
export function meter(similarity, threshold) {
  const low = -0.2;
  const place = (value) => `${Math.min(100, Math.max(0, (100 * (value - low)) / (1 - low)))}%`;
  const value = h("span", { class: "meter-value" });
  value.style.width = place(similarity);
  const line = h("span", { class: "meter-line" });
  line.style.left = place(threshold);
  return h(
    "div",
    { class: "meter-row" },
    h(
      "div",
      { class: `meter ${similarity >= threshold ? "above" : "below"}`, "aria-hidden": "true" },
      value,
      line,
    ),
    h("p", {}, t("odds.similarity", { similarity: similar(similarity), threshold: similar(threshold) })),
  );
}

function twoDigits(value, round) {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((round(value / step + 1e-9) * step).toPrecision(2));
}
