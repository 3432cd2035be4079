import type { QueryEvent } from "../binlog/event.js";
import { type Effect, folded, type Followed, none } from "./effect.js";
import { ownFunctions } from "./functions.js";
import { Tokens } from "./tokens.js";

/**
 * A statement that reads or changes rows, logged as text because its session's binlog_format is not ROW. What triggers, foreign keys and
 * functions did besides it does not say, so all tables of the database may have been changed, if it concerns that database at all.
 */
export function changesRows(event: QueryEvent, followed: Followed): Effect {
  if (!concerns(event, followed) || isOfPercona(event)) return none;
  const what = "may have been changed by a statement logged as text (binlog_format is not ROW)";
  return { ...none, rows: followed.tables, what, isUnderstood: false };
}

/**
 * Where the log names the databases of the tables that were locked, what triggers and functions touched included, that is the answer. Where
 * it does not, it is the default database and each that the text names; and a call of a function or procedure may reach any.
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

/** What Percona's tools write into a database of their own, as text so that replicas compute it anew: pt-table-checksum. */
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

/** Whether every function that its query or values call is one of the server's own, which change no rows. */
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
