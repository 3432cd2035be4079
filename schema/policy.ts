/** Who may read what. The gateway decides by it; sync and the stores need not know it. */
export interface Policy {
  /** What each class of field means, in the order of the catalog file. The class of a field alone decides which roles may read it. */
  readonly classes: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, Role>>;
}

/** What a role may read. A class that is not listed is denied. */
export interface Role {
  readonly description: string;
  readonly reads: readonly string[];
  /** Every row, or only the viewer's own. */
  readonly rows: "all" | RowScope;
}

/** The rows that belong to one row of `of`: the one whose key stands in this claim of the viewer's token. See `Owner`. */
export interface RowScope {
  readonly claim: string;
  /** The table of the entity that owns rows. */
  readonly of: string;
}

/** The class of a field that the catalog does not name. Only roles that read everything read it. */
export const unclassified = "unclassified";

/** Denies everything: for work that serves no viewer. */
export const noPolicy: Policy = { classes: {}, roles: {} };
