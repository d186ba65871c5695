// Small pictures of faces that were kept, where that was asked for: shown where they are looked at, nowhere else.

import { ask, askForPicture } from "./api.js";
import { t } from "./catalogue.js";
import { confirmed } from "./dialog.js";
import { h, newId, replace } from "./dom.js";
import { tick } from "./fields.js";
import { picture } from "./photo.js";
import { current, gallery, knownGalleries, may } from "./session.js";
import { toast, trouble } from "./states.js";

/** Return whether the operator and the chosen gallery keep portraits. */
export function portraitsKept() {
  const own = knownGalleries().find((one) => one.gallery === gallery());
  return current().keep_portraits && own?.portraits !== null;
}

/** Return the box that asks for portraits, and whether it is ticked; nothing where none are kept. */
export function portraitsTick() {
  if (!portraitsKept()) return [null, () => false];
  const [label, input] = tick(t("enrol.keep_portraits"));
  const hint = newId("hint");
  input.setAttribute("aria-describedby", hint);
  return [
    h("div", {}, label, h("p", { class: "hint", id: hint }, t("enrol.keep_portraits_hint"))),
    () => input.checked,
  ];
}

/** Return what tells whether pictures of faces are kept of some samples. */
export function keptNote(samples) {
  return t(samples.some((one) => one.has_portrait) ? "enrol.portraits_kept" : "enrol.not_kept");
}

/** Return the portrait of a sample, brought once it is in view: every reading is entered in a log. */
export function portrait(sample, path, again) {
  if (!sample.has_portrait) return null;
  if (!may("admin")) return t("person.portrait_kept");
  const address = `${path}/samples/${sample.sample_id}/portrait`;
  const place = h("span", { class: "portrait" });
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((one) => one.isIntersecting)) return;
    seen.disconnect();
    askForPicture(address).then(
      (blob) => replace(place, picture(blob, t("person.portrait_alt", { name: sample.source }))),
      (error) => replace(place, trouble(error)),
    );
  });
  seen.observe(place);
  return h(
    "div",
    {},
    place,
    h(
      "button",
      {
        type: "button",
        class: "danger-text small",
        "aria-label": t("person.erase_portrait_of", { name: sample.source }),
        onclick: async () => {
          const done = await confirmed(
            t("person.erase_portrait"),
            t("person.erase_portrait_text", { name: sample.source }),
            t("action.erase"),
            () => ask("DELETE", address),
          );
          if (!done) return;
          toast(t("person.portrait_erased"));
          again();
        },
      },
      t("person.erase_portrait_short"),
    ),
  );
}
