// What a watch saw, as it happens.

import { ask } from "../api.js";
import { moment, percent, similar, span, t, tOne } from "../catalogue.js";
import { announce, fill, h, replace } from "../dom.js";
import { choice } from "../fields.js";
import { oddsText } from "../odds.js";
import { current, gallery, inGallery } from "../session.js";
import { empty, show } from "../states.js";

const KINDS = ["alert", "left", "unknown", "source", "list"];
const MOST = 200;

/** Draw the page. */
export function livePage(main, { signal }) {
  const state = h("p", { class: "live-state", role: "status" });
  fill(
    main,
    h("div", { class: "head" }, h("h1", { tabindex: -1 }, t("live.title")), state),
    h("p", { class: "lead" }, t("live.lead")),
  );
  if (!current().events.includes(gallery())) {
    fill(
      main,
      empty(t("live.empty"), t("live.empty_text")),
      h(
        "pre",
        { class: "card", lang: "en", tabindex: 0 },
        `facemetric watch rtsp://… --gallery ${gallery() ?? "main"} --jsonl events.jsonl\nfacemetric serve --gallery ${gallery() ?? "main"}=… --events ${gallery() ?? "main"}=events.jsonl`,
      ),
    );
    return;
  }
  const [kindField, kind] = choice(t("live.kind"), [
    ["", t("live.all")],
    ...KINDS.map((one) => [one, tOne("live.kinds", one)]),
  ]);
  const list = h("ol", { class: "events", reversed: true });
  const part = h("div");
  const filter = () => {
    list.dataset.only = kind.value;
  };
  kind.addEventListener("change", filter);
  fill(main, h("div", { class: "filters" }, kindField), part);
  const seen = new Set();
  const add = (event, { aloud = false } = {}) => {
    if (seen.has(event.event_id)) return;
    seen.add(event.event_id);
    part.querySelector(".empty")?.remove();
    list.prepend(eventItem(event, aloud));
    while (list.children.length > MOST) list.lastChild.remove();
    if (aloud && kindOf(event) === "alert")
      announce(t("live.alerted", { name: event.name, source: event.source }));
  };
  show(
    part,
    () => ask("GET", inGallery("/events"), { query: { limit: MOST }, signal }),
    (answer) => {
      answer.events.forEach((event) => add(event));
      return [answer.events.length ? null : empty(t("live.none"), t("live.none_text")), list];
    },
  ).then((answer) => {
    if (answer && !signal.aborted) listen(state, signal, (event) => add(event, { aloud: true }));
  });
}

function listen(state, signal, heard) {
  const tell = (kind) => {
    state.className = `live-state ${kind}`;
    replace(state, tOne("live.state", kind));
  };
  tell("waiting");
  const source = new EventSource(inGallery("/events/stream"));
  signal.addEventListener("abort", () => source.close());
  source.addEventListener("open", () => tell("open"));
  source.addEventListener("error", () => {
    if (!signal.aborted) tell(source.readyState === EventSource.CLOSED ? "closed" : "waiting");
  });
  for (const kind of KINDS)
    source.addEventListener(`watch-${kind}`, (message) => heard(JSON.parse(message.data)));
}

function kindOf(event) {
  return event.schema.replace("facemetric.watch-", "").split("/")[0];
}

function eventItem(event, fresh) {
  const kind = kindOf(event);
  const picture = event.thumbnail_jpeg
    ? h("img", { class: "thumbnail", alt: "", src: `data:image/jpeg;base64,${event.thumbnail_jpeg}` })
    : null;
  return h(
    "li",
    { class: `event ${kind}${fresh ? " fresh" : ""}`, "data-kind": kind },
    h("time", { datetime: event.at }, moment(event.at)),
    picture,
    h(
      "div",
      {},
      h(
        "p",
        {},
        h("span", { class: `chip ${kind}` }, tOne("live.kinds", kind)),
        " ",
        h("strong", {}, title(event, kind)),
        " ",
        h("span", { class: "muted" }, event.source),
      ),
      h("p", { class: "small" }, detail(event, kind)),
    ),
  );
}

function title(event, kind) {
  if (kind === "alert" || kind === "left") return h("a", { href: `#/people/${event.person_id}` }, event.name);
  if (kind === "source") return tOne("live.source", event.state);
  if (kind === "list") return tOne("live.list", event.state);
  return event.unknown === null ? t("live.somebody") : t("live.stranger", { n: event.unknown });
}

function detail(event, kind) {
  if (kind === "alert")
    return [t("live.similarity", { similarity: similar(event.similarity) }), " ", oddsText(event.odds) ?? ""];
  if (kind === "source") return event.reason ? h("span", { lang: "en" }, event.reason) : "";
  if (kind === "list")
    return t("live.list_risk", {
      n: event.samples,
      risk: percent(event.stranger_risk),
      asked: percent(event.asked_risk),
    });
  return t("live.in_view", { span: span(event.in_view_s) });
}
