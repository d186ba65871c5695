// The groups of a job: merged, split, named, enrolled.

import { ask } from "./api.js";
import { t } from "./catalogue.js";
import { announce, h, replace } from "./dom.js";
import { choice, field } from "./fields.js";
import { merge, move, setApart, split } from "./groups.js";
import { cutInto } from "./photo.js";
import { portraitsKept } from "./portraits.js";
import { failure } from "./problems.js";
import { gallery, inGallery, loadGalleries, may } from "./session.js";
import { act, empty, toast } from "./states.js";
import { termsFields } from "./terms.js";

/** Return the groups and what can be done with them. */
export function groupsView(job, state, files, { again, forget }) {
  const pictures = picturesOf(job.result, files);
  const chosen = new Set();
  const tools = h("div", { class: "tools", role: "toolbar", "aria-label": t("review.tools") });
  const body = h("div", { class: "stack" });
  const draw = (told = null) => {
    chosen.clear();
    replace(
      body,
      state.groups.map((group, index) => groupCard(group, index)),
      aloneCard(),
    );
    drawTools();
    if (told) announce(told);
  };

  const face = (one) => {
    const button = h(
      "button",
      {
        type: "button",
        class: "face",
        "aria-pressed": "false",
        title: one.source,
        "aria-label": t("review.face", { name: one.source }),
      },
      pictures.get(one.number),
    );
    button.addEventListener("click", () => {
      const on = !chosen.has(one);
      if (on) chosen.add(one);
      else chosen.delete(one);
      button.setAttribute("aria-pressed", String(on));
      drawTools();
    });
    return h("li", {}, button);
  };

  function groupCard(group, index) {
    const number = index + 1;
    const heading = h(
      "h3",
      {},
      group.person
        ? h("a", { href: `#/people/${group.person.id}` }, group.person.name)
        : group.name || t("review.group", { n: number }),
    );
    return h(
      "section",
      { class: "card stack group", "aria-label": group.person?.name ?? t("review.group", { n: number }) },
      h(
        "div",
        { class: "row spread" },
        heading,
        h("span", { class: "muted" }, t("review.faces", { n: group.faces.length })),
      ),
      h("ul", { class: "faces" }, group.faces.map(face)),
      group.person
        ? h("p", { class: "good" }, t("review.enrolled"))
        : h("div", { class: "naming" }, naming(group), merging(group)),
    );
  }

  function aloneCard() {
    if (!state.alone.length) return null;
    return h(
      "section",
      { class: "card stack group", "aria-label": t("review.alone") },
      h(
        "div",
        { class: "row spread" },
        h("h3", {}, t("review.alone")),
        h("span", { class: "muted" }, t("review.faces", { n: state.alone.length })),
      ),
      h("p", { class: "muted" }, t("review.alone_text")),
      h("ul", { class: "faces" }, state.alone.map(face)),
    );
  }

  function merging(group) {
    const others = state.groups.filter((one) => one !== group && !one.person);
    if (!others.length) return null;
    const [mergeField, select] = choice(t("review.merge"), [
      ["", t("review.merge_choose")],
      ...others.map((one) => [
        String(state.groups.indexOf(one)),
        one.name || t("review.group", { n: state.groups.indexOf(one) + 1 }),
      ]),
    ]);
    select.addEventListener("change", () => {
      merge(state, group, state.groups[Number(select.value)]);
      draw(t("review.merged"));
    });
    return mergeField;
  }

  function naming(group) {
    if (!may("enrol") || !gallery()) return null;
    const [nameField, name] = field(t("review.name"), { maxlength: 200, required: true, value: group.name });
    name.addEventListener("change", () => {
      group.name = name.value.trim();
    });
    const terms = termsFields();
    const failure = h("div");
    const go = h("button", { type: "submit", class: "primary" }, t("review.enrol"));
    const form = h(
      "form",
      { class: "stack" },
      h("div", { class: "name-row" }, nameField, go),
      h("details", {}, h("summary", {}, t("enrol.more")), h("div", { class: "stack" }, terms.elements)),
      failure,
    );
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await act(go, failure, () =>
        ask("POST", inGallery("/people/from-job"), {
          body: {
            ...terms.read(),
            name: name.value.trim(),
            job_id: job.job_id,
            faces: group.faces.map((one) => one.number),
            keep_portraits: job.keep_portraits && portraitsKept(),
          },
        }),
      );
      if (!answer) return;
      group.person = { id: answer.person_id, name: answer.name };
      toast(t(answer.created ? "enrol.done" : "enrol.added", { name: answer.name }));
      await loadGalleries().catch(() => {}); // only the suggestions of groups would be old
      draw();
    });
    return form;
  }

  function drawTools() {
    const faces = [...chosen];
    const button = (text, work) =>
      h("button", { type: "button", disabled: !faces.length, onclick: work }, text);
    const open = state.groups.filter((group) => !group.person);
    const target = h(
      "select",
      { "aria-label": t("review.move"), disabled: !faces.length },
      h("option", { value: "" }, t("review.move")),
      open.map((group) =>
        h(
          "option",
          { value: String(state.groups.indexOf(group)) },
          group.name || t("review.group", { n: state.groups.indexOf(group) + 1 }),
        ),
      ),
    );
    target.addEventListener("change", () => {
      move(state, faces, state.groups[Number(target.value)]);
      draw(t("review.moved", { n: faces.length }));
    });
    replace(
      tools,
      h("strong", { role: "status" }, t("review.chosen", { n: faces.length })),
      button(t("review.not_this"), () => {
        setApart(state, faces);
        draw(t("review.moved", { n: faces.length }));
      }),
      button(t("review.split"), () => {
        split(state, faces);
        draw(t("review.moved", { n: faces.length }));
      }),
      target,
    );
  }

  draw();
  const none = !state.groups.length && !state.alone.length;
  return [
    h(
      "div",
      { class: "row spread" },
      h("h2", { tabindex: -1 }, t("review.found", { n: state.groups.length })),
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", onclick: again }, t("review.again")),
        h("button", { type: "button", class: "danger-text", onclick: forget }, t("review.forget")),
      ),
    ),
    none
      ? empty(t("review.no_faces"), t("review.no_faces_text"))
      : [h("p", { class: "muted" }, t("review.how")), tools, body],
    refusals(job.result.errors),
  ];
}

function picturesOf(result, files) {
  const pictures = new Map();
  const bySource = new Map();
  for (const one of result.groups.flatMap((group) => group.faces)) {
    const place = h("span", { class: "face-picture" });
    pictures.set(one.number, place);
    bySource.set(one.source, [...(bySource.get(one.source) ?? []), { place, face: one.face }]);
  }
  (async () => {
    // one photograph at a time: whole ones are large
    for (const [source, faces] of bySource) await cutInto(files.get(source), faces);
  })();
  return pictures;
}

function refusals(errors) {
  if (!errors.length) return null;
  return h(
    "section",
    { class: "card stack" },
    h("h3", {}, t("review.refused", { n: errors.length })),
    h(
      "ul",
      { class: "plain-list" },
      errors.map((error) => h("li", {}, failure(error))),
    ),
  );
}
