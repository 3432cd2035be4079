import type { Catalog } from "../schema/catalog.js";
import type { Entity, Key, Lookup, Row } from "../schema/entity.js";
import type { Value } from "../schema/fields.js";
import type { Page, Slice } from "../stores/ports.js";
import type { Viewer } from "./auth/viewer.js";
import type { ListKey, Loaders } from "./loaders.js";
import { ownPage, patience, type Walk } from "./own-page.js";
import { type Reached, verdictOf } from "./scope.js";

const nothing: Slice = { rows: [], more: false };
/** A chain of `through` references longer than this is taken for a circle. */
const maxHops = 8;

/** The only way a resolver comes to rows: every row it gives out, this viewer may see. */
export class VisibleRows {
  readonly #patience = patience();

  constructor(private readonly catalog: Catalog, private readonly loaders: Loaders, readonly viewer: Viewer) {}

  /** Somebody else's row is null, as if it did not exist. */
  byKey(of: Entity, key: Key): Promise<Row | null> {
    return this.find(of, key, "by key");
  }

  /** The row that a visible row refers to. */
  byReference(of: Entity, key: Key): Promise<Row | null> {
    return this.find(of, key, "from a visible row");
  }

  /** A page of the rows of `of` that name a visible row, without those the viewer may not see. */
  async page(of: Entity, lookup: Lookup, by: Value, page: Page): Promise<Slice> {
    const { viewer } = this;
    const { owner } = of;
    if (viewer.rows === "all" || owner.kind === "everyone" || owner.kind === "referenced") return this.loaders.list({ of, lookup, by, page });
    if (owner.kind === "field" && lookup.by === owner.field) return by === viewer.counterpartyId ? this.loaders.list({ of, lookup, by, page }) : nothing;

    const walks: Walk[] = [{ list: (part) => this.list({ of, lookup, by, page: part }), keep: (rows) => this.visible(of, rows) }];
    // The viewer's own rows in the same order, if there is such a lookup, hold the same page: whichever is shorter finds it first.
    const own = owner.kind === "field" && of.lookups.find((l) => l.by === owner.field && l.orderBy === lookup.orderBy && l.direction === lookup.direction);
    if (own) {
      walks.push({
        list: (part) => this.list({ of, lookup: own, by: viewer.counterpartyId, page: part }),
        keep: async (rows) => rows.filter((row) => row[lookup.by] === by),
      });
    }
    return ownPage(of, lookup, walks, page, this.#patience);
  }

  async visible(of: Entity, rows: readonly Row[], reached: Reached = "from a visible row"): Promise<readonly Row[]> {
    if (this.viewer.rows === "all") return rows;
    const shown = await Promise.all(rows.map((row) => this.isVisible(of, row, reached, 0)));
    return rows.filter((_, i) => shown[i]);
  }

  private list(key: ListKey): Promise<Slice> {
    return this.loaders.list(key);
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
