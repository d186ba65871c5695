// Form fields with their labels and hints.

import { h, newId } from "./dom.js";

/** Return a labelled input and the input itself. */
export function field(label, { type = "text", hint = null, ...attributes } = {}) {
  const id = newId("field");
  const input = h("input", {
    id,
    type,
    "aria-describedby": hint ? `${id}-hint` : null,
    autocomplete: "off",
    ...attributes,
  });
  return [labelled(id, label, hint, input), input];
}

/** Return a labelled choice, out of pairs of value and text, and the select itself. */
export function choice(label, options, { value = null, hint = null, ...attributes } = {}) {
  const id = newId("field");
  const select = h(
    "select",
    { id, "aria-describedby": hint ? `${id}-hint` : null, ...attributes },
    options.map(([one, text]) => h("option", { value: one }, text)),
  );
  if (value !== null) select.value = value;
  return [labelled(id, label, hint, select), select];
}

/** Return a box to tick with its text, and the box itself. */
export function tick(label, { value = "", checked = false } = {}) {
  const input = h("input", { type: "checkbox", value, checked });
  return [h("label", { class: "tick" }, input, h("span", {}, label)), input];
}

function labelled(id, label, hint, input) {
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, label),
    input,
    hint ? h("p", { class: "hint", id: `${id}-hint` }, hint) : null,
  );
}
