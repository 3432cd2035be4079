import type { Cursor } from "../cursor.js";
import type { CommitEvent } from "../event.js";

type Xa = NonNullable<CommitEvent["xa"]>;

/** Reads XA_PREPARE_LOG_EVENT: one phase or two, format id, lengths of the two parts, the parts. */
export function readXaPrepare(event: Cursor): Xa {
  const onePhase = event.u8() !== 0;
  const format = event.u32() | 0, global = event.u32(), branch = event.u32();
  const hex = (length: number): string => `X'${event.view(length).toString("hex")}'`;
  return { phase: onePhase ? "one-phase" : "prepare", xid: `${hex(global)},${hex(branch)},${format}` };
}

/** Reads XA statements as the server logs them: `XA COMMIT X'67',X'62',1`. */
export function readXaStatement(text: string): "start" | "end" | Xa | undefined {
  const [, verb, xid = ""] = /^XA (START|END|COMMIT|ROLLBACK) (\S+)/.exec(text) ?? [];
  switch (verb) {
    case "START": return "start";
    case "END": return "end";
    case "COMMIT": return { phase: "commit", xid };
    case "ROLLBACK": return { phase: "rollback", xid };
  }
  return undefined;
}
