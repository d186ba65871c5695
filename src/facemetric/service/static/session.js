// Who is logged in, and which gallery is looked at.

import { ask } from "./api.js";

const STORED = "facemetric.gallery";
let session = { key: null };
let galleries = [];

/** Ask who is logged in. */
export async function loadSession() {
  session = await ask("GET", "session");
  if (session.key) await loadGalleries();
  return session;
}

/** Log in with an API key. */
export async function logIn(key) {
  session = await ask("POST", "session", { body: { key } });
  await loadGalleries();
}

/** Log out. */
export async function logOut() {
  session = await ask("DELETE", "session");
  galleries = [];
}

/** Forget who was logged in: the service did. */
export function forget() {
  session = { key: null };
}

/** Return what the service told of the session. */
export function current() {
  return session;
}

/** Whether the key may do something. */
export function may(scope) {
  const scopes = session.key?.scopes ?? [];
  return scopes.includes(scope) || scopes.includes("admin");
}

/** Whether the key is for the whole service. */
export function unbound() {
  return session.key !== null && session.key.galleries === null;
}

/** Return the galleries that the key is for, as the service told them. */
export function knownGalleries() {
  return galleries;
}

/** Return the name of the gallery that is looked at, or null where there is none. */
export function gallery() {
  const names = galleries.map((one) => one.gallery);
  const stored = sessionStorage.getItem(STORED);
  return names.includes(stored) ? stored : (names[0] ?? null);
}

/** Look at another gallery. */
export function choose(name) {
  sessionStorage.setItem(STORED, name);
}

/** Return the address of something in the gallery that is looked at. */
export function inGallery(path = "") {
  return `v1/galleries/${encodeURIComponent(gallery())}${path}`;
}

/** Ask for the galleries again. */
export async function loadGalleries() {
  galleries = may("read")
    ? (await ask("GET", "v1/galleries")).galleries
    : (session.key.galleries ?? []).map((name) => ({ gallery: name, groups: {} }));
}
