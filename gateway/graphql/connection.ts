import { type Entity, entryOf, type Fields, keyValue, type Lookup, type Row } from "../../schema/entity.js";
import type { FieldType, Value } from "../../schema/fields.js";
import { checkOf } from "../../schema/kinds/kinds.js";
import type { Page, Slice } from "../../stores/ports.js";
import { badUserInput } from "./errors.js";

/** The arguments of every connection, as clients give them. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface PageLimits {
  /** Entries of a page when neither `first` nor `last` is given. */
  readonly usual: number;
  readonly most: number;
}

/** Known, or found out when it is asked for. */
type Lazily<T> = T | (() => Promise<T>);

export interface PageInfo {
  readonly hasNextPage: Lazily<boolean>;
  readonly hasPreviousPage: Lazily<boolean>;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** `first`/`after` forward or `last`/`before` backward, never mixed. @throws BAD_USER_INPUT */
export function pageOf(args: PageArgs, of: Entity, lookup: Lookup, limits: PageLimits): Page {
  const { first = null, after = null, last = null, before = null } = args;
  if (first !== null && last !== null) throw badUserInput("`first` and `last` cannot be given together");
  if (first !== null && before !== null) throw badUserInput("`before` goes with `last`, `after` goes with `first`");
  if (last !== null && after !== null) throw badUserInput("`after` goes with `first`, `before` goes with `last`");
  if (after !== null && before !== null) throw badUserInput("`after` and `before` cannot be given together");
  const backward = last !== null || before !== null;
  const cursor = backward ? before : after;
  return {
    limit: backward ? size("last", last, limits) : size("first", first, limits),
    from: cursor === null ? null : entryAt(cursor, of, lookup, backward ? "before" : "after"),
    backward,
  };
}

export function size(name: "first" | "last", given: number | null | undefined, { usual, most }: PageLimits): number {
  const wanted = given ?? usual;
  if (wanted < 1 || wanted > most) throw badUserInput(`\`${name}\` must be from 1 to ${most}, not ${wanted}`);
  return wanted;
}

/** Whether there is an entry on that side of a place of the list; of the whole list where no place is given. */
export type AnyEntry = (side: Omit<Page, "limit">) => Promise<boolean>;

/** A page of rows in the API's shape; edges and cursors are made, and the side it was reached from looked at, only when asked for. */
export class RowConnection {
  constructor(
    private readonly of: Entity, private readonly lookup: Lookup, private readonly slice: Slice, private readonly page: Page,
    private readonly any: AnyEntry,
  ) {}

  get nodes(): readonly Row[] {
    return this.slice.rows;
  }

  get edges(): readonly { readonly cursor: string; readonly node: Row }[] {
    return this.slice.rows.map((node) => ({ cursor: this.cursorOf(node), node }));
  }

  get pageInfo(): PageInfo {
    const { rows, more } = this.slice;
    const { backward } = this.page;
    const [start, end] = [rows[0], rows.at(-1)];
    return {
      hasNextPage: backward ? () => this.anyBehind() : more,
      hasPreviousPage: backward ? more : () => this.anyBehind(),
      startCursor: start ? this.cursorOf(start) : null,
      endCursor: end ? this.cursorOf(end) : null,
    };
  }

  /** Whether the side we came from has entries. The row of a cursor may have gone, or never have been. */
  private async anyBehind(): Promise<boolean> {
    const { from, backward } = this.page;
    if (from === null) return false;
    const nearest = backward ? this.slice.rows.at(-1) : this.slice.rows[0];
    return this.any({ backward: !backward, from: nearest ? entryOf(this.of, this.lookup, nearest) : null });
  }

  private cursorOf(row: Row): string {
    return encode([this.of.table, ...entryOf(this.of, this.lookup, row)]);
  }
}

function entryAt(cursor: string, of: Entity, lookup: Lookup, argument: string): readonly Value[] {
  const [table, ...entry] = decode(cursor) ?? [];
  const types = [lookup.orderBy, ...of.key].map((name) => (of.fields as Fields)[name]!.type);
  if (table !== of.table || entry.length !== types.length || !types.every((type, i) => isValueOf(type, entry[i]))) {
    throw badUserInput(`\`${argument}\` is not a cursor of ${lookup.name}; use one from \`edges\` or \`pageInfo\``);
  }
  return entry as readonly Value[];
}

/** Whether a value that came from outside is one that a row could hold, or a part of its key. */
function isValueOf(type: FieldType, value: unknown): boolean {
  return checkOf(type)(typeof value === "string" ? keyValue(type, value) : value);
}

/** Opaque to clients, and nothing in it that the row did not show. */
export function encode(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

export function decode(cursor: string): readonly unknown[] | null {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}
