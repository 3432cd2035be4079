import { Notifier } from "../../runtime/notifier.js";
import type { Catalog } from "../../schema/catalog.js";
import type { Entity, Key } from "../../schema/entity.js";
import {
  type Copied, everyKey, isWithin, type KeyRange, type Progress, rewriteVersion, type TableCopy, type Version,
} from "../../schema/position.js";
import { own } from "../../schema/own.js";
import type { ChunkEnd } from "../reading/window.js";
import type { Survey } from "../source.js";
import type { PipelineState } from "../state/state.js";

/** The copies of one store's tables: what is done, what is left, and about how much that is. */
export class Copies {
  #copied: Copied;
  readonly #cuts = new Map<string, AbortController>();
  readonly #surveys = new Map<string, Survey>();
  /** For each table, the version at which it last became doubtful. */
  readonly #doubts = new Map<string, Version>();
  /** Tables of which the store may lack rows or hold older ones, and those of which it may so after the copy under way. */
  readonly #inexact: Set<string>;
  readonly #inexactAgain: Set<string>;
  readonly #changes = new Notifier();

  constructor(readonly catalog: Catalog, readonly state: PipelineState, progress: Progress) {
    this.#copied = copiedIn(catalog, progress);
    const tables = Object.keys(this.#copied);
    this.#inexact = new Set(tables.filter((table) => this.#copied[table] !== "done"));
    this.#inexactAgain = new Set(tables.filter((table) => this.of(table)?.again));
  }

  /** What will be stored; another object whenever something changed. */
  get copied(): Copied {
    return this.#copied;
  }

  get unfinished(): readonly Entity[] {
    return this.catalog.entities.filter(({ table }) => this.#copied[table] !== "done");
  }

  /** Looks whenever the copy of some table has begun, moved or ended. Resolves once it is so, or `stop` aborts. */
  async until(isSo: () => boolean, stop: AbortSignal): Promise<void> {
    await this.#changes.until(isSo, stop);
  }

  surveyed({ table }: Entity, survey: Survey): void {
    this.#surveys.set(table, survey);
  }

  /** Goes on with a table's copy, or begins one. `cut` aborts when nothing of the copy is wanted any more. */
  begin({ table }: Entity, version: Version): { readonly copy: TableCopy; readonly cut: AbortSignal } {
    const known = this.of(table);
    const start = Math.max(version, rewriteVersion(this.#doubts.get(table) ?? 0));
    const copy = known ?? { version: start, range: everyKey, left: this.#surveys.get(table)!.ranges, rows: 0 };
    const cut = new AbortController();
    this.#cuts.set(table, cut);
    this.#move(table, copy);
    return { copy, cut: cut.signal };
  }

  /**
   * The rows of a chunk are in the store.
   * @throws when the chunk does not begin where the one before it ended: the sweep would remove the rows between
   */
  advanced({ entity: table, cut, range, left, rows }: ChunkEnd): void {
    const copy = this.of(table);
    // Another copy of the table may have begun meanwhile, with the same version.
    if (!copy || cut.aborted) return;
    const at = copy.left.findIndex((each) => nameOf(each) === nameOf(range));
    if (at < 0) throw new Error(`the copy of ${table} left ${copy.left.map(nameOf).join(" ")} and went on with ${nameOf(range)}`);
    const ranges = copy.left.toSpliced(at, 1, ...(left ? [left] : []));
    this.#move(table, { ...copy, left: ranges, rows: copy.rows + rows });
  }

  /** The copy as it is stored now; null when it has not begun, or is done. */
  of(table: string): TableCopy | null {
    const copy = this.#copied[table];
    return copy === undefined || typeof copy === "string" ? null : copy;
  }

  /** Whether the store holds every row of the table as it is at this place of the stream, perhaps beside rows that are gone. */
  isExact(table: string): boolean {
    return !this.#inexact.has(table) && !this.#inexactAgain.has(table);
  }

  /** Whether a row that the store holds is as it is at this place of the stream. If it is not, a copy will read it. */
  isRowExact(table: string, key: Key, version: Version): boolean {
    if (this.isExact(table)) return true;
    const copy = this.of(table);
    return copy !== null && !this.#inexactAgain.has(table) && (version >= copy.version || !isWithin(copy.range, key));
  }

  /** A copy that is due removes also what is not newer than this, wherever it begins. */
  removesUpTo(table: string, version: Version): void {
    if (this.#copied[table] === "due") this.#doubts.set(table, version);
  }

  done({ table }: Entity): void {
    if (this.#inexactAgain.delete(table)) this.#inexact.add(table);
    else this.#inexact.delete(table);
    this.#set(table, this.of(table)?.again ? "due" : "done");
    this.state.apply({ kind: "copying", copying: null });
  }

  /**
   * Rows of the table older than `version` may differ from the source's. The table is copied again, now or after the copy under way.
   * `isGoneOnly`: the store may only have rows that are gone. Returns whether this was not known before.
   */
  again(table: string, version: Version, isGoneOnly = false): boolean {
    this.#doubts.set(table, version);
    const copy = this.of(table), isNew = copy ? !copy.again : this.#copied[table] === "done";
    if (!isGoneOnly) (copy ? this.#inexactAgain : this.#inexact).add(table);
    this.#set(table, copy ? { ...copy, again: true } : "due");
    return isNew;
  }

  /**
   * The table was emptied: every row it has now was written later, so the stream brings it. The sweep must remove
   * what the copy wrote, and may still be writing.
   */
  emptied({ table }: Entity, version: Version): void {
    this.#inexact.delete(table);
    this.#inexactAgain.delete(table);
    if (this.#copied[table] === "done") return;
    this.#set(table, { version, range: everyKey, left: [], rows: this.of(table)?.rows ?? 0 });
    this.#cuts.get(table)?.abort();
  }

  #move(table: string, copy: TableCopy): void {
    this.#set(table, copy);
    const rowsLeft = this.unfinished.reduce((sum, { table: of }) => sum + Math.max(0, this.#about(of) - (this.of(of)?.rows ?? 0)), 0);
    const copying = { table, rows: copy.rows, rowsAbout: Math.max(this.#about(table), copy.rows), rowsLeft };
    this.state.apply({ kind: "copying", copying });
  }

  #about(table: string): number {
    const rows = this.#surveys.get(table)?.rows ?? 0, { after, upTo } = this.of(table)?.range ?? everyKey;
    return after && upTo ? Math.min(rows, Number(BigInt(upTo[0]!) - BigInt(after[0]!))) : rows;
  }

  #set(table: string, copy: Copied[string]): void {
    this.#copied = { ...this.#copied, [table]: copy };
    this.#changes.notify();
  }
}

const nameOf = ({ after, upTo }: KeyRange) => JSON.stringify([after, upTo]);

/** Forgets a table that left the catalog. Nothing keeps it equal meanwhile, so it is copied again if it comes back. */
export function copiedIn(catalog: Catalog, { copied }: Progress): Copied {
  return Object.fromEntries(catalog.entities.map(({ table }) => [table, copied ? own(copied, table) ?? "due" : "done"]));
}
