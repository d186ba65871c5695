// Erasing a person, and the receipt of it.

import { ask } from "../api.js";
import { moment, t } from "../catalogue.js";
import { confirmed } from "../dialog.js";
import { download, h, replace } from "../dom.js";
import { icon } from "../icons.js";

/** Ask, erase somebody, and show the receipt in the place of the page. */
export async function eraseDialog(person, path, main) {
  const receipt = await confirmed(
    t("person.erase_title", { name: person.name }),
    [t("person.erase_text", { n: person.samples }), t("person.erase_final")],
    t("person.erase"),
    () => ask("DELETE", path),
  );
  if (!receipt) return;
  const heading = h("h1", { tabindex: -1 }, t("receipt.title"));
  replace(
    main,
    h("a", { class: "back", href: "#/people" }, icon("back"), t("people.title")),
    heading,
    h("p", { class: "lead" }, t(receipt.purged ? "receipt.purged" : "receipt.not_purged")),
    receiptCard(receipt),
  );
  heading.focus();
}

function receiptCard(receipt) {
  const facts = [
    [t("receipt.id"), receipt.receipt_id],
    [t("receipt.person"), receipt.person_id],
    [t("receipt.at"), moment(receipt.erased)],
    [t("receipt.embeddings"), String(receipt.embeddings)],
    [t("receipt.from"), receipt.erased_from.join(", ")],
    [t("receipt.may_remain"), receipt.may_remain_in.join(", ") || t("state.none")],
    [t("receipt.audit"), receipt.audit_entry ?? t("state.none")],
    [t("receipt.digest"), receipt.digest],
  ];
  return h(
    "section",
    { class: "card stack" },
    h(
      "dl",
      { class: "facts long" },
      facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    ),
    h("p", { class: "muted" }, t("receipt.keep")),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        {
          type: "button",
          class: "primary",
          onclick: () => download(`erasure-${receipt.receipt_id}.json`, receipt),
        },
        t("receipt.download"),
      ),
    ),
  );
}
