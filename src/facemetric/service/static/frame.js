// What stands around every page: menu, gallery, language, log out.

import { knownLanguages, t } from "./catalogue.js";
import { h, newId } from "./dom.js";
import { icon } from "./icons.js";
import { PAGES } from "./router.js";
import { choose, current, gallery, knownGalleries, logOut, may, unbound } from "./session.js";

/** Return the frame around a page; `changed` draws the page anew. */
export function frame(menu, main, { changed }) {
  const side = h(
    "div",
    { class: "side", id: newId("side") },
    galleryChoice(changed),
    pages(menu),
    account(changed),
  );
  const opener = h(
    "button",
    {
      type: "button",
      class: "opener plain",
      "aria-expanded": "false",
      "aria-controls": side.id,
    },
    icon("menu"),
    h("span", {}, t("menu.open")),
  );
  opener.addEventListener("click", () => {
    const open = opener.getAttribute("aria-expanded") !== "true";
    opener.setAttribute("aria-expanded", String(open));
    side.classList.toggle("open", open);
  });
  const skip = h("a", { class: "skip", href: "#main" }, t("menu.skip"));
  skip.addEventListener("click", (event) => {
    event.preventDefault(); // the address says which page is shown
    main.focus();
  });
  return h(
    "div",
    { class: "frame" },
    skip,
    h("header", {}, h("div", { class: "top" }, brand(), opener), side),
    main,
  );
}

/** Return the name of the product with its mark. */
export function brand() {
  return h(
    "span",
    { class: "brand" },
    h("img", { src: "static/icon.svg", alt: "", width: 28, height: 28 }),
    "facemetric",
  );
}

/** Return the choice of a language. */
export function languageChoice(changed) {
  const { languages, language } = knownLanguages();
  const select = h(
    "select",
    { "aria-label": t("menu.language") },
    Object.entries(languages).map(([tag, name]) => h("option", { value: tag, lang: tag }, name)),
  );
  select.value = language;
  select.addEventListener("change", () => changed({ language: select.value }));
  return select;
}

function galleryChoice(changed) {
  const names = knownGalleries().map((one) => one.gallery);
  if (names.length < 2)
    return names.length
      ? h("p", { class: "gallery-name" }, h("span", { class: "small" }, t("menu.gallery")), names[0])
      : null;
  const id = newId("gallery");
  const select = h(
    "select",
    { id },
    names.map((name) => h("option", { value: name }, name)),
  );
  select.value = gallery();
  select.addEventListener("change", () => {
    choose(select.value);
    if (/^#\/people\/./.test(location.hash)) location.hash = "#/people";
    else changed();
  });
  return h("div", { class: "field" }, h("label", { for: id }, t("menu.gallery")), select);
}

function pages(menu) {
  const shown = PAGES.filter((page) => may(page.scope) && (!page.whole || unbound()));
  return h(
    "nav",
    { "aria-label": t("menu.pages") },
    h(
      "ul",
      {},
      shown.map((page) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `#/${page.name}`, "aria-current": page.name === menu ? "page" : null },
            icon(page.name),
            t(`${page.name}.title`),
          ),
        ),
      ),
    ),
  );
}

function account(changed) {
  const out = h("button", { type: "button", class: "plain" }, icon("out"), t("menu.log_out"));
  out.addEventListener("click", async () => {
    await logOut();
    location.hash = "";
    changed();
  });
  return h(
    "div",
    { class: "account" },
    h("p", {}, h("span", { class: "small" }, t("menu.key")), current().key.name),
    languageChoice(changed),
    out,
  );
}
