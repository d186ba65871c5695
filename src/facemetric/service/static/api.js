// Requests to the service. The cookie says who asks; the header, which no other site can send, that it is this page.

/** What went wrong, as the service told it (RFC 9457). */
export class Problem extends Error {
  constructor(document_) {
    super(document_.detail);
    this.code = document_.code;
    this.status = document_.status;
    this.field = document_.field ?? null;
    this.fix = document_.fix ?? null;
    this.errors = document_.errors ?? [];
    this.requestId = document_.request_id ?? null;
  }
}

let sessionEnded = () => {};

/** Have something done when the service says that the session is over. */
export function onSessionEnd(listener) {
  sessionEnded = listener;
}

/** Ask the service; `body` is a form or a value for JSON. `byItself`: nobody did anything. */
export async function ask(method, path, options = {}) {
  const response = await sent(method, path, options);
  return answered(response.status, await response.text());
}

/** Ask the service for a picture. */
export async function askForPicture(path, options = {}) {
  const response = await sent("GET", path, options);
  return response.ok ? response.blob() : answered(response.status, await response.text());
}

async function sent(method, path, { query = {}, body, byItself = false, signal } = {}) {
  const headers = { "X-Facemetric": byItself ? "by-itself" : "page" };
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  try {
    return await fetch(address(path, query), {
      method,
      headers,
      signal,
      credentials: "same-origin",
      cache: "no-store",
      body: form || body === undefined ? body : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ code: "network", status: 0, detail: "" });
  }
}

/** Send a form and tell how much of it has gone. */
export function upload(path, form, { query = {}, progress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(path, query));
    request.setRequestHeader("X-Facemetric", "page");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      try {
        resolve(answered(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    });
    request.addEventListener("error", () => reject(new Problem({ code: "network", status: 0, detail: "" })));
    request.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** Return a form with photographs, and further fields that are not empty. */
export function photoForm(files, fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value) form.append(name, value);
  for (const file of files) form.append("photo", file, file.name);
  return form;
}

function address(path, query) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat())
      if (one !== null && one !== undefined && one !== "") asked.append(name, one);
  }
  const text = asked.toString();
  return text ? `${path}?${text}` : path;
}

function answered(status, text) {
  let document_;
  try {
    document_ = JSON.parse(text);
  } catch {
    throw new Problem({ code: "answer", status, detail: "" });
  }
  if (status >= 200 && status < 300) return document_;
  const problem = new Problem({ status, code: "answer", detail: "", ...document_ });
  if (status === 401 && isOver(problem)) sessionEnded();
  throw problem;
}

function isOver(problem) {
  return problem.code === "session" || problem.code === "no_key";
}
