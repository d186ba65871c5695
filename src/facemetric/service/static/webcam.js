// A photograph from the webcam. It goes nowhere before it is used.

import { moment, t } from "./catalogue.js";
import { dialog } from "./dialog.js";
import { h, replace } from "./dom.js";

/** Ask for a photograph; null where none was taken. */
export function takePhoto() {
  let stream = null;
  return dialog(
    t("webcam.title"),
    (close) => {
      const video = h("video", { muted: true, playsinline: true, "aria-label": t("webcam.picture") });
      video.muted = true;
      const told = h("p", { role: "status" }, t("webcam.wait"));
      const take = h("button", { type: "button", class: "primary", disabled: true }, t("webcam.take"));
      take.addEventListener("click", async () => close(await still(video)));
      begin(video).then(
        (opened) => {
          stream = opened;
          replace(told, t("webcam.private"));
          take.disabled = false;
          take.focus();
        },
        (error) => replace(told, reason(error)),
      );
      return [
        h("div", { class: "webcam" }, video),
        told,
        h(
          "div",
          { class: "row end" },
          h("button", { type: "button", onclick: () => close() }, t("action.cancel")),
          take,
        ),
      ];
    },
    { wide: true },
  ).finally(() => {
    for (const track of stream?.getTracks() ?? []) track.stop();
  });
}

async function begin(video) {
  if (!navigator.mediaDevices) throw new DOMException("needs TLS", "SecurityError");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 1280 }, height: { ideal: 960 } },
  });
  if (!video.isConnected) {
    for (const track of stream.getTracks()) track.stop();
    return null;
  }
  video.srcObject = stream;
  await video.play();
  return stream;
}

function reason(error) {
  if (error.name === "SecurityError") return t("webcam.insecure");
  if (error.name === "NotAllowedError") return t("webcam.forbidden");
  if (error.name === "NotFoundError") return t("webcam.none");
  return t("webcam.failed", { reason: error.message });
}

async function still(video) {
  const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const blob = await new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", 0.95);
  });
  const name = t("webcam.name", { at: moment(new Date().toISOString()).replace(/[/\\:]/g, "-") });
  return new File([blob], `${name}.jpg`, { type: "image/jpeg" });
}
