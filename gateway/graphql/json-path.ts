import { badUserInput, shown } from "./errors.js";

/** A value and where it stands in its document: two ways to one place are one find. */
interface Found {
  readonly at: string;
  readonly value: unknown;
}

/** One step of a path, from a value to those it leads to. */
type Step = (from: Found) => readonly Found[];

/**
 * The value at a MySQL JSON path, as JSON_EXTRACT gives it: a list where the path may lead to several, null where it leads to none.
 * See "JSON Path Syntax" in MySQL's manual. @throws BAD_USER_INPUT
 */
export function jsonAt(document: unknown, path: string): unknown {
  const { steps, isMany } = stepsOf(path);
  let found: readonly Found[] = [{ at: "$", value: document }];
  for (const step of steps) found = [...new Map(found.flatMap(step).map((one) => [one.at, one])).values()];
  return isMany ? (found.length > 0 ? found.map(({ value }) => value) : null) : found[0]?.value ?? null;
}

const forms = new RegExp([
  String.raw`\s*\.\s*(?<name>"(?:[^"\\]|\\.)*"|[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$\u200c\u200d]*)`,
  String.raw`\s*\.\s*(?<members>\*)`,
  String.raw`\s*\[\s*(?<from>\d+|last(?:\s*-\s*\d+)?)(?:\s+to\s+(?<to>\d+|last(?:\s*-\s*\d+)?))?\s*\]`,
  String.raw`\s*\[\s*(?<elements>\*)\s*\]`,
  String.raw`\s*(?<all>\*\*)(?=\s*[.[])`,
].join("|"), "suy");

function stepsOf(path: string): { readonly steps: readonly Step[]; readonly isMany: boolean } {
  const steps: Step[] = [];
  let isMany = false;
  forms.lastIndex = /^\s*\$/.exec(path)?.[0].length ?? wrong(path);
  while (path.slice(forms.lastIndex).trim() !== "") {
    const { name, members, from, to, elements, all } = forms.exec(path)?.groups ?? wrong(path);
    if (name !== undefined) steps.push(memberStep(name.startsWith('"') ? unquoted(name, path) : name));
    else if (from !== undefined) steps.push(to === undefined ? elementStep(from) : rangeStep(from, to, path));
    else steps.push(members ? everyMember : elements ? everyElement : everything);
    isMany ||= Boolean(members ?? to ?? elements ?? all);
  }
  return { steps, isMany };
}

function unquoted(name: string, path: string): string {
  try {
    return JSON.parse(name) as string;
  } catch {
    return wrong(path);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const memberStep = (name: string): Step => ({ at, value }) =>
  (isObject(value) && Object.hasOwn(value, name) ? [{ at: `${at}.${JSON.stringify(name)}`, value: value[name] }] : []);

/** MySQL keeps members by the length of their names, then by their bytes, and prints them so; JavaScript puts numbers first. */
const everyMember: Step = (from) => {
  if (!isObject(from.value)) return [];
  const names = Object.keys(from.value).map((name) => ({ name, bytes: Buffer.from(name) }));
  return names.sort((a, b) => a.bytes.length - b.bytes.length || a.bytes.compare(b.bytes)).flatMap(({ name }) => memberStep(name)(from));
};

const everyElement: Step = ({ at, value }) =>
  (Array.isArray(value) ? value.map((element: unknown, i) => ({ at: `${at}[${i}]`, value: element })) : []);

/** A value that is no array is its own only element. */
const elementsOf = (from: Found): readonly Found[] => (Array.isArray(from.value) ? everyElement(from) : [from]);

const elementStep = (place: string): Step => (from) => {
  const elements = elementsOf(from), at = placeOf(place, elements.length);
  return at >= 0 && at < elements.length ? [elements[at]!] : [];
};

function rangeStep(from: string, to: string, path: string): Step {
  if (from.startsWith("last") === to.startsWith("last") && placeOf(from, 0) > placeOf(to, 0)) wrong(path);
  return (found) => {
    const elements = elementsOf(found);
    return elements.slice(Math.max(0, placeOf(from, elements.length)), Math.max(0, placeOf(to, elements.length) + 1));
  };
}

function placeOf(place: string, length: number): number {
  return place.startsWith("last") ? length - 1 - Number(/\d+/.exec(place)?.[0] ?? 0) : Number(place);
}

/** The value and all that is within it. */
const everything: Step = (from) => [from, ...[...everyElement(from), ...everyMember(from)].flatMap(everything)];

function wrong(path: string): never {
  throw badUserInput(`\`path\` is ${shown(path)}, which is no MySQL JSON path; write one such as $.name, $."any name" or $[0].name`);
}
