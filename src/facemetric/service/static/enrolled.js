// What became of photographs that were sent to be enrolled.

import { t } from "./catalogue.js";
import { h } from "./dom.js";
import { cutInto, thumbnail } from "./photo.js";
import { failure } from "./problems.js";
import { poorPhoto } from "./remarks.js";

/** Return a list of what was enrolled, what was there already and what could not serve. */
export function enrolmentReport(answer, files) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const samples = answer.samples.map((sample) => {
    const place = h("span", { class: "thumbnail" });
    cutInto(byName.get(sample.source), [{ place, face: sample.face }]);
    return h(
      "li",
      {},
      place,
      h(
        "div",
        {},
        h("strong", {}, sample.source),
        h(
          "p",
          { class: sample.duplicate ? "muted" : "good" },
          t(sample.duplicate ? "enrol.duplicate" : "enrol.enrolled"),
        ),
        poorPhoto(sample.face),
      ),
    );
  });
  const errors = answer.errors.map((error) =>
    h(
      "li",
      {},
      byName.has(error.item) ? thumbnail(byName.get(error.item)) : null,
      failure(error),
    ),
  );
  return h("ul", { class: "report" }, samples, errors);
}

/** Return files whose names all differ, so that answers can be told apart. */
export function distinct(files) {
  const seen = new Map();
  return files.map((file) => {
    const times = seen.get(file.name) ?? 0;
    seen.set(file.name, times + 1);
    return times
      ? new File([file], file.name.replace(/(\.[^.]*)?$/, ` (${times + 1})$1`), { type: file.type })
      : file;
  });
}
