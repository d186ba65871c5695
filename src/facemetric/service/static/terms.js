// On what terms somebody is enrolled: groups, consent, time to be erased.

import { t, tOne } from "./catalogue.js";
import { h, newId } from "./dom.js";
import { choice, field } from "./fields.js";
import { knownGalleries, gallery } from "./session.js";

const BASES = ["consent", "contract", "legal-obligation", "public-interest", "legitimate-interest"];

/** Return fields for the terms of a person, and a function that reads them as the API takes them. */
export function termsFields(person = null) {
  const [groupsField, groups] = field(t("terms.groups"), {
    hint: t("terms.groups_hint"),
    value: (person?.groups ?? []).join(", "),
    maxlength: 500,
  });
  const known = knownGalleries().find((one) => one.gallery === gallery())?.groups ?? {};
  const list = h(
    "datalist",
    { id: newId("groups") },
    Object.keys(known).map((one) => h("option", { value: one })),
  );
  groups.setAttribute("list", list.id);
  const [basisField, basis] = choice(t("terms.basis"), [
    ["", t(person ? "terms.basis_as_is" : "terms.basis_none")],
    ...BASES.map((one) => [one, tOne("terms.bases", one)]),
  ]);
  const [textField, text] = field(t("terms.text"), { hint: t("terms.text_hint"), maxlength: 2000 });
  const [keepField, keep] = field(t("terms.keep"), {
    type: "date",
    hint: t("terms.keep_hint"),
    value: person?.keep_until ? person.keep_until.slice(0, 10) : "",
  });
  basis.addEventListener("change", () => {
    text.required = basis.value !== "";
  });
  return {
    elements: [groupsField, list, basisField, textField, keepField],
    /** Return groups as a list, consent as an object or null, the end as a time or null. */
    read: () => ({
      groups: groups.value
        .split(",")
        .map((one) => one.trim())
        .filter(Boolean),
      consent: basis.value ? { basis: basis.value, text: text.value.trim() } : null,
      keep_until: keep.value ? new Date(`${keep.value}T23:59:59`).toISOString() : null,
    }),
  };
}
