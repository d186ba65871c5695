// Which page is shown: the part of the address behind the hash, which no server sees.

import { enrolPage } from "./pages/enrol.js";
import { identifyPage } from "./pages/identify.js";
import { comparePage } from "./pages/compare.js";
import { keysPage } from "./pages/keys.js";
import { livePage } from "./pages/live.js";
import { peoplePage } from "./pages/people.js";
import { personPage } from "./pages/person.js";
import { reportPage } from "./pages/report.js";
import { reportsPage } from "./pages/reports.js";
import { reviewPage } from "./pages/review.js";
import { systemPage } from "./pages/system.js";

/** The pages in the order of the menu. `whole`: for keys that are bound to no gallery. */
export const PAGES = [
  { name: "people", scope: "read", draw: peoplePage },
  { name: "identify", scope: "read", draw: identifyPage },
  { name: "compare", scope: "read", draw: comparePage },
  { name: "review", scope: "read", draw: reviewPage },
  { name: "live", scope: "read", draw: livePage },
  { name: "reports", scope: "read", whole: true, draw: reportsPage },
  { name: "system", scope: "read", draw: systemPage },
  { name: "keys", scope: "admin", whole: true, draw: keysPage },
];

/** Return the page of an address: its entry in the menu, the function that draws it, what it is about. */
export function route(hash, may) {
  const [name, ...rest] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  if (name === "people" && rest[0] === "new")
    return { menu: "people", scope: "enrol", draw: enrolPage, about: null };
  if (name === "people" && rest[0])
    return { menu: "people", scope: "read", draw: personPage, about: rest[0] };
  if (name === "reports" && rest[0])
    return { menu: "reports", scope: "read", draw: reportPage, about: rest[0] };
  const first = may("read") ? PAGES[0] : { name: "people", scope: "enrol", draw: enrolPage };
  const page = PAGES.find((one) => one.name === name) ?? first;
  return { menu: page.name, scope: page.scope, draw: page.draw, about: null };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not of this page's making: there will be no such thing
  }
}
