import { Cursor } from "../cursor.js";
import { MalformedEvent } from "../errors.js";
import { JsonPrinter, JsonType, quote } from "./json.js";

/** A value that no difference touched stays in its binary form. Only containers on a difference's path are taken apart. */
type Node = Leaf | Map<string, Node> | Node[];
interface Leaf { readonly printer: JsonPrinter; readonly type: number; readonly at: number }

/**
 * Gives the document after a PARTIAL_UPDATE as text: the one before it with the differences applied. Format: json_diff.cc,
 * `Json_diff_vector::read_binary`: operation (0 replace, 1 insert, 2 remove), path, and unless removed the new binary value.
 */
export function patchedJson(bytes: Buffer, start: number, end: number, from: number, to: number): string {
  let root: Node = leaf(bytes, start, end);
  const diffs = new Cursor(bytes, from, to);
  while (diffs.left > 0) {
    const operation = diffs.u8();
    const path = parsePath(diffs.utf8(diffs.lengthEncoded()));
    const value = operation === REMOVE ? undefined : readLeaf(diffs);
    const last = path.pop();
    if (last === undefined) root = value ?? missing("a removal of the whole document");
    else {
      root = open(root);
      apply(operation, path.reduce<Node>(descend, root), last, value);
    }
  }
  return print(root);
}

const REPLACE = 0, INSERT = 1, REMOVE = 2;

function leaf(bytes: Buffer, start: number, end: number): Leaf {
  if (start >= end) throw new MalformedEvent("a JSON difference to an empty document");
  return { printer: new JsonPrinter().begin(bytes, start, end), type: bytes[start]!, at: start + 1 };
}

function readLeaf(diffs: Cursor): Leaf {
  const length = diffs.lengthEncoded(), at = diffs.skip(length);
  return leaf(diffs.bytes, at, at + length);
}

/** Opens a container, so that it can be changed. */
function open(node: Node): Node {
  if (node instanceof Map || Array.isArray(node) || node.type > JsonType.LargeArray) return node;
  const entries = node.printer.entries(node.type, node.at).map(({ key, type, at }) => [key, { printer: node.printer, type, at }] as const);
  return node.type <= JsonType.LargeObject ? new Map<string, Node>(entries) : entries.map(([, value]) => value);
}

/** Opens the child at this step and puts it back opened, so that changes to it are changes to its parent. */
function descend(parent: Node, step: string | number): Node {
  if (parent instanceof Map && typeof step === "string" && parent.has(step)) {
    const child = open(parent.get(step)!);
    parent.set(step, child);
    return child;
  }
  if (Array.isArray(parent) && typeof step === "number" && step < parent.length) return (parent[step] = open(parent[step]!));
  // MySQL's paths let a value that is no array be its own element 0.
  if (step === 0 && !Array.isArray(parent)) return parent;
  return missing(`a JSON difference at ${JSON.stringify(step)}, where there is nothing`);
}

function apply(operation: number, parent: Node, step: string | number, value: Node | undefined): void {
  if (operation > REMOVE) return missing(`the unknown JSON difference ${operation}`);
  if (Array.isArray(parent) && typeof step === "number") {
    if (operation !== INSERT && step >= parent.length) return missing("a JSON difference beyond its array");
    parent.splice(step, operation === INSERT ? 0 : 1, ...(value === undefined ? [] : [value]));
  } else if (parent instanceof Map && typeof step === "string") {
    if ((operation === INSERT) === parent.has(step)) return missing("a JSON difference that does not fit its object");
    if (value === undefined) parent.delete(step);
    else if (operation === REPLACE) parent.set(step, value);
    else insertInOrder(parent, step, value);
  } else missing("a JSON difference that does not fit its document");
}

/** Keeps members in MySQL's order: shorter names first, then by bytes. */
function insertInOrder(object: Map<string, Node>, key: string, value: Node): void {
  const members = [...object, [key, value] as const].map(([name, node]) => ({ name, node, bytes: Buffer.from(name) }));
  members.sort((a, b) => a.bytes.length - b.bytes.length || a.bytes.compare(b.bytes));
  object.clear();
  for (const { name, node } of members) object.set(name, node);
}

function print(node: Node): string {
  if (Array.isArray(node)) return `[${node.map(print).join(", ")}]`;
  if (node instanceof Map) return `{${Array.from(node, ([key, value]) => `${quote(key)}: ${print(value)}`).join(", ")}}`;
  return node.printer.value(node.type, node.at);
}

/** Reads `$.name."any name"[3]`: names that are no identifiers are JSON strings. */
function parsePath(path: string): (string | number)[] {
  const steps: (string | number)[] = [];
  const step = /\.("(?:[^"\\]|\\.)*")|\.([^."[]+)|\[(\d+)\]/suy;
  step.lastIndex = 1;
  while (step.lastIndex < path.length) {
    const [, quoted, name, index] = step.exec(path) ?? missing(`the JSON path ${path}`);
    steps.push(quoted !== undefined ? JSON.parse(quoted) as string : name ?? Number(index));
  }
  return steps;
}

function missing(what: string): never {
  throw new MalformedEvent(what);
}
