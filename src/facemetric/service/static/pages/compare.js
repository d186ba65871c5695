// Whether two photographs show the same person.

import { ask, photoForm } from "../api.js";
import { percent, similar, t } from "../catalogue.js";
import { announce, fill, h, replace } from "../dom.js";
import { choice } from "../fields.js";
import { evidenceText, meter, oddsText } from "../odds.js";
import { marked } from "../photo.js";
import { picker } from "../picker.js";
import { loading, trouble } from "../states.js";

const RATES = [0.01, 0.001, 0.0001];

/** Draw the page. */
export function comparePage(main, { signal }) {
  const views = [null, null];
  const outcome = h("div");
  const [rateField, rate] = choice(
    t("compare.far"),
    RATES.map((one) => [String(one), t("compare.far_is", { share: percent(one), n: Math.round(1 / one) })]),
    { value: "0.001", hint: t("compare.far_hint") },
  );
  let stop = null;
  const again = async () => {
    const files = sides.map((side) => side.files()[0]);
    if (files.includes(undefined)) {
      replace(outcome, h("p", { class: "muted" }, t("compare.waiting")));
      return;
    }
    stop?.abort();
    stop = new AbortController();
    signal.addEventListener("abort", () => stop.abort());
    replace(outcome, loading(t("compare.working")));
    try {
      const answer = await ask("POST", "v1/compare", {
        query: { far: rate.value },
        body: photoForm(files),
        signal: stop.signal,
      });
      [answer.first, answer.second].forEach((side, index) => mark(views[index], side));
      replace(outcome, verdict(answer));
    } catch (error) {
      if (error.name !== "AbortError") replace(outcome, trouble(error));
    }
  };
  const places = [h("div"), h("div")];
  const sides = places.map((place, index) =>
    picker({
      label: t(index ? "compare.second" : "compare.first"),
      previews: false,
      changed: ([file]) => {
        views[index] = file ? marked(file, t("identify.photo_of", { name: file.name })) : null;
        replace(place, views[index]?.element);
        again();
      },
    }),
  );
  fill(
    main,
    h("h1", { tabindex: -1 }, t("compare.title")),
    h("p", { class: "lead" }, t("compare.lead")),
    h(
      "div",
      { class: "two" },
      sides.map((side, index) =>
        h(
          "section",
          { "aria-label": t(index ? "compare.second" : "compare.first") },
          side.element,
          places[index],
        ),
      ),
    ),
    h("div", { class: "filters" }, rateField),
    outcome,
  );
  rate.addEventListener("change", again);
  again();
}

function mark(view, side) {
  const image = view.element.querySelector("img");
  const draw = () =>
    view.mark({ width_px: image.naturalWidth, height_px: image.naturalHeight }, [
      { face: side.face, text: t("compare.face"), kind: "known" },
    ]);
  if (!image) return; // the browser cannot show this format
  if (image.complete) draw();
  else image.addEventListener("load", draw);
}

function verdict(answer) {
  const told = t(answer.same ? "compare.same" : "compare.different");
  announce(told);
  const evidence = evidenceText(answer.odds);
  const several = [answer.first, answer.second].filter((side) => side.faces_found > 1);
  return h(
    "section",
    { class: `card answer ${answer.same ? "known" : "unknown"}` },
    h("h2", {}, told),
    meter(answer.similarity, answer.threshold.similarity),
    h(
      "ul",
      { class: "statements" },
      h("li", {}, oddsText(answer.odds) ?? t("odds.none")),
      evidence ? h("li", {}, evidence) : null,
    ),
    several.length ? h("p", { class: "warn" }, t("compare.several")) : null,
    h(
      "p",
      { class: "small" },
      t("compare.condition", {
        threshold: similar(answer.threshold.similarity),
        source: answer.threshold.source,
      }),
    ),
  );
}
