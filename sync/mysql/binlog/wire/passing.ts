/** Errors of a server that do not concern the question: the server may answer in a moment, mostly over another connection. */
const passing: ReadonlySet<number> = new Set([
  1040, 1041, 1043, 1053, 1077, 1079, 1129, 1135, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1203, 1205, 1213, 1226, 1317,
  1927, 3024, 3032, 3169, 4031,
]);
/** The server does not know the user, or not with this password; or the account is locked, or its password has expired. */
const noEntry: ReadonlySet<number> = new Set([1045, 1130, 1698, 1820, 1862, 3118, 3955]);
/** The user lacks a privilege. */
const noPrivilege: ReadonlySet<number> = new Set([1044, 1142, 1143, 1227, 1370]);

export function passes(errno: number): boolean {
  return passing.has(errno);
}

/** What kind of access a person took away, and can give back. */
export function deniedBy(errno: number): "entry" | "privilege" | null {
  return noEntry.has(errno) ? "entry" : noPrivilege.has(errno) ? "privilege" : null;
}
