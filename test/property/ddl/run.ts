import type { RowDataPacket } from "mysql2";
import type { Connection } from "mysql2/promise";
import { isFinal } from "../../../sync/pipeline/failures.js";
import { Dice } from "./dice.js";
import { type Spelling, spelled } from "./spelling.js";
import { act, harmlessAct, type Template } from "./statements.js";
import { around, creating, rows } from "./tables.js";
import { database, type Following, other, type World } from "./world.js";

/** A promise that a sequence broke, with what the server ran. */
export class Broken extends Error {
  constructor(seed: number, readonly of: "rows" | "copies" | "stops", problem: string, ran: readonly string[]) {
    super(`seed ${seed}: ${problem}\n${ran.join("\n")}`);
  }
}

export interface Outcome {
  readonly statements: number;
  readonly recopies: number;
  readonly stopped: boolean;
  readonly absent: boolean;
}

/**
 * Runs a sequence on the tables as they are at first. Then each store must equal the server, or its pipeline must have
 * stopped by name with a remedy that leads there.
 * `begun` is called when the sequence's own statements begin.
 */
export async function runSequence(
  seed: number, world: World, stores: readonly Following[], begun = (): void => undefined,
): Promise<Outcome> {
  const dice = new Dice(seed), ran: string[] = [];
  await begin(world.db);
  for (const store of stores) await mended(store, seed, ran);
  begun();
  const before = stores.map(({ reasons }) => reasons.length);
  // Where much is copied again, the next copy heals what an earlier one missed. So many sequences have one harmful act, or none.
  const mode = dice.one(["none", "one", "one", "any"] as const);
  let harmful = 0;
  for (let acts = 3 + dice.roll(8), one = dice.roll(acts); acts > 0; acts--) {
    const mayHarm = mode === "any" || (mode === "one" && acts === one + 1);
    for (const template of mayHarm ? act(dice) : harmlessAct(dice)) {
      const spelling = spelled(template, database, other, dice);
      if (!(await perform(world.db, spelling, template, ran))) continue;
      if (!template.harmless) harmful++;
    }
  }
  let [stopped, absent] = [false, false];
  for (const [i, store] of stores.entries()) {
    const standing = await store.settled();
    const reasons = store.reasons.slice(before[i]);
    if (reasons.length > harmful) throw new Broken(
      seed, "copies", `tables were copied again for more than ${harmful} statements that may have changed rows:\n${reasons.join("\n")}`,
      ran,
    );
    if (standing.kind === "current") await equal(store, seed, ran);
    [stopped, absent] = [stopped || standing.kind === "stopped", absent || standing.kind === "absent"];
  }
  const recopies = Math.max(...stores.map(({ reasons }, i) => reasons.length - before[i]!));
  if (stopped || absent) {
    await begin(world.db);
    for (const store of stores) await mended(store, seed, ran);
  }
  return { statements: ran.length, recopies, stopped, absent };
}

/** Tables that fit the catalog: a person makes them so if one no longer fits. */
async function begin(db: Connection): Promise<void> {
  const made = [
    "SET NAMES utf8mb4", "SET SESSION binlog_format = 'ROW', sql_mode = DEFAULT", `CREATE DATABASE IF NOT EXISTS ${database}`,
    `CREATE DATABASE IF NOT EXISTS ${other}`, `USE ${database}`,
  ];
  for (const statement of made) await db.query(statement);
  const [tables] = await db.query<RowDataPacket[]>(
    "SELECT TABLE_NAME AS name, TABLE_TYPE AS type FROM information_schema.tables WHERE TABLE_SCHEMA = ?", [database],
  );
  for (const { name, type } of tables) await db.query(`DROP ${type === "VIEW" ? "VIEW" : "TABLE"} \`${name}\``);
  for (const event of ["EVENT IF EXISTS e", "FUNCTION IF EXISTS f_pay", "PROCEDURE IF EXISTS p_ddl"]) await db.query(`DROP ${event}`);
  for (const statement of [creating.payment, creating.design, ...around, ...rows]) await db.query(statement);
}

/** Follows the remedies of a pipeline that stopped, until its store is equal. */
async function mended(store: Following, seed: number, ran: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const standing = await store.settled();
    if (standing.kind === "current") return await equal(store, seed, ran);
    if (standing.kind === "absent") throw new Broken(seed, "stops", `it still waits: ${standing.what}`, ran);
    const { error } = standing;
    if (!isFinal(error) || !/Remedy: \S/.test(error.message)) throw new Broken(
      seed, "stops", `stopped, but not by name: ${error.stack}`, ran,
    );
    if (attempt > 2) throw new Broken(seed, "stops", `the remedy does not help: ${error.message}`, ran);
    // The tables fit again by now. What remains is `sluice resume`, or what the message names first.
    if (/resnapshot --store/.test(error.message)) await store.resnapshot();
    store.start();
  }
}

async function equal(store: Following, seed: number, ran: readonly string[]): Promise<void> {
  const differences = await store.differences().catch((error: unknown) => {
    // A pipeline may call itself current while a table is missing.
    if (!isRefusal(error)) throw error;
    return [`the server's tables cannot be read: ${(error as Error).message}`];
  });
  if (differences.length > 0) throw new Broken(seed, "rows", `${store.store.protocol} differs: ${differences.slice(0, 5).join("; ")}`, ran);
}

/** Whether the server accepted it. */
async function perform(db: Connection, { session, text, how }: Spelling, template: Template, ran: string[]): Promise<boolean> {
  const before = session.slice(0, -1), mode = session.at(-1)!;
  try {
    for (const statement of before) await db.query(statement);
    switch (how) {
      case "plain":
        await db.query(mode);
        await db.query(text);
        break;
      case "prepared":
        await db.query("SET sql_mode = ''");
        await db.query("SET @ddl = ?", [text]);
        for (const statement of [mode, "PREPARE ddl FROM @ddl", "EXECUTE ddl", "DEALLOCATE PREPARE ddl"]) await db.query(statement);
        break;
      case "routine":
        await db.query(mode);
        for (const statement of [
          `DROP PROCEDURE IF EXISTS ${database}.p_ddl`, `CREATE PROCEDURE ${database}.p_ddl() ${text}`, `CALL ${database}.p_ddl()`,
        ]) await db.query(statement);
        break;
      default: how satisfies never;
    }
    ran.push(`${how}, ${session.slice(0, 3).join("; ")}; ${mode}: ${text}`);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    ran.push(`-- refused (${(error as Error).message.slice(0, 80)}): ${template.text}`);
    return false;
  }
}

function isRefusal(error: unknown): boolean {
  return /^(?:ER|WARN)_/.test(String((error as { readonly code?: string }).code));
}
