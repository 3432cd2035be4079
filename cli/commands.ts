import type { Command } from "./command.js";
import { catalog } from "./commands/catalog/catalog.js";
import { introspect } from "./commands/catalog/introspect.js";
import { bench } from "./commands/develop/bench.js";
import { binlog } from "./commands/develop/binlog.js";
import { faults } from "./commands/develop/faults.js";
import { k6 } from "./commands/develop/k6.js";
import { deadLetters } from "./commands/operate/dead-letters.js";
import { drain, pause, resume } from "./commands/operate/pause.js";
import { resnapshot } from "./commands/operate/resnapshot.js";
import { status } from "./commands/operate/status.js";
import { verify } from "./commands/operate/verify.js";
import { down } from "./commands/run/down.js";
import { gateway } from "./commands/run/gateway.js";
import { generate } from "./commands/run/generate.js";
import { migrate } from "./commands/run/migrate.js";
import { start } from "./commands/run/start.js";
import { sync } from "./commands/run/sync.js";
import { token } from "./commands/run/token.js";
import { up } from "./commands/run/up.js";

export const commands: readonly Command[] = [
  start, up, down, introspect, catalog, migrate, generate, sync, gateway, token, verify, status, pause, resume, drain, deadLetters,
  resnapshot, binlog, bench, faults, k6,
];
