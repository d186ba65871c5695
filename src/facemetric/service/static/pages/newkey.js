// Making an API key, and showing a secret once.

import { ask } from "../api.js";
import { t, tOne } from "../catalogue.js";
import { dialog } from "../dialog.js";
import { h, replace } from "../dom.js";
import { field, tick } from "../fields.js";
import { knownGalleries } from "../session.js";
import { act } from "../states.js";

const SCOPES = ["read", "enrol", "admin"];
const DAY_MS = 86_400_000;

/** Ask what a key is to allow, make it and show its secret. */
export async function makeKey(again) {
  const made = await dialog(t("keys.make"), (close) => {
    const [nameField, name] = field(t("keys.name"), {
      required: true,
      maxlength: 100,
      hint: t("keys.name_hint"),
    });
    const scopes = SCOPES.map((one) =>
      tick(tOne("keys.scope_text", one), { value: one, checked: one === "read" }),
    );
    const galleries = knownGalleries().map((one) => tick(one.gallery, { value: one.gallery }));
    const [daysField, days] = field(t("keys.days"), {
      type: "number",
      min: 1,
      max: 3650,
      value: 365,
      hint: t("keys.days_hint"),
    });
    const [rateField, rate] = field(t("keys.per_minute"), {
      type: "number",
      min: 1,
      max: 1_000_000,
      hint: t("keys.per_minute_hint"),
    });
    const failure = h("div");
    const go = h("button", { type: "submit", class: "primary" }, t("keys.make_go"));
    const chosen = (ticks) =>
      ticks
        .map(([, input]) => input)
        .filter((input) => input.checked)
        .map((input) => input.value);
    const form = h(
      "form",
      { class: "stack" },
      nameField,
      h(
        "fieldset",
        {},
        h("legend", {}, t("keys.scopes")),
        scopes.map(([label]) => label),
      ),
      galleries.length
        ? h(
            "fieldset",
            {},
            h("legend", {}, t("keys.galleries")),
            h("p", { class: "hint" }, t("keys.galleries_hint")),
            galleries.map(([label]) => label),
          )
        : null,
      h("div", { class: "filters" }, daysField, rateField),
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
      if (!chosen(scopes).length) {
        replace(failure, h("p", { class: "bad", role: "alert" }, t("keys.no_scope")));
        return;
      }
      const answer = await act(go, failure, () =>
        ask("POST", "v1/keys", {
          body: {
            name: name.value.trim(),
            scopes: chosen(scopes),
            galleries: chosen(galleries).length ? chosen(galleries) : null,
            expires: days.value ? new Date(Date.now() + Number(days.value) * DAY_MS).toISOString() : null,
            per_minute: rate.value ? Number(rate.value) : null,
          },
        }),
      );
      if (answer) close(answer);
    });
    return form;
  });
  if (!made) return;
  await secretShown(made);
  again();
}

/** Show the secret of a key, which is never shown again. */
export function secretShown({ key, secret }) {
  return dialog(
    t("keys.secret_title", { name: key.name }),
    (close) => {
      const [secretField, input] = field(t("keys.secret"), {
        value: secret,
        readonly: true,
        class: "secret",
        spellcheck: "false",
      });
      const copied = h("p", { role: "status", class: "good" });
      const copy = h("button", { type: "button" }, t("keys.copy"));
      copy.addEventListener("click", async () => {
        input.select();
        try {
          await navigator.clipboard.writeText(secret);
          replace(copied, t("keys.copied"));
        } catch {
          replace(copied, t("keys.copy_by_hand"));
        }
      });
      return [
        h("p", { class: "warn" }, t("keys.once")),
        secretField,
        copied,
        h(
          "div",
          { class: "row end" },
          copy,
          h("button", { type: "button", class: "primary", onclick: () => close() }, t("keys.kept")),
        ),
      ];
    },
    { wide: true },
  );
}
