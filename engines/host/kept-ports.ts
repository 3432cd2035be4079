import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { writePrivately } from "../../runtime/files/private-file.js";
import { unavailable } from "../engine.js";
import { freePorts, isFree } from "./ports.js";

/** A killed server's threads hold its port for a moment after the process counts as gone. */
const letsGoWithinMs = 5_000;

/**
 * The ports of the engine in `home`. They are chosen at its first start and stay the same, so that programs
 * with its address find it again after a crash.
 * @throws PreflightFailed when something else has taken one
 */
export async function keptPorts(name: string, home: string, count: number): Promise<number[]> {
  const file = join(home, "ports.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as number[]).slice(0, count) : [];
  const deadline = Date.now() + letsGoWithinMs;
  for (const port of kept) {
    for (; !(await isFree(port)); await timer(50)) {
      if (Date.now() < deadline) continue;
      throw unavailable(
        name,
        `its port ${port} is taken by another process`,
        `end that process; or delete ${file}, which gives it another port: then restart sync, gateway and generate, which know the old one`,
      );
    }
  }
  const ports = [...kept, ...await freePorts(count - kept.length)];
  if (ports.length > kept.length) await writePrivately(file, JSON.stringify(ports));
  return ports;
}
