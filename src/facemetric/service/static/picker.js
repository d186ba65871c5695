// Choosing photographs: files, dropped files, the webcam. They stay in the browser until they are used.

import { t } from "./catalogue.js";
import { announce, fill, h, newId, replace } from "./dom.js";
import { icon } from "./icons.js";
import { thumbnail } from "./photo.js";
import { takePhoto } from "./webcam.js";

/** Return a part of the page to choose photographs in; `changed` is told the files. */
export function picker({ label, several = false, previews = true, changed = () => {} }) {
  const id = newId("picker");
  let files = [];
  const shown = h("ul", { class: "previews" });
  const input = h("input", {
    id,
    type: "file",
    accept: "image/*,.heic,.heif,.avif",
    multiple: several,
    class: "unseen-input",
    "aria-describedby": `${id}-hint`,
  });
  const set = (chosen) => {
    files = chosen;
    element.classList.toggle("chosen", files.length > 0);
    if (previews) replace(shown, files.map(preview));
    if (files.length) announce(t("picker.count", { n: files.length }));
    changed(files);
  };
  const add = (more) => {
    const photos = [...more].filter(
      (file) => file.type.startsWith("image/") || /\.(heic|heif|avif)$/i.test(file.name),
    );
    if (photos.length) set(several ? [...files, ...photos] : photos.slice(-1));
  };
  const preview = (file) =>
    h(
      "li",
      {},
      thumbnail(file),
      h("span", { class: "file-name" }, file.name),
      h(
        "button",
        {
          type: "button",
          class: "plain small",
          "aria-label": t("picker.remove", { name: file.name }),
          onclick: () => {
            set(files.filter((one) => one !== file));
            input.focus();
          },
        },
        icon("close"),
      ),
    );
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  const webcam = h("button", { type: "button" }, icon("camera"), t("picker.webcam"));
  webcam.addEventListener("click", async () => {
    const photo = await takePhoto();
    if (photo) add([photo]);
  });
  const drop = h(
    "div",
    { class: "drop" },
    input,
    h(
      "label",
      { for: id },
      icon("upload"),
      h("strong", {}, label),
      h("span", { class: "small", id: `${id}-hint` }, several ? t("picker.hint_several") : t("picker.hint")),
    ),
    webcam,
  );
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  const element = fill(h("div", { class: "picker" }), drop, previews ? shown : null);
  return { element, files: () => files, clear: () => set([]), add };
}
