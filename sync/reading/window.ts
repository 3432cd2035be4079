import type { Message } from "../../schema/change.js";
import { type Key, keyText } from "../../schema/entity.js";
import { valuesOf, valuesText } from "../../schema/foreign-key.js";
import type { KeyRange, Position, Version } from "../../schema/position.js";
import { type Found, Overtaken, type Piece } from "../source.js";

/** From the moment a statement may read its rows until these have entered the stream. */
export class Window implements Disposable {
  readonly #touched = new Set<string>();
  readonly #suspects = new Map<string, { readonly fields: readonly string[]; readonly values: Set<string> }>();
  #isEmptied = false;
  #entry: { readonly piece: Piece; readonly end: ChunkEnd; readonly done: () => void; readonly failed: (error: Error) => void } | null =
    null;
  #failure: Error | null = null;

  /** `seen`: what is committed up to here must be visible to the statement. `asked`: the keys it reads, if it does not read a range. */
  constructor(
    readonly entity: string,
    readonly seen: Position,
    readonly asked: ReadonlySet<string> | null,
    readonly ready: () => void,
    readonly closed: () => void,
  ) {}

  /** Resolves when the rows have entered. Rows without a place in the log enter with the version of their copy. @throws Overtaken */
  async enter(piece: Piece, end: ChunkEnd): Promise<void> {
    if (this.#failure) throw this.#failure;
    await new Promise<void>((done, failed) => {
      this.#entry = { piece, end, done, failed };
      this.ready();
    });
  }

  /** The key's row changed, or (null) every row of the table. */
  touch(key: Key | null): void {
    if (this.#failure) return;
    if (key === null) this.#isEmptied = true;
    else if (!this.asked || this.asked.has(keyText(key))) this.#touched.add(keyText(key));
    if (this.#touched.size > mostTouched) this.fail(new Overtaken(`more than ${mostTouched} rows changed`));
  }

  /** Rows that held these values changed. A statement may have read them as they were, or as they became. */
  suspect({ fields, values }: Suspects): void {
    const name = fields.join();
    const known = this.#suspects.get(name) ?? { fields, values: new Set() };
    this.#suspects.set(name, known);
    for (const value of values) known.values.add(value);
    if (known.values.size > mostTouched) this.fail(new Overtaken(`rows with more than ${mostTouched} values changed`));
  }

  /** Any row may have changed without a trace in the log. A range is read again; single keys are left to the copy that is due. */
  doubt(): void {
    if (this.asked) this.touch(null);
    else this.fail(new Overtaken("rows changed that the log does not tell"));
  }

  /** Whether a piece is here that waits for nothing else. */
  waits(isPassed: (piece: Piece) => boolean): boolean {
    return this.#entry !== null && isPassed(this.#entry.piece);
  }

  /** The rows, once; none when one of them must be read again. */
  entered(version: Version): Arrival[] {
    const { piece, end, done } = this.#entry!;
    if (this.#suspects.size > 0 && piece.rows.some((row) => !this.#touched.has(keyText(row.key)) && this.#isSuspect(row))) {
      this.fail(new Overtaken("a foreign key changed rows that had been read"));
      return [];
    }
    this.#entry = null;
    done();
    if (piece.until === null) return [...piece.rows.map((row) => ({ ...row, version: end.version })), end];
    const rows = this.#isEmptied ? [] : piece.rows.filter(({ key }) => !this.#touched.has(keyText(key)));
    return [...rows.map((row) => ({ ...row, version })), end];
  }

  /** The values of an unheld row are not known. */
  #isSuspect(found: Found): boolean {
    if (found.op === "unheld") return true;
    return [...this.#suspects.values()].some(({ fields, values }) => {
      const held = found.after && valuesOf(found.after, fields);
      return held !== null && values.has(valuesText(held));
    });
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#touched.clear();
    this.#entry?.failed(error);
    this.#entry = null;
  }

  [Symbol.dispose](): void {
    this.closed();
  }
}

/** Stands behind the first `rows` rows of a key range that a copy reads. Once they are settled, `left` is left of `range`. */
export interface ChunkEnd {
  readonly op: "chunk-end";
  readonly entity: string;
  /** The version of the copy. */
  readonly version: Version;
  /** Aborts when nothing of the copy is wanted any more. */
  readonly cut: AbortSignal;
  readonly range: KeyRange;
  readonly left: KeyRange | null;
  readonly rows: number;
}

/** What a pipeline writes: the stream's messages, and among them rows that were read from tables. */
export type Arrival = Message | ChunkEnd;

/** Rows that held one of these combinations of values (`valuesText`) in these fields. */
export interface Suspects {
  readonly fields: readonly string[];
  readonly values: ReadonlySet<string>;
}

/** How many keys, and values, a window remembers at most. */
const mostTouched = 100_000;
