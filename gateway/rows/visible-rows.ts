import type { Catalog } from "../../schema/catalog.js";
import { type Entity, type Key, type Lookup, ownerFor, referenceOf, type Row } from "../../schema/entity.js";
import type { Value } from "../../schema/fields.js";
import type { Page, SearchHit, SearchQuery, SearchSlice, SearchTarget, Slice } from "../../stores/ports.js";
import type { Viewer } from "../auth/viewer.js";
import type { Meter } from "../fairness/meter.js";
import { badUserInput } from "../graphql/errors.js";
import type { Loaders } from "./loaders.js";
import { ownPage, type Patience, patience, type Walk } from "./own-page.js";
import { type Reached, searchTarget, verdictOf } from "./scope.js";

const nothing: Slice = { rows: [], more: false };
/** A chain of `through` references longer than this is taken for a circle. */
const maxHops = 8;
/** Rows passed over on the way to the viewer's own that cost as much as a field. */
const rowsPerPoint = 10;

/** Gives resolvers the rows this viewer may see, and no others. It is their only way to rows. */
export class VisibleRows {
  readonly #patience: Patience;
  /** Parts of the viewer's own lists that this operation has looked through. */
  readonly #walked = new Set<string>();

  constructor(private readonly catalog: Catalog, private readonly loaders: Loaders, readonly viewer: Viewer, meter: Pick<Meter, "charge">) {
    this.#patience = patience((rows) => meter.charge(rows / rowsPerPoint));
  }

  /** A row the viewer may not see is null, as if it did not exist. */
  byKey(of: Entity, key: Key): Promise<Row | null> {
    return this.find(of, key, "by key");
  }

  /** The row that a visible row refers to. */
  byReference(of: Entity, key: Key): Promise<Row | null> {
    return this.find(of, key, "from a visible row");
  }

  /** A page of the rows that name a visible row, without those the viewer may not see. @throws BAD_USER_INPUT when they are too rare */
  async page(of: Entity, lookup: Lookup, by: Value, page: Page): Promise<Slice> {
    const way = this.wayTo(of, lookup, by);
    if (way === "none") return nothing;
    if (way === "whole") return this.loaders.list({ of, lookup, by, page });
    const slice = await ownPage(of, lookup, way, page, this.#patience);
    if (slice.rows.length > 0 || !slice.more) return slice;
    throw badUserInput(`${lookup.name}: too few of these rows are yours to find them this way; ask for them from your own counterparty`);
  }

  /** Whether such a page would hold anything, or is too long a way to tell. */
  async any(of: Entity, lookup: Lookup, by: Value, side: Omit<Page, "limit">): Promise<boolean> {
    const way = this.wayTo(of, lookup, by);
    if (way === "none") return false;
    if (way === "whole") return (await this.loaders.list({ of, lookup, by, page: { ...side, limit: 1 } })).rows.length > 0;
    return (await ownPage(of, lookup, way, { ...side, limit: 0 }, this.#patience)).more;
  }

  /** Where a search may look for this viewer, of these tables or of all. */
  searchTargets(tables: readonly string[] | null): readonly SearchTarget[] {
    return this.catalog.entities.filter((of) => !tables || tables.includes(of.table)).flatMap((of) => searchTarget(this.viewer, of) ?? []);
  }

  /** What is found in these tables. The store gets to know where to look, and what it found is checked once more (invariant 6). */
  async search(tables: readonly string[] | null, query: Omit<SearchQuery, "targets">): Promise<SearchSlice> {
    const targets = this.searchTargets(tables);
    if (targets.length === 0 || query.text.trim() === "") return { hits: [], more: false };
    const found = await this.loaders.search({ ...query, targets });
    const hits: SearchHit[] = [];
    for (const hit of found.hits) {
      const target = targets.find(({ entity }) => entity.table === hit.entity.table);
      if (!target || (await this.visible(hit.entity, [hit.row], "by key")).length === 0) continue;
      hits.push({ ...hit, highlights: hit.highlights.filter(({ field }) => target.fields.includes(field)) });
    }
    return { hits, more: found.more };
  }

  /** How the rows of a lookup that the viewer may see are found: the whole list, none of it, or by walks that leave out the others. */
  private wayTo(of: Entity, lookup: Lookup, by: Value): "whole" | "none" | readonly Walk[] {
    const { rows } = this.viewer;
    if (rows === "all") return "whole";
    const owner = ownerFor(of, rows.of);
    if (owner.kind === "everyone" || owner.kind === "referenced") return "whole";
    if (owner.kind === "hidden") return "none";
    if (owner.kind === "field" && lookup.by === owner.field) return by === rows.key ? "whole" : "none";

    const among: Walk = { list: (page) => this.loaders.list({ of, lookup, by, page }), keep: (rows) => this.visible(of, rows) };
    // The viewer's own rows in the same order, if there is such a lookup, hold the same page. A list on a row of
    // the viewer's is short, so it is looked through itself first.
    const own = owner.kind === "field" && of.lookups.find((l) =>
      l.by === owner.field && l.orderBy === lookup.orderBy && l.direction === lookup.direction);
    if (!own) return [among];
    const amongOwn: Walk = {
      list: (page) => this.loaders.list({ of, lookup: own, by: rows.key, page }),
      keep: async (rows) => rows.filter((row) => row[lookup.by] === by),
      isKnown: (page) => this.isKnown(JSON.stringify([of.table, own.by, page])),
    };
    const parent = referenceOf(of, lookup.by);
    const isShared = parent !== undefined && ["everyone", "referenced"].includes(ownerFor(this.catalog.entity(parent.to), rows.of).kind);
    // Never among the others' rows of what is everybody's: whether that list ends, and what reading it costs, would tell of them (invariant
    // 6).
    return isShared ? [amongOwn] : [among, amongOwn];
  }

  private async visible(of: Entity, rows: readonly Row[], reached: Reached = "from a visible row"): Promise<readonly Row[]> {
    if (this.viewer.rows === "all") return rows;
    const shown = await Promise.all(rows.map((row) => this.isVisible(of, row, reached, 0)));
    return rows.filter((_, i) => shown[i]);
  }

  /** Whether this was asked before; the loaders have it then. */
  private isKnown(part: string): boolean {
    const known = this.#walked.has(part);
    this.#walked.add(part);
    return known;
  }

  private async find(of: Entity, key: Key, reached: Reached): Promise<Row | null> {
    const row = await this.loaders.row(of, key);
    return row && (await this.isVisible(of, row, reached, 0)) ? row : null;
  }

  private async isVisible(of: Entity, row: Row, reached: Reached, hops: number): Promise<boolean> {
    const verdict = verdictOf(this.viewer, of, row, reached);
    if (verdict === "visible" || verdict === "hidden") return verdict === "visible";
    if (hops === maxHops) return false;
    const target = this.catalog.entity(verdict.follow);
    const next = await this.loaders.row(target, verdict.key);
    return next !== null && this.isVisible(target, next, "by key", hops + 1);
  }
}
