// What the page says, in the reader's language. A language is one file and one line in languages.json.

const STORED = "facemetric.language";
let languages = { en: "English" };
let language = "en";
let messages = {};

/** Load the messages of the language that was chosen before, or that the browser prefers. */
export async function loadLanguage(wanted = null) {
  languages = await fetched("languages");
  const asked = [wanted, remembered(), ...navigator.languages].filter(Boolean);
  language = asked.map((tag) => tag.split("-")[0]).find((tag) => tag in languages) ?? "en";
  messages = await fetched(language);
  if (wanted !== null) localStorage.setItem(STORED, language);
  document.documentElement.lang = language;
}

/** Return the languages by their tags, and the one in use. */
export function knownLanguages() {
  return { languages, language };
}

/** Return a message; `{n}` and others stand for values, and `n` chooses the plural. */
export function t(key, values = {}) {
  let message = messages[key];
  if (message !== undefined && typeof message !== "string") {
    message = message[new Intl.PluralRules(language).select(values.n)] ?? message.other;
  }
  if (message === undefined) throw new Error(`there is no message ${key}`);
  return message.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return typeof value === "number" ? number(value) : String(value ?? whole);
  });
}

/** Return one of the messages whose keys begin alike, or the one for all others. */
export function tOne(prefix, name, values = {}) {
  const key = `${prefix}.${name}`;
  return t(key in messages ? key : `${prefix}.other`, values);
}

/** Return a message of a family; null where there is none of that name. */
export function tIf(prefix, name, values = {}) {
  const key = `${prefix}.${name}`;
  return key in messages ? t(key, values) : null;
}

/** Write a number with its thousands apart. */
export function number(value, digits = 3) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** Write a number of any size, a small one with as many digits as it needs. */
export function rate(value) {
  return new Intl.NumberFormat(language, { maximumSignificantDigits: value < 1 ? 3 : 15 }).format(value);
}

/** Write a similarity: three digits, so that two can be compared at a glance. */
export function similar(value) {
  return new Intl.NumberFormat(language, { minimumFractionDigits: 3, maximumFractionDigits: 3 }).format(
    value,
  );
}

/** Write a share, as per cent, with as many digits as a small one needs. */
export function percent(share) {
  return new Intl.NumberFormat(language, {
    style: "percent",
    maximumSignificantDigits: share < 0.1 ? 2 : 3,
  }).format(share);
}

/** Write a measured figure, a share with as many digits as two of them are told apart by. */
export function exact(value, unit) {
  const digits = { share: 2, degrees: 1, number: 4 }[unit];
  const style = {
    share: { style: "percent" },
    degrees: { style: "unit", unit: "degree", unitDisplay: "narrow" },
    number: {},
  }[unit];
  return new Intl.NumberFormat(language, {
    ...style,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** Write the difference of two shares, in hundredths of the whole. */
export function points(difference) {
  const written = new Intl.NumberFormat(language, {
    signDisplay: "exceptZero",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(100 * difference);
  return t("reports.points", { value: written });
}

/** Write a day, or a day and a time, of a text in ISO 8601. */
export function day(iso) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}

/** Write a day and a time. */
export function moment(iso) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(
    new Date(iso),
  );
}

/** Write a number of bytes. */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(3, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step],
    maximumSignificantDigits: 3,
  }).format(bytes / 1000 ** step);
}

/** Write a time span. */
export function span(seconds) {
  const [unit, length] =
    seconds < 90
      ? ["second", 1]
      : seconds < 5400
        ? ["minute", 60]
        : seconds < 172800
          ? ["hour", 3600]
          : ["day", 86400];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: unit === "second" ? 0 : 1,
  }).format(seconds / length);
}

function remembered() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // storage is forbidden: the browser's language will do
  }
}

async function fetched(name) {
  const response = await fetch(`static/i18n/${name}.json`);
  if (!response.ok) throw new Error(`the messages cannot be loaded (${response.status})`);
  return response.json();
}
