import type { ColumnShape, TableShape } from "../../schema/shape.js";

/** What a person should look at, because only its name or type was there to judge by. */
export interface Guess {
  readonly table: string;
  readonly column: string;
  readonly guess: "personal" | "never leaves MySQL" | "a truth value" | "a UUID";
}

/** Words that speak of a person, and words for what only a program should know, as they stand in names. */
const personal = wordAmong(
  "e_?mail", "phone", "mobile", "fax", "tel", "(first|last|full|sur|middle|given|family)_?name", "birth", "dob", "ssn", "passport", "iban",
  "street", "address", "postal", "postcode", "zip", "city", "district", "latitude", "longitude", "ip", "contact", "manager",
);
const secret = wordAmong("password", "passwd", "pwd", "secret", "token", "salt", "hash", "(api|private)_?key", "credential", "pin");

function wordAmong(...words: readonly string[]): RegExp {
  return new RegExp(`(^|_)(${words.join("|")})(_|$|\\d)`);
}

/** The name with its words apart: `FirstName`, `firstName` and `first name` are `first_name`. */
export function wordsOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_").toLowerCase();
}

export function isPersonal({ name }: ColumnShape): boolean {
  return personal.test(wordsOf(name)) && !/(^|_)id$/.test(wordsOf(name));
}

/** Password hashes, keys and pictures: what an API is not for. */
export function staysInMysql({ name, declared }: ColumnShape): boolean {
  return (secret.test(wordsOf(name)) && /char|text|binary|blob/i.test(declared)) || /^(medium|long)?blob/i.test(declared);
}

export function asOf({ declared, name }: ColumnShape): "boolean" | "uuid" | null {
  if (/^tinyint\(1\)/i.test(declared)) return "boolean";
  if (/^(binary\(16\)|char\(36\))/i.test(declared) && /(^|_)(uuid|guid)(_|$)/.test(wordsOf(name))) return "uuid";
  return null;
}

/** Texts that people search for: no codes of a few letters, no long keys. */
export function isSearched(column: ColumnShape): boolean {
  const { type } = column;
  return type?.kind === "string" && type.maxLength >= 20 && type.maxLength <= 65_535 && !staysInMysql(column);
}

/** `film_actor` -> `filmActors`, `category` -> `categories`: what a list of rows is called. */
export function pluralOf({ name }: Pick<TableShape, "name">): string {
  const words = wordsOf(name.normalize("NFKD").replace(/\p{M}/gu, "")).replace(/^_+|_+$/g, "") || "rows";
  const camel = words.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const safe = /^[0-9]/.test(camel) ? `_${camel}` : camel;
  if (/[^aeiou]y$/.test(safe)) return `${safe.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(safe) ? `${safe}es` : `${safe}s`;
}
