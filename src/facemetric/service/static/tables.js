// Tables and lists of facts.

import { h } from "./dom.js";

/** Return pairs of a name and a value; `long` has them one below the other. */
export function facts(rows, kind = "") {
  return h(
    "dl",
    { class: `facts ${kind}` },
    rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/** Return a table that scrolls sideways where it is too wide; `stacked`: on a phone, a block for each row. */
export function table(label, head, rows, kind = "") {
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      { class: kind },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((one) => h("th", { scope: "col" }, one)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, index) => h("td", { "data-label": head[index] }, cell)),
          ),
        ),
      ),
    ),
  );
}
