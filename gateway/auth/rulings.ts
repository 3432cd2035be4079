import type { GraphQLResolveInfo } from "graphql";
import { Forbidden } from "../graphql/errors.js";

/** A place in an answer, as graphql-js gives it: linked from the inside out. */
type Path = GraphQLResolveInfo["path"];

/**
 * What the rules have said within one operation, by `Type.field`. A field is asked about once, however many rows show it: where it is
 * denied it is null, and one error at the first place counts all others.
 */
export class Rulings {
  private readonly allowed = new Set<string>();
  private readonly denied = new Map<string, Forbidden>();

  /** Whether the field may be read here; undefined while its rule has not been asked. A denied place is counted. */
  of(field: string): boolean | undefined {
    if (this.allowed.has(field)) return true;
    const denial = this.denied.get(field);
    if (!denial) return undefined;
    denial.extensions.count++;
    return false;
  }

  allow(field: string): void {
    this.allowed.add(field);
  }

  /** The error for the first place of a denied field. */
  deny(field: string, message: string, path: Path): Forbidden {
    const denial = new Forbidden(message, patternOf(path));
    this.denied.set(field, denial);
    return denial;
  }
}

/** `salesOrders.nodes.*.price`: the place without saying which entries of lists it is in. */
function patternOf(path: Path): string {
  const parts: string[] = [];
  for (let at: Path | undefined = path; at; at = at.prev) parts.unshift(typeof at.key === "number" ? "*" : at.key);
  return parts.join(".");
}
