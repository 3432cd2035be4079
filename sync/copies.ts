import type { Catalog } from "../schema/catalog.js";
import type { Entity, Key } from "../schema/entity.js";
import { type Copied, everyKey, type Progress, type TableCopy, type Version } from "../schema/position.js";
import type { Survey } from "./source.js";
import type { PipelineState } from "./status.js";

/** The copies of one store's tables: what is done, what is left, and about how much that is. */
export class Copies {
  #copied: Copied;
  readonly #cuts = new Map<string, AbortController>();
  readonly #surveys = new Map<string, Survey>();

  constructor(readonly catalog: Catalog, readonly state: PipelineState, progress: Progress | null) {
    this.#copied = copiedIn(catalog, progress);
  }

  /** As it is to be stored; another object whenever something changed. */
  get copied(): Copied {
    return this.#copied;
  }

  get unfinished(): readonly Entity[] {
    return this.catalog.entities.filter(({ table }) => this.#copied[table] !== "done");
  }

  surveyed({ table }: Entity, survey: Survey): void {
    this.#surveys.set(table, survey);
  }

  /** Goes on with a table's copy, or begins one. `cut` aborts when nothing of it is wanted any more. */
  begin({ table }: Entity, version: Version): { readonly copy: TableCopy; readonly cut: AbortSignal } {
    const known = this.#copied[table];
    const copy = known && known !== "done" ? known : { version, range: everyKey, left: this.#surveys.get(table)!.ranges, rows: 0 };
    const cut = new AbortController();
    this.#cuts.set(table, cut);
    this.moved(table, copy);
    return { copy, cut: cut.signal };
  }

  moved(table: string, copy: TableCopy): void {
    this.#copied = { ...this.#copied, [table]: copy };
    const rowsLeft = this.unfinished.reduce((sum, { table: of }) => sum + Math.max(0, this.#about(of) - ((this.#copied[of] as TableCopy | undefined)?.rows ?? 0)), 0);
    this.state.copying = { table, rows: copy.rows, rowsAbout: Math.max(this.#about(table), copy.rows), rowsLeft };
  }

  #about(table: string): number {
    const [copy, rows] = [this.#copied[table], this.#surveys.get(table)?.rows ?? 0];
    const { after, upTo } = copy && copy !== "done" ? copy.range : everyKey;
    return after && upTo ? Math.min(rows, Number(BigInt(upTo[0]!) - BigInt(after[0]!))) : rows;
  }

  /** As it is stored now. */
  of({ table }: Entity): TableCopy {
    return this.#copied[table] as TableCopy;
  }

  done({ table }: Entity): void {
    this.#copied = { ...this.#copied, [table]: "done" };
    this.state.copying = null;
  }

  /** Nothing that was copied of the table counts any more: its copy begins once more. */
  again(table: string): void {
    const { [table]: _, ...others } = this.#copied;
    this.#copied = others;
    this.#cuts.get(table)?.abort();
  }

  /**
   * The table was emptied: every row it has now was written after that, so the stream brings it. What the copy wrote, and may be
   * writing still, is to be swept.
   */
  emptied({ table }: Entity, version: Version): void {
    const copy = this.#copied[table];
    if (copy === "done") return;
    this.#copied = { ...this.#copied, [table]: { version, range: everyKey, left: [], rows: copy?.rows ?? 0 } };
    this.#cuts.get(table)?.abort();
  }
}

/** A table that left the catalog is forgotten: nothing keeps it equal meanwhile, so should it come back it is copied anew. */
export function copiedIn(catalog: Catalog, progress: Progress | null): Copied {
  if (!progress) return {};
  const stored = progress.copied as Readonly<Record<string, TableCopy | "done" | Key>> | undefined;
  return Object.fromEntries(catalog.entities.flatMap(({ table }) => {
    const copy = stored ? stored[table] : "done";
    if (copy === undefined) return [];
    return [[table, copy === "done" || !isKey(copy) ? copy : { version: headOf(progress), range: everyKey, left: [{ after: copy, upTo: null }], rows: 0 }]];
  }));
}

/** An earlier release had one reader, and stored the last key it had copied. */
function isKey(copy: TableCopy | Key): copy is Key {
  return Array.isArray(copy);
}

function headOf(progress: Progress): Version {
  return (progress.phase === "stream" ? progress.position : progress.head).version;
}
