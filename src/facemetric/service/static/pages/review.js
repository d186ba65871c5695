// Many photographs grouped by person, in the background; then looked through.

import { ask, photoForm, upload } from "../api.js";
import { moment, percent, t, tOne } from "../catalogue.js";
import { confirmed } from "../dialog.js";
import { fill, h, replace } from "../dom.js";
import { distinct } from "../enrolled.js";
import { choice, field } from "../fields.js";
import { groupsOf } from "../groups.js";
import { groupsView } from "../groupsview.js";
import { picker } from "../picker.js";
import { portraitsTick } from "../portraits.js";
import { may } from "../session.js";
import { act, bar, loading, show, trouble } from "../states.js";

const POLL_MS = 700;
/** Photographs that were sent, by job: they are shown from here, since the service keeps none. */
const sentFiles = new Map();
/** What was moved about, by job, so that it is there when the page is opened again. */
const reviewed = new Map();

/** Draw the page. */
export function reviewPage(main, { signal }) {
  const part = h("div");
  fill(main, h("h1", { tabindex: -1 }, t("review.title")), h("p", { class: "lead" }, t("review.lead")), part);
  begin(part, signal);
}

function begin(part, signal) {
  const outcome = h("div", { "aria-live": "polite" });
  const photos = picker({ label: t("review.photos"), several: true });
  const [peopleField, people] = field(t("review.people"), {
    type: "number",
    min: 1,
    max: 10000,
    hint: t("review.people_hint"),
  });
  const [farField, far] = choice(
    t("review.far"),
    [0.01, 0.001, 0.0001].map((one) => [String(one), percent(one)]),
    { value: "0.001", hint: t("review.far_hint") },
  );
  const [keepField, keeps] = may("enrol") ? portraitsTick() : [null, () => false];
  const go = h("button", { type: "button", class: "primary" }, t("review.go"));
  const earlier = h("div");
  go.addEventListener("click", async () => {
    const files = distinct(photos.files());
    if (!files.length) {
      replace(outcome, h("p", { class: "bad", role: "alert" }, t("review.no_photos")));
      return;
    }
    const job = await act(go, outcome, () => {
      const sending = (share) => replace(outcome, bar(t("review.sending", { share: percent(share) }), share));
      sending(0);
      return upload("v1/jobs/cluster", photoForm(files), {
        query: {
          ...(people.value ? { people: people.value } : { far: far.value }),
          keep_portraits: keeps() || null,
        },
        progress: sending,
        signal,
      });
    });
    if (!job) return;
    sentFiles.set(job.job_id, new Map(files.map((file) => [file.name, file])));
    follow(part, job, signal);
  });
  replace(
    part,
    h(
      "div",
      { class: "card stack" },
      photos.element,
      keepField,
      h(
        "details",
        {},
        h("summary", {}, t("review.more")),
        h("div", { class: "filters" }, farField, peopleField),
      ),
      outcome,
      h("div", { class: "row" }, go),
    ),
    earlier,
  );
  show(
    earlier,
    () => ask("GET", "v1/jobs", { signal }),
    (answer) => jobList(answer.jobs, part, signal),
  );
}

function jobList(jobs, part, signal) {
  if (!jobs.length) return null;
  return h(
    "section",
    {},
    h("h2", {}, t("review.earlier")),
    h("p", { class: "muted" }, t("review.earlier_text")),
    h(
      "ul",
      { class: "plain-list" },
      [...jobs]
        .reverse()
        .map((job) =>
          h(
            "li",
            { class: "card row spread" },
            h(
              "span",
              {},
              h("strong", {}, t("review.job", { n: job.total })),
              h(
                "span",
                { class: "small block" },
                moment(job.created),
                " · ",
                tOne("review.state", job.state),
              ),
            ),
            h(
              "span",
              { class: "row" },
              h("button", { type: "button", onclick: () => follow(part, job, signal) }, t("review.open")),
              h(
                "button",
                { type: "button", class: "danger-text", onclick: () => drop(part, job, signal) },
                t("review.forget"),
              ),
            ),
          ),
        ),
    ),
  );
}

async function drop(part, job, signal) {
  const done = await confirmed(t("review.forget_title"), t("review.forget_text"), t("review.forget"), () =>
    ask("DELETE", `v1/jobs/${job.job_id}`),
  );
  if (!done) return;
  sentFiles.delete(job.job_id);
  reviewed.delete(job.job_id);
  begin(part, signal);
}

async function follow(part, job, signal) {
  const place = h("div", { "aria-live": "polite" });
  const stop = h("button", { type: "button" }, t("review.stop"));
  stop.addEventListener("click", () => drop(part, job, signal));
  replace(
    part,
    h(
      "div",
      { class: "card stack" },
      h("h2", { tabindex: -1 }, t("review.working")),
      place,
      h("div", { class: "row" }, stop),
    ),
  );
  part.querySelector("h2").focus();
  let now = job;
  replace(place, loading());
  try {
    for (let first = true; first || now.state === "waiting" || now.state === "running"; first = false) {
      if (!first)
        await new Promise((resolve) => {
          setTimeout(resolve, POLL_MS);
        });
      if (signal.aborted || !place.isConnected) return;
      now = await ask("GET", `v1/jobs/${job.job_id}`, { byItself: true, signal });
      const label =
        now.state === "waiting"
          ? t("review.state.waiting")
          : t("review.progress", { done: now.done, n: now.total });
      const progress = place.querySelector("progress");
      if (progress && now.state === "running") {
        progress.value = now.done / now.total;
        replace(place.querySelector("span"), label);
      } else replace(place, bar(label, now.state === "running" ? now.done / now.total : null));
    }
  } catch (error) {
    if (error.name !== "AbortError")
      replace(place, trouble(error, { retry: () => follow(part, job, signal) }));
    return;
  }
  if (!place.isConnected) return;
  if (now.state !== "done") {
    const cause = now.error
      ? trouble({ code: now.error.code, message: now.error.cause, fix: now.error.fix, errors: [] })
      : h("p", {}, tOne("review.state", now.state));
    replace(
      part,
      cause,
      h(
        "div",
        { class: "row" },
        h("button", { type: "button", onclick: () => begin(part, signal) }, t("review.again")),
      ),
    );
    return;
  }
  drawn(part, now, signal);
}

function drawn(part, job, signal) {
  if (!reviewed.has(job.job_id)) reviewed.set(job.job_id, groupsOf(job.result));
  const files = sentFiles.get(job.job_id) ?? new Map();
  replace(
    part,
    groupsView(job, reviewed.get(job.job_id), files, {
      again: () => begin(part, signal),
      forget: () => drop(part, job, signal),
    }),
  );
  part.querySelector("h2")?.focus();
}
