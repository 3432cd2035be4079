import type { FieldClass } from "./fields.js";

/** What a role may read. A class that is not listed is denied: there is no rule that says "all". */
export interface Role {
  readonly description: string;
  readonly reads: readonly FieldClass[];
  /** `own`: only rows of the viewer's own counterparty (see `Owner`); `all`: every row. */
  readonly rows: "own" | "all";
}

export const roles = {
  partner: { description: "A partner team: public fields of its own counterparty's rows.", reads: ["public"], rows: "own" },
  staff: { description: "An employee: public and internal fields of every row.", reads: ["public", "internal"], rows: "all" },
  support: {
    description: "Customer support: also names, e-mail, phone and addresses.",
    reads: ["public", "internal", "personal"],
    rows: "all",
  },
  finance: {
    description: "Finance: also prices, amounts and account numbers.",
    reads: ["public", "internal", "confidential"],
    rows: "all",
  },
  administrator: {
    description: "An administrator: every field of every row.",
    reads: ["public", "internal", "confidential", "personal"],
    rows: "all",
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof roles;

export const roleNames = Object.keys(roles) as readonly RoleName[];
