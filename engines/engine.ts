import { PreflightFailed } from "../runtime/findings.js";

export type EngineName = "mysql" | "mariadb" | "cassandra" | "elasticsearch";

/** Where an engine comes from: the URL of a running server, a container, or packages run as a process of Sluice. */
export type EngineSource = "url" | "podman" | "packages";

/** A database server that answers. Disposing of it is `stop()`. */
export interface Engine extends AsyncDisposable {
  readonly name: EngineName;
  /** `mysql://user:password@host:port/` (MariaDB too), `cassandra://host:port` or `http://host:port`. */
  readonly url: string;
  readonly source: EngineSource;
  /** The server's process, for tests that pause or kill it; null when it is not a process of Sluice. */
  readonly pid: number | null;
  /** Stops the server and keeps its data. Does nothing to a server given by URL, or to one that stays. */
  stop(): Promise<void>;
}

/** Takes short lines that tell a person what happens: `mysql: ready in 3.1 s at mysql://root:***@127.0.0.1:40001/`. */
export type DownloadReport = (line: string) => void;

/** What work on an engine needs: the folder of unpacked packages, a place to report to, and when to give up. */
export interface Work {
  readonly packages: string;
  readonly progress: DownloadReport;
  readonly signal: AbortSignal;
}

/** The error for an engine or tool that cannot be obtained: what is wrong, and what a person does about it. */
export function unavailable(where: string, problem: string, remedy: string): PreflightFailed {
  return new PreflightFailed([{ where, problem, remedy }]);
}
