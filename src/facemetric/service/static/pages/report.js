// One report of an evaluation: its figures, and its own page in a frame that can do nothing.

import { ask } from "../api.js";
import { exact, moment, number, percent, points, t, tOne } from "../catalogue.js";
import { fill, h, newId } from "../dom.js";
import { figureTable, nameOf } from "../figures.js";
import { icon } from "../icons.js";
import { show } from "../states.js";
import { facts, table } from "../tables.js";
import { leakageChip } from "./reports.js";

/** Draw the page. */
export function reportPage(main, { about, signal }) {
  const path = `v1/reports/${encodeURIComponent(about)}`;
  const part = h("div");
  fill(
    main,
    h("a", { class: "back", href: "#/reports" }, icon("back"), t("reports.title")),
    h("h1", { tabindex: -1 }, about),
    part,
  );
  show(
    part,
    () => ask("GET", path, { signal }),
    (answer) => [
      h("p", { class: "lead", lang: "en" }, answer.report.title),
      head(answer),
      h("p", { class: "muted intervals" }, intervalsText(answer.models)),
      parts(answer.models),
      answer.comparisons.length ? comparisons(answer.comparisons, answer.models) : null,
      wholePage(path, about),
    ],
  );
}

function head({ report, models }) {
  return h(
    "section",
    { class: "card" },
    facts([
      [t("reports.created"), moment(report.created)],
      [t("reports.kind"), tOne("reports.kinds", report.kind)],
      [t("reports.protocol"), h("code", {}, report.protocol)],
      [t("reports.photos"), number(report.photos)],
      [t("reports.faces"), [...new Set(models.map((one) => number(one.faces_found)))].join(", ")],
      [t("reports.leakage_head"), leakageChip(report.leakage)],
      [t("system.version"), report.version],
    ]),
  );
}

function parts(models) {
  return models[0].parts.map((first, place) =>
    h(
      "section",
      {},
      h("h2", { lang: "en", class: "tight" }, first.name),
      h("p", { class: "muted", lang: "en" }, countsText(first.counts)),
      figureTable(
        first.name,
        models.map((model) => ({ bundle: model.bundle, figures: model.parts[place].figures })),
      ),
      first.notes.length
        ? h(
            "ul",
            { class: "muted small notes", lang: "en" },
            first.notes.map((one) => h("li", {}, one)),
          )
        : null,
    ),
  );
}

function intervalsText(models) {
  const figures = models.flatMap((model) => model.parts.flatMap((part) => part.figures));
  const [known] = figures.map((one) => one.interval).filter(Boolean);
  return known ? t("reports.intervals", { share: percent(known.confidence) }) : "";
}

function countsText(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${number(count)} ${name.replaceAll("_", " ")}`)
    .join(" · ");
}

function comparisons(rows, models) {
  const figures = models.flatMap((model) => model.parts.flatMap((part) => part.figures));
  const known = new Map(figures.map((one) => [one.name, one]));
  return h(
    "section",
    {},
    h("h2", { class: "tight" }, t("reports.compared")),
    h("p", { class: "muted" }, t("reports.compared_text")),
    table(
      t("reports.compared"),
      ["reports.figure", "reports.first", "reports.second", "reports.difference", "reports.p_value"].map(
        (key) => t(key),
      ),
      rows.map((one) => [
        h(
          "span",
          {},
          h("span", { lang: "en" }, `${one.part}: `),
          nameOf(known.get(one.figure) ?? { name: one.figure, code: null, numbers: {} }),
        ),
        named(one.first, one.first_value),
        named(one.second, one.second_value),
        h(
          "span",
          {},
          h("strong", {}, points(one.difference)),
          h("span", { class: "small block" }, `${points(one.low)} – ${points(one.high)}`),
        ),
        number(one.p_holm),
      ]),
      "stacked measured",
    ),
  );
}

function named(model, value) {
  return h("span", {}, exact(value, "share"), h("span", { class: "small block" }, model));
}

function wholePage(path, name) {
  const titled = newId("report");
  return h(
    "section",
    { "aria-labelledby": titled },
    h(
      "div",
      { class: "head" },
      h("h2", { id: titled, class: "tight" }, t("reports.whole")),
      h(
        "a",
        { class: "button", href: `${path}/page`, target: "_blank", rel: "noopener noreferrer" },
        t("reports.open"),
      ),
    ),
    h("p", { class: "muted below" }, t("reports.faces_shown")),
    h("iframe", {
      class: "report-page",
      sandbox: "",
      src: `${path}/page`,
      title: t("reports.page_of", { name }),
    }),
  );
}
