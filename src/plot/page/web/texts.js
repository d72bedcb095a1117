// The texts of the page, in its language: `texts/en.json` has all of them in English, and a translation the same ones.

/** Around a number, around a text that is read from right to left, around what stands in it, and after each: so that none turns another. */
const [FROM_LEFT, FROM_RIGHT, APART, END_APART] = ["\u2066", "\u2067", "\u2068", "\u2069"];

/** What a form that does not name the number says that it is. */
const IN_WORDS = { zero: 0, one: 1, two: 2 };

/** A language: its texts, its plurals, and the signs of its numbers. */
class Language {
  /** @param {{ lang: string, dir: string }} root @param {Record<string, Record<string, string | Record<string, string>>>} groups */
  constructor({ lang, dir }, groups) {
    this.groups = groups;
    this.isFromRight = dir === "rtl";
    /** What the crate itself writes is in English. */
    this.isEnglish = /^en(-|$)/i.test(lang);
    this.plurals = new Intl.PluralRules(lang);
    this.counts = new Intl.NumberFormat(lang);
    this.signs = signsOf(lang);
  }

  /** The text of a key, or its forms by the categories of plurals. */
  at(key) {
    const [group, name] = key.split(".");
    const found = this.groups[group]?.[name];
    if (found === undefined) throw new PageError(`This page has no text ${key}.`);
    return found;
  }

  /** A text with what it names. */
  filled(key, text, values) {
    const all = text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name] ?? null;
      if (value === null) throw new PageError(`The text ${key} of this page names ${name}, which is not there.`);
      const written = typeof value === "number" ? localized(String(value)) : value;
      return this.isFromRight ? `${APART}${written}${END_APART}` : written;
    });
    return this.isFromRight && all !== text ? `${FROM_RIGHT}${all}${END_APART}` : all;
  }
}

/** What digits, the point and the comma between thousands are in a language. */
function signsOf(lang) {
  const digits = [...new Intl.NumberFormat(lang, { useGrouping: false }).format(9876543210)].reverse();
  const parts = new Intl.NumberFormat(lang, { minimumFractionDigits: 1 }).formatToParts(1111111.1);
  const sign = (kind) => parts.find(({ type }) => type === kind)?.value ?? "";
  return new Map([[".", sign("decimal")], [",", sign("group")], ...digits.map((digit, i) => /** @type {[string, string]} */ ([String(i), digit]))]);
}

/** @type {Language | null} */
let language = null;

/** That of the page, read when the first text is asked for. */
function pageLanguage() {
  return (language ??= new Language(document.documentElement, JSON.parse(document.getElementById("texts").textContent)));
}

/** A text by its key, with what it names: a number without commas between thousands, anything else as it is. */
function say(key, values = {}) {
  const text = pageLanguage().at(key);
  if (typeof text !== "string") throw new PageError(`The text ${key} of this page needs a number.`);
  return pageLanguage().filled(key, text, values);
}

/** The form of a text that a number takes, which it names `count`. */
function sayCount(key, count, values = {}) {
  const { plurals } = pageLanguage();
  const forms = pageLanguage().at(key);
  if (typeof forms === "string") throw new PageError(`The text ${key} of this page has no forms for numbers.`);
  const form = plurals.select(count);
  const text = forms[form] ?? forms.other;
  // In many languages there are other numbers that take the form of one: 21, or 0.
  const isTrue = text.includes("{count}") || count === IN_WORDS[form];
  return pageLanguage().filled(key, isTrue ? text : forms.other, { count: countText(count), ...values });
}

/** Texts in a row, and longer ones. */
function listed(texts) {
  return texts.join(say("lists.comma"));
}

function listedApart(texts) {
  return texts.join(say("lists.semicolon"));
}

/** A number with its thousands apart. */
function countText(count) {
  return pageLanguage().counts.format(count);
}

/** A number that is written as programs write it, with the signs of the language. */
function localized(text) {
  const { signs } = pageLanguage();
  return text.replace(/[\d.,]/g, (sign) => signs.get(sign));
}

/** A number, which is read from left to right in every language: its sign stands before it. */
function fromLeft(text) {
  return pageLanguage().isFromRight ? `${FROM_LEFT}${text}${END_APART}` : text;
}

/** Text without the marks around what stands in it. */
function withoutMarks(text) {
  return text.replace(/[\u2066-\u2069]/g, "");
}

/** Marks what the crate has written, which is in English whatever the page is in. */
function asWritten(target) {
  if (pageLanguage().isEnglish) return target;
  target.lang = "en";
  return asNamed(target);
}

/** Marks what somebody has named, in a language of theirs. */
function asNamed(target) {
  if (!pageLanguage().isEnglish) target.dir = "auto";
  return target;
}

/** Marks what was marked as the crate's, and is the page's. */
function asSaid(target) {
  target.removeAttribute("lang");
  target.removeAttribute("dir");
  return target;
}
