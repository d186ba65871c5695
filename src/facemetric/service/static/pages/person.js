// One person: photographs, terms, and everything that can be done with them.

import { ask, photoForm } from "../api.js";
import { day, moment, t } from "../catalogue.js";
import { confirmed, dialog } from "../dialog.js";
import { download, fill, h, replace } from "../dom.js";
import { distinct, enrolmentReport } from "../enrolled.js";
import { field } from "../fields.js";
import { icon } from "../icons.js";
import { picker } from "../picker.js";
import { keptNote, portrait, portraitsTick } from "../portraits.js";
import { inGallery, may } from "../session.js";
import { act, empty, loading, show, toast } from "../states.js";
import { termsFields } from "../terms.js";
import { facesChoice } from "./enrol.js";
import { eraseDialog } from "./erasure.js";
import { mergeDialog } from "./merge.js";
import { initials } from "./people.js";

/** Draw the page. */
export function personPage(main, { about, signal }) {
  const part = h("div");
  const heading = h("h1", { tabindex: -1 }, t("person.title"));
  const path = inGallery(`/people/${encodeURIComponent(about)}`);
  const again = () =>
    show(
      part,
      () => ask("GET", path, { signal }),
      (answer) => {
        replace(heading, answer.person.name);
        document.title = `${answer.person.name} · facemetric`;
        return drawn(answer, path, { main, again, signal });
      },
    );
  fill(main, h("a", { class: "back", href: "#/people" }, icon("back"), t("people.title")), heading, part);
  again();
}

function drawn({ person, samples }, path, page) {
  const facts = [
    [t("person.since"), day(person.created)],
    [
      t("terms.groups"),
      person.groups.length
        ? h(
            "span",
            { class: "chips" },
            person.groups.map((one) => h("span", { class: "chip" }, one)),
          )
        : t("state.none"),
    ],
    [t("terms.basis"), person.consent ?? t("terms.basis_none")],
    [t("terms.keep"), person.keep_until ? day(person.keep_until) : t("person.no_end")],
  ];
  return [
    h(
      "section",
      { class: "card person-head" },
      initials(person.name),
      h(
        "dl",
        { class: "facts" },
        facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
      h("div", { class: "row" }, actions(person, path, page)),
    ),
    h(
      "section",
      {},
      h("h2", {}, t("person.photos", { n: samples.length })),
      h("p", { class: "muted" }, keptNote(samples)),
      samples.length
        ? sampleTable(person, samples, path, page)
        : empty(t("person.no_photos"), t("person.no_photos_text")),
    ),
    may("enrol") ? h("section", {}, h("h2", {}, t("person.more")), adding(path, page)) : null,
  ];
}

function actions(person, path, page) {
  const button = (text, onclick, kind = "") => h("button", { type: "button", class: kind, onclick }, text);
  return [
    may("enrol") ? button(t("person.edit"), () => edit(person, path, page)) : null,
    may("admin") ? button(t("person.merge"), () => mergeDialog(person, path, page.again)) : null,
    may("admin")
      ? button(t("person.export"), async (event) => {
          const failure = h("div");
          page.main.append(failure);
          const data = await act(event.currentTarget, failure, () => ask("GET", `${path}/export`));
          if (data) download(`person-${person.person_id}.json`, data);
        })
      : null,
    may("admin")
      ? button(t("person.erase"), () => eraseDialog(person, path, page.main), "danger-text")
      : null,
  ];
}

function sampleTable(person, samples, path, page) {
  const kept = samples.some((sample) => sample.has_portrait);
  return h(
    "div",
    {
      class: "table-scroll",
      tabindex: 0,
      role: "region",
      "aria-label": t("person.photos", { n: samples.length }),
    },
    h(
      "table",
      { class: "stacked" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          [
            kept ? t("person.portrait") : null,
            t("person.source"),
            t("person.added"),
            may("admin") ? t("table.actions") : null,
          ]
            .filter(Boolean)
            .map((one) => h("th", { scope: "col" }, one)),
        ),
      ),
      h(
        "tbody",
        {},
        samples.map((sample) =>
          h(
            "tr",
            {},
            kept ? h("td", { "data-label": t("person.portrait") }, portrait(sample, path, page.again)) : null,
            h("td", { "data-label": t("person.source") }, sample.source),
            h("td", { "data-label": t("person.added") }, moment(sample.created)),
            may("admin")
              ? h(
                  "td",
                  { "data-label": t("table.actions") },
                  h(
                    "button",
                    {
                      type: "button",
                      class: "danger-text small",
                      "aria-label": t("person.erase_photo_of", { name: sample.source }),
                      onclick: async () => {
                        const done = await confirmed(
                          t("person.erase_photo"),
                          t("person.erase_photo_text", { name: sample.source }),
                          t("action.erase"),
                          () => ask("DELETE", `${path}/samples/${sample.sample_id}`),
                        );
                        if (done) {
                          toast(t("person.photo_erased"));
                          page.again();
                        }
                      },
                    },
                    t("action.erase"),
                  ),
                )
              : null,
          ),
        ),
      ),
    ),
  );
}

function adding(path, page) {
  const outcome = h("div", { "aria-live": "polite" });
  const [whichField, which] = facesChoice();
  const go = h("button", { type: "button", class: "primary" }, t("person.add"));
  const [keepField, keeps] = portraitsTick();
  const further = h("div", { class: "stack", hidden: true }, whichField, keepField, h("div", { class: "row" }, go));
  const photos = picker({
    label: t("enrol.photos"),
    several: true,
    changed: (files) => {
      further.hidden = !files.length;
    },
  });
  go.addEventListener("click", async () => {
    const files = distinct(photos.files());
    const answer = await act(go, outcome, () => {
      replace(outcome, loading(t("enrol.working", { n: files.length })));
      const query = { select: which.value, keep_portraits: keeps() || null };
      return ask("POST", `${path}/samples`, { query, body: photoForm(files) });
    });
    if (!answer) return;
    await page.again();
    fill(page.main, enrolmentReport(answer, files));
  });
  return h("div", { class: "card stack" }, photos.element, further, outcome);
}

function edit(person, path, page) {
  return dialog(t("person.edit"), (close) => {
    const [nameField, name] = field(t("enrol.name"), { required: true, maxlength: 200, value: person.name });
    const terms = termsFields(person);
    const failure = h("div");
    const go = h("button", { type: "submit", class: "primary" }, t("action.save"));
    const form = h(
      "form",
      { class: "stack" },
      nameField,
      terms.elements,
      failure,
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", onclick: () => close() }, t("action.cancel")),
        go,
      ),
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { groups, consent, keep_until } = terms.read();
      const body = { name: name.value.trim(), groups, keep_until, ...(consent ? { consent } : {}) };
      const done = await act(go, failure, () => ask("PATCH", path, { body }));
      if (done) close(done);
    });
    return form;
  }).then((done) => {
    if (!done) return;
    toast(t("person.saved"));
    page.again();
  });
}
