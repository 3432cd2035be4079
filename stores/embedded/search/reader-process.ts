/**
 * A process that reads the file for the searches of another, one at a time. It may be killed at any instant,
 * because it holds nothing but its place in the file.
 * It ends when the process that started it does, however that ends.
 */
import { Retriable, StoreRefusal } from "../../ports.js";
import type { Connection } from "../file/connection.js";
import { openReader } from "../file/file.js";
import { type Answer, find, type Reading } from "./find.js";

/** The reply: rows, or one of the three kinds of failure. */
export type Reply =
  | { readonly answers: readonly Answer[] }
  | { readonly failed: "retriable" | "refusal" | "defect"; readonly message: string; readonly remedy: string };

let db: Connection | undefined;

process.on("message", (reading: Reading) => process.send!(replyTo(reading)));
process.on("disconnect", () => process.exit());
// Ctrl-C reaches this process too, but the one that started it may want to finish what is under way.
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => undefined);

function replyTo(reading: Reading): Reply {
  try {
    db ??= openReader(process.argv[2]!);
    return { answers: find(db, reading) };
  } catch (error) {
    if (error instanceof Retriable) return { failed: "retriable", message: error.message, remedy: "" };
    if (error instanceof StoreRefusal) return { failed: "refusal", message: error.problem, remedy: error.remedy };
    return { failed: "defect", message: error instanceof Error ? error.stack ?? error.message : String(error), remedy: "" };
  }
}
