// Questions that must be answered before something is done.

import { t } from "./catalogue.js";
import { fill, h, newId } from "./dom.js";
import { act } from "./states.js";

/** Show a dialog until it is closed; `build(close)` returns its content. Focus goes back after it. */
export function dialog(title, build, { wide = false } = {}) {
  const before = document.activeElement;
  return new Promise((resolve) => {
    const titled = newId("dialog");
    const element = h("dialog", { "aria-labelledby": titled, class: wide ? "wide" : "" });
    let answer = null;
    const close = (value = null) => {
      answer = value;
      element.close();
    };
    fill(element, h("h2", { id: titled }, title), build(close));
    element.addEventListener("close", () => {
      element.remove();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      resolve(answer);
    });
    document.body.append(element);
    element.showModal();
  });
}

/** Ask before something is destroyed, then do it; null where the user thinks better of it. */
export function confirmed(title, text, action, work) {
  return dialog(title, (close) => {
    const failure = h("div");
    const go = h("button", { type: "button", class: "danger" }, action);
    go.addEventListener("click", async () => {
      const done = await act(go, failure, work);
      if (done !== undefined) close(done);
    });
    return [
      [text].flat().map((one) => h("p", {}, one)),
      failure,
      h(
        "div",
        { class: "row end" },
        h("button", { type: "button", autofocus: true, onclick: () => close() }, t("action.cancel")),
        go,
      ),
    ];
  });
}
