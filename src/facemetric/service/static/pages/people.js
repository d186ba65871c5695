// The people of a gallery, found by name and group.

import { ask } from "../api.js";
import { day, t } from "../catalogue.js";
import { announce, fill, h, replace } from "../dom.js";
import { choice, field } from "../fields.js";
import { icon } from "../icons.js";
import { gallery, inGallery, may } from "../session.js";
import { empty, show, trouble } from "../states.js";

const AT_A_TIME = 60;
const TYPING_MS = 250;

/** Draw the page. */
export function peoplePage(main, { signal }) {
  const list = h("div", { class: "people" });
  const count = h("p", { class: "muted" });
  const [nameField, name] = field(t("people.search"), { type: "search", maxlength: 200 });
  const groupPlace = h("div");
  let group = null;
  let latest = 0;

  const find = (after = null) =>
    ask("POST", inGallery("/people/find"), {
      body: { name: name.value.trim() || null, group, limit: AT_A_TIME, after },
      signal,
    });
  const search = async ({ quiet = true } = {}) => {
    latest += 1;
    const mine = latest;
    await show(
      list,
      async () => {
        const found = await find();
        if (mine !== latest) throw new DOMException("overtaken", "AbortError");
        return found;
      },
      (found) => drawn(found, { searched: Boolean(name.value.trim() || group), count, find }),
      { quiet },
    );
  };

  fill(
    main,
    h(
      "div",
      { class: "head" },
      h("h1", { tabindex: -1 }, t("people.title")),
      may("enrol") && gallery()
        ? h("a", { class: "button primary", href: "#/people/new" }, icon("add"), t("people.add"))
        : null,
    ),
  );
  if (!gallery()) {
    fill(main, empty(t("people.no_gallery"), t("people.no_gallery_text")));
    return;
  }
  fill(
    main,
    h(
      "form",
      { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
      nameField,
      groupPlace,
    ),
    count,
    list,
  );
  let typing = null;
  name.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(search, TYPING_MS);
  });
  search({ quiet: false });
  ask("GET", inGallery("/groups"), { signal })
    .then((answer) => {
      const groups = Object.entries(answer.groups);
      if (!groups.length) return;
      const options = groups.map(([one, people]) => [
        one,
        t("people.group_count", { group: one, n: people }),
      ]);
      const [groupField, select] = choice(t("people.group"), [["", t("people.all_groups")], ...options]);
      select.addEventListener("change", () => {
        group = select.value || null;
        search();
      });
      replace(groupPlace, groupField);
    })
    .catch((error) => {
      if (error.name !== "AbortError") replace(groupPlace, trouble(error));
    });
}

function drawn(found, { searched, count, find }) {
  const told = t("people.count", { n: found.total });
  const tell = (shown, next) =>
    replace(count, next ? t("people.shown", { shown, people: told }) : found.total || searched ? told : "");
  tell(found.people.length, found.next);
  if (searched) announce(told);
  if (!found.total) {
    return searched
      ? empty(t("people.none_found"), t("people.none_found_text"))
      : empty(
          t("people.empty"),
          t("people.empty_text"),
          may("enrol")
            ? h("a", { class: "button primary", href: "#/people/new" }, icon("add"), t("people.add"))
            : null,
        );
  }
  const cards = h("ul", { class: "cards" }, found.people.map(card));
  const more = h("div", { class: "row centred" });
  moreButton(more, cards, found.next, { find, tell });
  return [cards, more];
}

function moreButton(place, cards, next, how) {
  if (!next) {
    replace(place);
    return;
  }
  const button = h("button", { type: "button" }, t("people.more"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const found = await how.find(next);
      const first = cards.children.length;
      fill(cards, found.people.map(card));
      moreButton(place, cards, found.next, how);
      how.tell(cards.children.length, found.next);
      cards.children[first]?.querySelector("a").focus();
    } catch (error) {
      if (error.name !== "AbortError")
        replace(place, trouble(error, { retry: () => moreButton(place, cards, next, how) }));
    }
  });
  replace(place, button);
}

function card(person) {
  return h(
    "li",
    {},
    h(
      "a",
      { class: "person", href: `#/people/${person.person_id}` },
      initials(person.name),
      h(
        "span",
        { class: "person-text" },
        h("strong", {}, person.name),
        h("span", { class: "small" }, t("people.photos", { n: person.samples }), " · ", day(person.created)),
        person.groups.length
          ? h(
              "span",
              { class: "chips" },
              person.groups.map((one) => h("span", { class: "chip" }, one)),
            )
          : null,
      ),
    ),
  );
}

/** Return a mark with the first letters of a name; the service keeps no pictures. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return h(
    "span",
    { class: "initials", "aria-hidden": "true" },
    letters
      .map((word) => Array.from(word)[0] ?? "")
      .join("")
      .toLocaleUpperCase(),
  );
}
