import { resolve } from "node:path";
import type { Engine, DownloadReport } from "../../engines/engine.js";
import type { Flags } from "../../engines/mysql/flags.js";
import { mysqlRecipe } from "../../engines/mysql/recipe.js";
import { defaultPackages } from "../../runtime/files/project.js";
import { type Lifetime, start } from "../../engines/start.js";

export interface MysqlOptions extends Lifetime {
  /** The server's own folder. A start on it restarts that server. */
  readonly dataDir: string;
  readonly port?: number;
  /** Added to the development server's flags, or replacing them: `{ "binlog-format": "STATEMENT", "skip-log-bin": "" }`. */
  readonly flags?: Flags;
  readonly onProgress?: DownloadReport;
  readonly signal?: AbortSignal;
}

/** Starts one more MySQL server, configured as a test wants it: without binary log, as a replica, with old settings. */
export function startMysql(options: MysqlOptions): Promise<Engine> {
  const { dataDir, port, flags = {}, onProgress: progress = () => undefined, signal = new AbortController().signal } = options;
  return start(mysqlRecipe(flags, port), resolve(dataDir), options, { packages: defaultPackages, progress, signal });
}
