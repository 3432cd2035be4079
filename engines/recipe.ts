import type { EngineName, Work } from "./engine.js";

/** How one engine is had and run. All that is known of an engine is in its own folder, behind this. */
export interface Recipe {
  readonly name: EngineName;
  /** How long a start may take on a busy machine before it counts as failed. */
  readonly patienceMs: number;
  /** Brings the engine's packages, once for every data folder, and gives the folder they are unpacked in. */
  fetch(work: Work): Promise<string>;
  /** Makes `home` ready for the engine's first or next start, and says what to run there. */
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
 * The same server as an image: `port` inside is reached from outside through `url`. Images have short names: which registry
 * they come from is for the machine's podman to know.
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
