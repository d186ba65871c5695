// What a part of the page shows while it waits, when there is nothing, and when something went wrong.

import { t } from "./catalogue.js";
import { announce, h, replace } from "./dom.js";
import { failure, inWords } from "./problems.js";

/** Return what stands where something will be. */
export function loading(text = t("state.loading")) {
  return h("div", { class: "loading" }, h("span", { class: "spinner", "aria-hidden": "true" }), text);
}

/** Return what is shown where nothing is, and what can be done about it. */
export function empty(title, text, ...actions) {
  return h(
    "div",
    { class: "empty" },
    h("h2", {}, title),
    h("p", {}, text),
    actions.length ? h("div", { class: "row centred" }, actions) : null,
  );
}

/** Return a problem in words, with its way out. */
export function trouble(problem, { retry = null } = {}) {
  if (!("code" in problem)) console.error(problem);
  const { title, detail, way } = inWords({
    ...problem,
    code: problem.code ?? "defect",
    detail: problem.code ? problem.message : "",
  });
  const errors = (problem.errors ?? []).filter(
    (one) => one.detail !== problem.message || problem.errors.length > 1,
  );
  return h(
    "div",
    { class: "trouble", role: "alert" },
    h("p", { class: "trouble-title" }, title),
    detail && errors.length < 2 ? h("p", {}, detail) : null,
    way && errors.length < 2 ? h("p", { class: "fix" }, way) : null,
    errors.length
      ? h(
          "ul",
          {},
          errors.map((one) => h("li", {}, failure({ ...one, item: one.field, cause: one.detail }))),
        )
      : null,
    problem.requestId && problem.status >= 500
      ? h("p", { class: "small" }, t("problem.request", { id: problem.requestId }))
      : null,
    retry ? h("button", { type: "button", onclick: retry }, t("action.retry")) : null,
  );
}

/** Fill a part of the page with what a promise brings; show that it waits, and what failed. */
export async function show(part, bring, draw, { quiet = false } = {}) {
  if (!quiet) replace(part, loading());
  part.setAttribute("aria-busy", "true");
  try {
    const brought = await bring();
    replace(part, draw(brought));
    return brought;
  } catch (error) {
    if (error.name !== "AbortError") {
      replace(part, trouble(error, { retry: () => show(part, bring, draw) }));
    }
    return null;
  } finally {
    part.removeAttribute("aria-busy");
  }
}

/** Do something that a button was pressed for: no second press meanwhile, and failures in `part`. */
export async function act(button, part, work) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  replace(part);
  try {
    return await work();
  } catch (error) {
    if (error.name !== "AbortError") replace(part, trouble(error));
    return undefined;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

/** Say in a corner, and to screen readers, that something was done. */
export function toast(text) {
  announce(text);
  const note = h("div", { class: "toast", "aria-hidden": "true" }, text);
  document.body.append(note);
  setTimeout(() => note.remove(), 4000);
}

/** Return a bar of progress from 0 to 1; null where it cannot be told. */
export function bar(label, share) {
  const attributes = share === null ? {} : { value: share };
  return h(
    "div",
    { class: "progress" },
    h("span", {}, label),
    h("progress", { max: 1, "aria-label": label, ...attributes }),
  );
}
