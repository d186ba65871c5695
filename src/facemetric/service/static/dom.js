// Elements out of code. Text is always text: nothing here can make markup of a string.

const PROPERTIES = new Set(["value", "checked", "disabled", "multiple", "required", "hidden", "open"]);

/** Make an element; attributes that are null or false are left out, `on…` are listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  return fill(element, ...children);
}

/** Append children; lists are flattened, null and false are left out. */
export function fill(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/** Put other children in the place of an element's own. */
export function replace(element, ...children) {
  element.replaceChildren();
  return fill(element, ...children);
}

let last = 0;

/** Return an id that no other element has. */
export function newId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Have screen readers say something. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = text;
  }, 50);
}

/** Save a document as a file of the user's. */
export function download(name, document_) {
  const blob = new Blob([JSON.stringify(document_, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(blob);
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
