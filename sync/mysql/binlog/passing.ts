/** A server's errors that say nothing of the statement: it may be answered in a moment, mostly over another connection. By number, for drivers do not know every name. */
const passing: ReadonlySet<number> = new Set([
  // Full, starting, shutting down, or closed to all but administrators for a while.
  1040, 1041, 1053, 1077, 1079, 1129, 1135, 1203, 1226, 3032,
  // The connection: read or written too slowly, damaged on its way, aborted, killed, silent for too long.
  1043, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1927, 3169, 4031,
  // The statement: interrupted, out of time, or in another's way.
  1205, 1213, 1317, 3024,
]);

/** It does not know the user, or not with this password; or the account is locked, or its password has run out. */
const noEntry: ReadonlySet<number> = new Set([1045, 1130, 1698, 1820, 1862, 3118, 3955]);
/** The user lacks a privilege. */
const noPrivilege: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370]);

export function passes(error: unknown): boolean {
  return passing.has(errnoOf(error));
}

/** What a person takes away, and gives back. */
export function denied(error: unknown): "entry" | "privilege" | null {
  const errno = errnoOf(error);
  return noEntry.has(errno) ? "entry" : noPrivilege.has(errno) ? "privilege" : null;
}

function errnoOf(error: unknown): number {
  return (error as { readonly errno?: number }).errno ?? 0;
}
