// The start: messages, session, frame and pages.

import { onSessionEnd } from "./api.js";
import { loadLanguage, t } from "./catalogue.js";
import { h, replace } from "./dom.js";
import { frame } from "./frame.js";
import { loginPage } from "./pages/login.js";
import { route } from "./router.js";
import { forget, loadSession, may, current } from "./session.js";
import { loading, trouble } from "./states.js";

const app = document.getElementById("app");
let leave = null;
let ended = false; // whether the last session ended without a word of its owner, until somebody logs in

/** Draw the page that the address names, or the one to log in. */
async function draw() {
  leave?.abort();
  leave = new AbortController();
  for (const open of document.querySelectorAll("dialog")) open.close();
  if (!current().key) {
    replace(app, loginPage({ ended, done: draw }));
    document.title = t("login.title");
    app.querySelector("input:not([hidden])")?.focus();
    return;
  }
  ended = false;
  const page = route(location.hash, may);
  const main = h("main", { id: "main", tabindex: -1 });
  replace(app, frame(page.menu, main, { changed: redraw }));
  if (may(page.scope)) page.draw(main, { about: page.about, signal: leave.signal });
  else
    replace(
      main,
      h("h1", { tabindex: -1 }, t(`${page.menu}.title`)),
      h("p", {}, t("state.scope", { scope: page.scope })),
    );
  const heading = main.querySelector("h1");
  document.title = `${heading.textContent} · facemetric`;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function redraw({ language = null } = {}) {
  if (language !== null) await loadLanguage(language);
  await draw();
}

async function start() {
  try {
    await loadLanguage();
  } catch (error) {
    replace(app, h("p", { role: "alert", class: "noscript" }, error.message));
    return;
  }
  replace(app, loading());
  try {
    await loadSession();
  } catch (error) {
    replace(app, h("main", { class: "login" }, h("h1", {}, "facemetric"), trouble(error, { retry: start })));
    return;
  }
  onSessionEnd(() => {
    if (!current().key) return;
    forget();
    ended = true;
    draw();
  });
  addEventListener("hashchange", draw);
  await draw();
}

start();
