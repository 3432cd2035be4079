import type { Command } from "./command.js";
import { bench } from "./commands/bench.js";
import { binlog } from "./commands/binlog.js";
import { deadLetters } from "./commands/dead-letters.js";
import { down } from "./commands/down.js";
import { faults } from "./commands/faults.js";
import { gateway } from "./commands/gateway.js";
import { generate } from "./commands/generate.js";
import { k6 } from "./commands/k6.js";
import { migrate } from "./commands/migrate.js";
import { resnapshot } from "./commands/resnapshot.js";
import { start } from "./commands/start.js";
import { status } from "./commands/status.js";
import { sync } from "./commands/sync.js";
import { up } from "./commands/up.js";
import { drain, pause, resume } from "./commands/valves.js";
import { verify } from "./commands/verify.js";

export const commands: readonly Command[] = [start, up, down, migrate, generate, sync, gateway, verify, status, pause, resume, drain, deadLetters, resnapshot, binlog, bench, faults, k6];
