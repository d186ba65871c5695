// Adding a person.

import { ask, photoForm } from "../api.js";
import { t } from "../catalogue.js";
import { fill, h, replace } from "../dom.js";
import { distinct, enrolmentReport } from "../enrolled.js";
import { choice, field } from "../fields.js";
import { icon } from "../icons.js";
import { picker } from "../picker.js";
import { keptNote, portraitsTick } from "../portraits.js";
import { inGallery, loadGalleries, may } from "../session.js";
import { act, loading, toast } from "../states.js";
import { termsFields } from "../terms.js";

let handedOver = null;

/** Have the page begin with photographs that another page has. */
export function handOver(files) {
  handedOver = files;
}

/** Draw the page. */
export function enrolPage(main) {
  const [nameField, name] = field(t("enrol.name"), {
    required: true,
    maxlength: 200,
    hint: t("enrol.name_hint"),
  });
  const photos = picker({ label: t("enrol.photos"), several: true });
  const terms = termsFields();
  const [whichField, which] = facesChoice();
  const [keepField, keeps] = portraitsTick();
  const outcome = h("div", { "aria-live": "polite" });
  const go = h("button", { type: "submit", class: "primary" }, t("enrol.go"));
  const form = h(
    "form",
    { class: "card stack" },
    nameField,
    photos.element,
    keepField,
    h(
      "details",
      {},
      h("summary", {}, t("enrol.more")),
      h("div", { class: "stack" }, whichField, terms.elements),
    ),
    outcome,
    h("div", { class: "row" }, go, h("a", { class: "button", href: "#/people" }, t("action.cancel"))),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const files = distinct(photos.files());
    if (!files.length) {
      replace(outcome, h("p", { class: "bad", role: "alert" }, t("enrol.no_photos")));
      return;
    }
    const answer = await act(go, outcome, () => {
      replace(outcome, loading(t("enrol.working", { n: files.length })));
      return sent(files, name.value.trim(), terms.read(), { select: which.value, keep_portraits: keeps() || null });
    });
    if (!answer) return;
    await loadGalleries();
    drawDone(main, answer, files);
  });
  fill(
    main,
    may("read") ? h("a", { class: "back", href: "#/people" }, icon("back"), t("people.title")) : null,
    h("h1", { tabindex: -1 }, t("enrol.title")),
    h("p", { class: "lead" }, t("enrol.lead")),
    form,
  );
  if (handedOver) photos.add(handedOver);
  handedOver = null;
}

/** Return the choice of what is done with photographs of several people. */
export function facesChoice() {
  return choice(
    t("enrol.faces"),
    [
      ["", t("enrol.faces_refuse")],
      ["largest", t("enrol.faces_largest")],
      ["central", t("enrol.faces_central")],
    ],
    { hint: t("enrol.faces_hint") },
  );
}

function sent(files, name, terms, query) {
  const form = photoForm(files, {
    name,
    groups: terms.groups.join(","),
    keep_until: terms.keep_until,
    consent_basis: terms.consent?.basis,
    consent_text: terms.consent?.text,
  });
  return ask("POST", inGallery("/people"), { query, body: form });
}

function drawDone(main, answer, files) {
  const told = t(answer.created ? "enrol.done" : "enrol.added", { name: answer.name });
  toast(told);
  const heading = h("h1", { tabindex: -1 }, told);
  replace(
    main,
    heading,
    h("p", { class: "lead" }, keptNote(answer.samples)),
    enrolmentReport(answer, files),
    h(
      "div",
      { class: "row" },
      may("read")
        ? h("a", { class: "button primary", href: `#/people/${answer.person_id}` }, t("enrol.show"))
        : null,
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            replace(main);
            enrolPage(main);
            main.querySelector("h1").focus();
          },
        },
        t("enrol.another"),
      ),
    ),
  );
  heading.focus();
}
