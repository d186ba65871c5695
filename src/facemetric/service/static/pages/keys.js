// API keys: listed, made, given another secret, revoked.

import { ask } from "../api.js";
import { day, t, tOne } from "../catalogue.js";
import { confirmed, dialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { choice } from "../fields.js";
import { icon } from "../icons.js";
import { current, forget } from "../session.js";
import { act, show, toast } from "../states.js";
import { table } from "../tables.js";
import { makeKey, secretShown } from "./newkey.js";

/** Draw the page. */
export function keysPage(main, { signal }) {
  const part = h("div");
  const again = () =>
    show(
      part,
      () => ask("GET", "v1/keys", { signal }),
      (answer) => keyTable(answer.keys, again),
      { quiet: part.childElementCount > 0 },
    );
  fill(
    main,
    h(
      "div",
      { class: "head" },
      h("h1", { tabindex: -1 }, t("keys.title")),
      h(
        "button",
        { type: "button", class: "primary", onclick: () => makeKey(again) },
        icon("add"),
        t("keys.make"),
      ),
    ),
    h("p", { class: "lead" }, t("keys.lead")),
    part,
  );
  again();
}

function keyTable(keys, again) {
  return h(
    "div",
    { class: "card" },
    table(
      t("keys.title"),
      ["keys.name", "keys.scopes", "keys.galleries", "keys.expires", "keys.state", "table.actions"].map(
        (key) => t(key),
      ),
      keys.map((key) => {
        const own = key.key_id === current().key.key_id;
        const state = key.revoked
          ? "revoked"
          : key.expires && new Date(key.expires) <= new Date()
            ? "expired"
            : "valid";
        return [
          h(
            "span",
            {},
            h("strong", {}, key.name),
            h("span", { class: "small block" }, h("code", {}, key.key_id), own ? ` · ${t("keys.own")}` : ""),
          ),
          key.scopes.map((scope) => tOne("keys.scope", scope)).join(", "),
          key.galleries ? key.galleries.join(", ") : t("keys.all_galleries"),
          key.expires ? day(key.expires) : t("keys.never"),
          h("span", { class: `chip ${state}` }, tOne("keys.states", state)),
          state === "revoked"
            ? ""
            : h(
                "span",
                { class: "row" },
                h(
                  "button",
                  {
                    type: "button",
                    class: "small",
                    "aria-label": t("keys.rotate_of", { name: key.name }),
                    onclick: () => rotate(key, own, again),
                  },
                  t("keys.rotate"),
                ),
                h(
                  "button",
                  {
                    type: "button",
                    class: "small danger-text",
                    "aria-label": t("keys.revoke_of", { name: key.name }),
                    onclick: () => revoke(key, own, again),
                  },
                  t("keys.revoke"),
                ),
              ),
        ];
      }),
      "stacked",
    ),
  );
}

async function rotate(key, own, again) {
  const turned = await dialog(t("keys.rotate_title", { name: key.name }), (close) => {
    const [graceField, grace] = choice(
      t("keys.grace"),
      [
        ["0", t("keys.grace_none")],
        ["1", t("keys.grace_hours", { n: 1 })],
        ["24", t("keys.grace_hours", { n: 24 })],
        ["168", t("keys.grace_hours", { n: 168 })],
      ],
      { value: own ? "1" : "0", hint: t("keys.grace_hint") },
    );
    const failure = h("div");
    const go = h("button", { type: "button", class: "danger" }, t("keys.rotate"));
    go.addEventListener("click", async () => {
      const answer = await act(go, failure, () =>
        ask("POST", `v1/keys/${key.key_id}/rotate`, { query: { grace_h: grace.value } }),
      );
      if (answer) close({ ...answer, ends: own && grace.value === "0" });
    });
    return [
      h("p", {}, t("keys.rotate_text")),
      own ? h("p", { class: "warn" }, t("keys.own_text")) : null,
      graceField,
      failure,
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", onclick: () => close() }, t("action.cancel")),
        go,
      ),
    ];
  });
  if (!turned) return;
  await secretShown(turned);
  if (turned.ends) leave();
  else again();
}

async function revoke(key, own, again) {
  const done = await confirmed(
    t("keys.revoke_title", { name: key.name }),
    [t("keys.revoke_text"), own ? t("keys.own_text") : null].filter(Boolean),
    t("keys.revoke"),
    () => ask("DELETE", `v1/keys/${key.key_id}`),
  );
  if (!done) return;
  if (own) {
    leave();
    return;
  }
  toast(t("keys.revoked"));
  again();
}

function leave() {
  forget();
  location.hash = "";
  location.reload();
}
