// Who is in a photograph.

import { ask, photoForm } from "../api.js";
import { percent, similar, t } from "../catalogue.js";
import { announce, fill, h, replace } from "../dom.js";
import { choice } from "../fields.js";
import { evidenceText, meter, oddsText } from "../odds.js";
import { cutInto, marked } from "../photo.js";
import { picker } from "../picker.js";
import { poorPhoto } from "../remarks.js";
import { gallery, inGallery, knownGalleries, loadGalleries, may } from "../session.js";
import { empty, loading, trouble } from "../states.js";
import { handOver } from "./enrol.js";

const RISKS = [0.05, 0.01, 0.001, 0.0001];

/** Draw the page. */
export function identifyPage(main, { signal }) {
  fill(main, h("h1", { tabindex: -1 }, t("identify.title")), h("p", { class: "lead" }, t("identify.lead")));
  if (!gallery()) {
    fill(main, empty(t("people.no_gallery"), t("people.no_gallery_text")));
    return;
  }
  const outcome = h("div");
  const [riskField, risk] = choice(
    t("identify.risk"),
    RISKS.map((one) => [String(one), t("identify.risk_is", { share: percent(one) })]),
    { value: "0.01", hint: t("identify.risk_hint") },
  );
  const groups = Object.keys(knownGalleries().find((one) => one.gallery === gallery())?.groups ?? {});
  const [groupField, group] = choice(t("identify.group"), [
    ["", t("people.all_groups")],
    ...groups.map((one) => [one, one]),
  ]);
  let stop = null;
  const again = async () => {
    const [file] = photos.files();
    if (!file) return;
    stop?.abort();
    stop = new AbortController();
    signal.addEventListener("abort", () => stop.abort());
    await look(outcome, file, { stranger_risk: risk.value, groups: group.value }, stop.signal);
  };
  const photos = picker({ label: t("identify.photo"), previews: false, changed: again });
  risk.addEventListener("change", again);
  group.addEventListener("change", again);
  fill(
    main,
    photos.element,
    h("div", { class: "filters" }, riskField, groups.length ? groupField : null),
    outcome,
  );
  loadGalleries().catch(() => {}); // the groups of the next visit; what is asked next tells the failure
}

async function look(outcome, file, query, signal) {
  const view = marked(file, t("identify.photo_of", { name: file.name }));
  const list = h("div", { class: "answers" }, loading(t("identify.working")));
  replace(outcome, h("div", { class: "looked" }, view.element, list));
  try {
    const answer = await ask("POST", inGallery("/identify"), { query, body: photoForm([file]), signal });
    drawn(answer, file, view, list);
  } catch (error) {
    if (error.name !== "AbortError") replace(list, trouble(error));
  }
}

function drawn(answer, file, view, list) {
  const photo = answer.photos[0];
  const faces = photo.faces.toSorted((one, other) => one.face.box_xyxy_px[0] - other.face.box_xyxy_px[0]);
  const names = faces.map((face) => face.name ?? t("identify.unknown"));
  const texts = faces.length > 1 ? names.map((name, index) => `${index + 1} ${name}`) : names;
  if (!faces.length) {
    announce(t("identify.no_face"));
    replace(list, empty(t("identify.no_face"), t("identify.no_face_text")));
    return;
  }
  const boxes = view.mark(
    photo,
    faces.map((face, index) => ({
      face: face.face,
      text: texts[index],
      kind: face.person_id ? "known" : "unknown",
    })),
  );
  announce(t("identify.found", { n: faces.length, names: names.join(", ") }));
  const places = [];
  const cards = faces.map((face, index) => {
    const place = h("span", { class: "thumbnail" });
    places.push({ place, face: face.face });
    const card = answerCard(
      face,
      answer,
      faces.length === 1 ? file : null,
      place,
      faces.length > 1 ? `${index + 1} ` : "",
    );
    const light = (on) => () => boxes[index].classList.toggle("lit", on);
    for (const [event, on] of [
      ["mouseenter", true],
      ["focusin", true],
      ["mouseleave", false],
      ["focusout", false],
    ]) {
      card.addEventListener(event, light(on));
    }
    return card;
  });
  cutInto(file, places);
  replace(
    list,
    h("h2", {}, t("identify.count", { n: faces.length })),
    h("ol", { class: "plain-list" }, cards),
    h("p", { class: "small" }, condition(answer)),
  );
}

function condition(answer) {
  const people = t("people.count", { n: answer.people });
  return answer.stranger_risk === null
    ? people
    : t("identify.condition", { people, share: percent(answer.stranger_risk) });
}

function answerCard(face, answer, file, place, number) {
  const [best] = face.candidates;
  const known = face.person_id !== null;
  return h(
    "li",
    { class: `card answer ${known ? "known" : "unknown"}` },
    h(
      "div",
      { class: "row nowrap" },
      place,
      h(
        "h3",
        {},
        number ? h("span", { class: "muted" }, number) : null,
        known ? h("a", { href: `#/people/${face.person_id}` }, face.name) : t("identify.unknown"),
      ),
    ),
    best ? meter(best.similarity, answer.threshold.similarity) : null,
    best ? statements(face, known) : h("p", {}, t("identify.nobody")),
    face.candidates.length
      ? h(
          "details",
          {},
          h("summary", {}, t("identify.candidates")),
          h(
            "ol",
            { class: "candidates" },
            face.candidates.map((one) =>
              h(
                "li",
                {},
                h("a", { href: `#/people/${one.person_id}` }, one.name),
                " ",
                h("span", { class: "muted" }, similar(one.similarity)),
              ),
            ),
          ),
        )
      : null,
    poorPhoto(face.face),
    !known && file && may("enrol")
      ? h(
          "a",
          {
            class: "button",
            href: "#/people/new",
            onclick: () => handOver([file]),
          },
          t("identify.enrol"),
        )
      : null,
  );
}

function statements(face, known) {
  const evidence = evidenceText(face.odds);
  return h(
    "ul",
    { class: "statements" },
    known ? null : h("li", {}, t("identify.closest", { name: face.candidates[0].name })),
    h("li", {}, oddsText(face.odds) ?? t("odds.none")),
    evidence ? h("li", {}, evidence) : null,
    !known || face.stranger_rate === null
      ? null
      : h("li", {}, t("identify.stranger_rate", { share: percent(face.stranger_rate) })),
  );
}
