import type { QueryEvent } from "../binlog/event.js";
import { type Effect, folded, type Followed, none } from "./effect.js";
import { ownFunctions } from "./functions.js";
import { Tokens } from "./tokens.js";

/**
 * Reads a statement that reads or changes rows, logged as text because its session's binlog_format is not ROW.
 * It does not say what triggers, foreign keys and functions did besides. So it may have changed all tables of the
 * database, if it concerns that database at all.
 */
export function changesRows(event: QueryEvent, followed: Followed): Effect {
  if (!concerns(event, followed) || isOfPercona(event)) return none;
  const what = "may have been changed by a statement logged as text (binlog_format is not ROW)";
  return { ...none, rows: followed.tables, what, isUnderstood: false };
}

/**
 * Whether the statement concerns the database. If the log names the databases of the locked tables, it also names those that triggers and
 * functions touched, so that is the answer.
 * Otherwise it is the default database and each that the text names; and a call of a function or procedure may reach any.
 */
export function concerns(event: QueryEvent, followed: Followed): boolean {
  if (event.updatedDatabases === "any") return true;
  if (event.updatedDatabases) return event.updatedDatabases.some((database) => followed.isOurs(database));
  if (followed.isOurs(event.database)) return true;
  const tokens = Tokens.of(event);
  if (calling.has(tokens.word)) return true;
  for (const { kind, text } of tokens.rest()) if ((kind === "word" || kind === "name") && followed.isOurs(text)) return true;
  return false;
}

const calling = new Set(["SELECT", "DO", "CALL"]);

/** pt-table-checksum, a tool of Percona's, writes into a database of its own, and as text so that replicas compute the rows themselves. */
function isOfPercona(event: QueryEvent): boolean {
  const tokens = Tokens.of(event), verb = tokens.take()!.text.toUpperCase();
  while (tokens.hasAny(modifiers));
  if (verb === "DELETE") tokens.has("FROM");
  if (!behind.has(verb) || folded(tokens.take()?.text ?? "") !== "percona" || !tokens.has(".")) return false;
  tokens.identifier();
  // Behind the one table of an UPDATE or DELETE stands no other.
  return (behind.get(verb) === "" || tokens.atEnd || tokens.word === behind.get(verb)) && callsOnlyOwnFunctions(event);
}

const behind: ReadonlyMap<string, string> = new Map([["INSERT", ""], ["REPLACE", ""], ["UPDATE", "SET"], ["DELETE", "WHERE"]]);
const modifiers = new Set(["LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE", "INTO"]);

/** Whether the statement's query or values call only the server's own functions, which change no rows. */
export function callsOnlyOwnFunctions(event: QueryEvent): boolean {
  const tokens = Tokens.of(event);
  for (let token = tokens.take(), inQuery = false, isPart = false; token; token = tokens.take()) {
    const { kind, text } = token, next = tokens.peek();
    const isCall = inQuery && (kind === "word" || kind === "name") && next?.kind === "mark" && next.text === "(";
    if (isCall && (kind === "name" || isPart || !ownFunctions.has(text.toUpperCase()))) return false;
    isPart = kind === "mark" && text === ".";
    inQuery ||= kind === "word" && queries.has(text.toUpperCase());
  }
  return true;
}

const queries = new Set(["SELECT", "VALUES", "SET", "WHERE"]);
