// Reports of evaluations: which models were measured, on what, and how they did.

import { ask } from "../api.js";
import { calibrationTables } from "../calibrations.js";
import { day, t, tOne } from "../catalogue.js";
import { fill, h } from "../dom.js";
import { figureTable } from "../figures.js";
import { failure } from "../problems.js";
import { current } from "../session.js";
import { empty, show } from "../states.js";

/** Draw the page. */
export function reportsPage(main, { signal }) {
  const list = h("div");
  fill(
    main,
    h("h1", { tabindex: -1 }, t("reports.title")),
    h("p", { class: "lead" }, t("reports.lead")),
    list,
  );
  if (current().reports) show(list, () => ask("GET", "v1/reports", { signal }), drawn);
  else fill(list, empty(t("reports.off"), t("reports.off_text")), howTo());
  const part = h("div", { class: "stack" });
  fill(
    main,
    h(
      "section",
      {},
      h("h2", {}, t("reports.calibration")),
      h("p", { class: "muted below" }, t("reports.calibration_text")),
      part,
    ),
  );
  show(part, () => ask("GET", "v1/bundle", { signal }), calibrationTables);
}

function drawn({ reports, errors, left_out }) {
  if (!reports.length && !errors.length) return [empty(t("reports.none"), t("reports.none_text")), howTo()];
  return [
    h("ul", { class: "plain-list" }, reports.map(reportCard)),
    left_out ? h("p", { class: "muted" }, t("reports.left_out", { n: left_out })) : null,
    errors.length ? damaged(errors) : null,
  ];
}

function howTo() {
  return h(
    "pre",
    { class: "card", lang: "en", tabindex: 0, role: "region", "aria-label": t("reports.how") },
    "facemetric evaluate lfw --report reports/lfw\nfacemetric serve --gallery … --reports reports",
  );
}

function reportCard(report) {
  return h(
    "li",
    { class: "card stack" },
    h(
      "div",
      {},
      h(
        "h2",
        { class: "tight" },
        h("a", { href: `#/reports/${encodeURIComponent(report.name)}` }, report.name),
      ),
      h("p", {}, h("span", { lang: "en" }, report.title)),
      h(
        "p",
        { class: "small chips" },
        day(report.created),
        h("span", { class: "chip" }, tOne("reports.kinds", report.kind)),
        leakageChip(report.leakage),
      ),
    ),
    figureTable(report.name, report.models, { notes: false }),
  );
}

/** Return whether the model may have seen the answers. */
export function leakageChip(state) {
  const kinds = { found: "revoked", none_found: "valid", not_checked: "unknown" };
  return h("span", { class: `chip ${kinds[state]}` }, tOne("reports.leakage", state));
}

function damaged(errors) {
  return h(
    "section",
    {},
    h("h2", {}, t("reports.damaged", { n: errors.length })),
    h(
      "ul",
      { class: "plain-list" },
      errors.map((one) => h("li", { class: "card" }, failure(one))),
    ),
  );
}
