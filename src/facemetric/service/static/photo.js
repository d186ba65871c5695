// Photographs as the browser has them: whole with boxes, and cut out to a face. None is sent to be shown.

import { t } from "./catalogue.js";
import { fill, h, replace } from "./dom.js";
import { icon } from "./icons.js";

const MARGIN = 0.25;
const CROP_PX = 192;

/** Return an image of a file; its address is let go of once it is loaded. */
export function picture(file, alt) {
  const address = URL.createObjectURL(file);
  const image = h("img", { alt, decoding: "async" });
  const done = () => URL.revokeObjectURL(address);
  image.addEventListener("load", done);
  image.addEventListener("error", () => {
    done();
    image.replaceWith(notShown());
  });
  image.src = address;
  return image;
}

function notShown() {
  const text = t("photo.not_shown");
  return h("span", { class: "no-picture", title: text }, icon("photo"), h("span", {}, text));
}

/** Return a small image of a file. */
export function thumbnail(file) {
  return h("span", { class: "thumbnail" }, picture(file, ""));
}

/** Return a photograph on which faces can be marked: `mark` takes the answer of the service. */
export function marked(file, alt) {
  const boxes = h("div", { class: "boxes" });
  const element = h("div", { class: "marked" }, picture(file, alt), boxes);
  return {
    element,
    /** Draw boxes; a mark has the face, a text, its kind and, where it can be chosen, what then happens. */
    mark(photo, marks) {
      replace(
        boxes,
        marks.map((one) => boxOf(photo, one)),
      );
      return [...boxes.children];
    },
  };
}

function boxOf(photo, { face, text, kind }) {
  const [left, top, right, bottom] = face.box_xyxy_px;
  const low = bottom > 0.9 * photo.height_px;
  const box = h(
    "div",
    { class: `box ${kind}${low ? " low" : ""}`, "aria-hidden": "true" },
    h("span", {}, text),
  );
  box.style.left = `${(100 * left) / photo.width_px}%`;
  box.style.top = `${(100 * top) / photo.height_px}%`;
  box.style.width = `${(100 * (right - left)) / photo.width_px}%`;
  box.style.height = `${(100 * (bottom - top)) / photo.height_px}%`;
  return box;
}

/** Return a file as pixels, or null where the browser cannot read it; close it after use. */
export async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null; // a format of the service's that this browser lacks: the face is named instead
  }
}

/** Return a canvas with a face cut out of pixels, or a mark where there are none. */
export function cut(pixels, face) {
  if (!pixels) return notShown();
  const [left, top, right, bottom] = face.box_xyxy_px;
  const side = Math.max(right - left, bottom - top) * (1 + 2 * MARGIN);
  const canvas = h("canvas", { width: CROP_PX, height: CROP_PX, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.drawImage(
    pixels,
    (left + right - side) / 2,
    (top + bottom - side) / 2,
    side,
    side,
    0,
    0,
    CROP_PX,
    CROP_PX,
  );
  return canvas;
}

/** Put faces cut out of one file into the places that are kept for them. */
export async function cutInto(file, faces) {
  const pixels = file ? await decoded(file) : null;
  for (const { place, face } of faces) fill(replace(place), cut(pixels, face));
  pixels?.close();
}
