// What went wrong: in the reader's language where its code is known, else in the service's own words.

import { tIf } from "./catalogue.js";
import { h } from "./dom.js";

// The message of these codes says all that the service's own words do.
const WHOLE = new Set([
  "answer",
  "audit",
  "bound_key",
  "busy",
  "cross_site",
  "cursor",
  "deadline",
  "defect",
  "disconnected",
  "events",
  "expired_key",
  "gallery",
  "key",
  "method",
  "network",
  "no_face",
  "no_key",
  "not_found",
  "portrait",
  "rate",
  "report",
  "reports",
  "sample",
  "scope",
  "session",
  "slow_body",
  "wrong_key",
]);
// Of these, what it is about is a photograph, which has to be named all the same.
const NAMED = new Set(["no_face"]);
// Of others than these the service says no more than that it failed, where it did.
const OWN = new Set(["answer", "deadline", "network"]);

/** Return what went wrong, the service's words where they say more, and the way out. */
export function inWords({ code, status = null, field = null, detail = "", fix = null }) {
  const failed = status >= 500 && !OWN.has(code);
  const known = failed
    ? tIf("problem", "defect")
    : (tIf("problem", `${code}_${status}`) ?? tIf("problem", code));
  const whole = known !== null && (WHOLE.has(code) || failed || status === 404);
  const way = failed ? null : tIf("fix", code);
  return {
    title: known ?? (detail ? own(sentence(detail, field)) : tIf("problem", "other")),
    detail: known === null ? null : words(detail, field, { whole, named: NAMED.has(code) }),
    way: way ?? (fix && !whole ? own(sentence(fix)) : null),
  };
}

function words(detail, field, { whole, named }) {
  if (whole) return named && field ? own(field) : null;
  return detail ? own(sentence(detail, field)) : null;
}

/** Return one thing that failed while others went on, as the service lists it. */
export function failure({ item = null, code, cause, fix = null }) {
  const { title, detail, way } = inWords({ code, detail: cause, fix });
  return h(
    "div",
    { class: "failure" },
    h("p", {}, item ? [h("strong", {}, item), " "] : null, h("span", { class: "bad" }, title)),
    detail ? h("p", { class: "small" }, detail) : null,
    way ? h("p", { class: "small" }, way) : null,
  );
}

function own(text) {
  return h("span", { lang: "en" }, text);
}

function sentence(text, item = null) {
  const end = /[.!?…]$/.test(text) ? "" : ".";
  if (item) return `${item}: ${text}${end}`;
  const first = text.charAt(0);
  // A file's name, such as index.html, stays as it is.
  return (/^[a-z]+[ ,]/.test(text) ? first.toUpperCase() : first) + text.slice(1) + end;
}
