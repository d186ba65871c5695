// What runs here: the service, the model and its calibration, the galleries, the audit log.

import { ask } from "../api.js";
import { calibrationTables } from "../calibrations.js";
import { moment, number, size, span, t } from "../catalogue.js";
import { fill, h } from "../dom.js";
import { current, may } from "../session.js";
import { empty, show } from "../states.js";
import { facts, table } from "../tables.js";

/** Draw the page. */
export function systemPage(main, { signal }) {
  fill(main, h("h1", { tabindex: -1 }, t("system.title")));
  const section = (title, path, draw) => {
    const part = h("div");
    fill(main, h("section", {}, h("h2", {}, title), part));
    show(part, () => ask("GET", path, { signal }), draw);
  };
  if (may("admin")) section(t("system.service"), "v1/service", serviceCard);
  section(t("system.model"), "v1/bundle", modelCard);
  section(t("system.galleries"), "v1/galleries", galleryTable);
  if (may("admin") && current().audit) section(t("system.audit"), "v1/audit", auditTable);
}

function serviceCard(service) {
  return h(
    "div",
    { class: "card" },
    facts([
      [t("system.version"), service.version],
      [t("system.uptime"), span(service.uptime_s)],
      [t("system.requests"), number(service.requests)],
      [t("system.refused"), number(service.refused)],
      [t("system.failed"), number(service.failed)],
      [t("system.in_work"), t("system.of", { n: service.in_work, most: service.most_in_work })],
      [t("system.memory"), service.memory_bytes === null ? t("state.unknown") : size(service.memory_bytes)],
      [t("system.detector"), service.detector],
    ]),
  );
}

function modelCard({ model, sha256, flip, calibrations }) {
  const use =
    model.commercial_use === null
      ? t("system.use_unknown")
      : t(model.commercial_use ? "system.use_allowed" : "system.use_forbidden");
  return h(
    "div",
    { class: "stack" },
    h(
      "div",
      { class: "card stack" },
      h("h3", {}, model.id),
      h("p", { lang: "en" }, model.description),
      facts(
        [
          [t("system.licence"), model.licence],
          [t("system.use"), use],
          [t("system.training"), h("span", { lang: "en" }, model.training_data)],
          [t("system.dim"), number(model.dim)],
          [t("system.flip"), t(flip ? "state.yes" : "state.no")],
          [t("system.sha256"), h("code", {}, sha256)],
        ],
        "long",
      ),
    ),
    calibrationTables({ flip, calibrations }),
  );
}

function galleryTable({ galleries }) {
  if (!galleries.length) return empty(t("people.no_gallery"), t("people.no_gallery_text"));
  return h(
    "div",
    { class: "card" },
    table(
      t("system.galleries"),
      [t("system.gallery"), t("system.people"), t("system.samples"), t("system.size"), t("system.encrypted")],
      galleries.map((one) => [
        one.gallery,
        number(one.people),
        number(one.samples),
        size(one.size_bytes),
        t(one.key_id ? "state.yes" : "state.no"),
      ]),
    ),
  );
}

function auditTable({ entries }) {
  return h(
    "div",
    { class: "card stack" },
    h("p", { class: "muted" }, t("system.audit_text")),
    table(
      t("system.audit"),
      [t("system.entry"), t("system.at"), t("system.action"), t("system.actor"), t("system.subject")],
      [...entries]
        .reverse()
        .map((one) => [
          number(one.number),
          moment(one.at),
          h("code", {}, one.action),
          one.actor ?? "",
          one.subject ?? "",
        ]),
    ),
  );
}
