// Logging in with an API key.

import { loadLanguage, t } from "../catalogue.js";
import { h } from "../dom.js";
import { field } from "../fields.js";
import { brand, languageChoice } from "../frame.js";
import { logIn } from "../session.js";
import { act } from "../states.js";

/** Return the page to log in; `done` draws what comes after. */
export function loginPage({ ended, done }) {
  const [labelled, key] = field(t("login.key"), {
    type: "password",
    required: true,
    autocomplete: "current-password",
    spellcheck: "false",
    hint: t("login.hint"),
  });
  const failure = h("div");
  const go = h("button", { type: "submit", class: "primary" }, t("login.go"));
  const form = h(
    "form",
    { class: "card" },
    brand(),
    h("h1", {}, t("login.title")),
    h("input", { type: "text", autocomplete: "username", value: "facemetric", hidden: true, readonly: true }),
    ended ? h("p", { role: "status", class: "note" }, t("login.ended")) : null,
    labelled,
    failure,
    go,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const secret = key.value.trim();
    const logged = await act(go, failure, async () => {
      await logIn(secret);
      return true;
    });
    if (logged) done();
    else key.focus();
  });
  const language = languageChoice(async (chosen) => {
    await loadLanguage(chosen.language);
    done();
  });
  return h("main", { class: "login" }, form, h("div", { class: "row centred" }, language));
}
