// Making two people one.

import { ask } from "../api.js";
import { t } from "../catalogue.js";
import { dialog } from "../dialog.js";
import { h, replace } from "../dom.js";
import { field } from "../fields.js";
import { inGallery } from "../session.js";
import { act, show, toast } from "../states.js";

const TYPING_MS = 250;

/** Ask who becomes part of a person, and merge them. */
export async function mergeDialog(person, path, again) {
  const done = await dialog(t("person.merge_title", { name: person.name }), (close) => {
    const [searchField, search] = field(t("people.search"), { type: "search" });
    const found = h("div", { class: "choices" });
    const failure = h("div");
    let other = null;
    const go = h("button", { type: "button", class: "danger", disabled: true }, t("person.merge_go"));
    const find = () =>
      show(
        found,
        () =>
          ask("POST", inGallery("/people/find"), { body: { name: search.value.trim() || null, limit: 20 } }),
        (answer) => {
          const people = answer.people.filter((one) => one.person_id !== person.person_id);
          if (!people.length) return h("p", { class: "muted" }, t("people.none_found"));
          return h(
            "fieldset",
            {},
            h("legend", { class: "unseen" }, t("person.merge_who")),
            people.map((one) => {
              const radio = h("input", { type: "radio", name: "other", value: one.person_id });
              radio.addEventListener("change", () => {
                other = one;
                go.disabled = false;
                replace(told, t("person.merge_text", { other: one.name, name: person.name, n: one.samples }));
              });
              return h(
                "label",
                { class: "tick" },
                radio,
                h(
                  "span",
                  {},
                  one.name,
                  " ",
                  h("span", { class: "muted" }, t("people.photos", { n: one.samples })),
                ),
              );
            }),
          );
        },
        { quiet: true },
      );
    const told = h("p", { "aria-live": "polite" }, t("person.merge_choose"));
    let typing = null;
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(find, TYPING_MS);
    });
    go.addEventListener("click", async () => {
      const merged = await act(go, failure, () =>
        ask("POST", `${path}/merge`, { body: { other: other.person_id } }),
      );
      if (merged) close(merged);
    });
    find();
    return [
      searchField,
      found,
      told,
      failure,
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", onclick: () => close() }, t("action.cancel")),
        go,
      ),
    ];
  });
  if (!done) return;
  toast(t("person.merged"));
  again();
}
