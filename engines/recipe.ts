import type { EngineName, Work } from "./engine.js";

/** How to obtain and run one engine. Its own folder, behind this interface, holds all knowledge of the engine. */
export interface Recipe {
  readonly name: EngineName;
  /** How long a start may take on a busy machine before it counts as failed. */
  readonly patienceMs: number;
  /** Fetches the engine's packages, once for every data folder, and returns the folder they are unpacked in. */
  fetch(work: Work): Promise<string>;
  /** Prepares `home` for the engine's first or next start, and says what to run there. */
  prepare(home: string, installed: string, work: Work): Promise<Server>;
  /** Whether the server at `url` takes requests now. */
  answers(url: string): Promise<boolean>;
  container(home: string, port: number): Container;
}

/** A process to start. Its command keeps running until SIGTERM. */
export interface Server {
  readonly url: string;
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The same server as an image. `port` inside is reached from outside through `url`.
 * Images have short names, because the machine's podman knows which registry they come from.
 */
export interface Container {
  readonly url: string;
  readonly image: string;
  readonly port: number;
  /** Where the image keeps its data. */
  readonly volume: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}
