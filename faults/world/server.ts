import { mkdir, rm } from "node:fs/promises";
import { cassandraRecipe } from "../../engines/cassandra/recipe.js";
import { elasticsearchRecipe } from "../../engines/elasticsearch/recipe.js";
import type { Work } from "../../engines/engine.js";
import { send } from "../../engines/host/process.js";
import type { Flags } from "../../engines/mysql/flags.js";
import { mysqlRecipe } from "../../engines/mysql/recipe.js";
import { startFromPackages } from "../../engines/packages/start.js";
import type { Recipe } from "../../engines/recipe.js";
import { atExit, halt, ourselves, type Running } from "../../engines/running.js";
import type { ServerName } from "./fault.js";

/**
 * An engine from packages, always. As a process of Sluice it may be killed, restarted and frozen, on data that stays, at the port it had.
 */
export class Server implements AsyncDisposable {
  readonly #hurried = atExit(() => this.running);

  private constructor(readonly recipe: Recipe, readonly home: string, readonly work: Work, private running: Running) {}

  /** Begins with no data. @throws PreflightFailed */
  static async open(name: ServerName, home: string, work: Work, flags: Flags = {}): Promise<Server> {
    const recipe = name === "mysql" ? mysqlRecipe(flags) : { cassandra: cassandraRecipe, elasticsearch: elasticsearchRecipe }[name];
    await rm(home, { recursive: true, force: true });
    await mkdir(home, { recursive: true });
    return new Server(recipe, home, work, await startFromPackages(recipe, home, ourselves, work));
  }

  get url(): URL {
    return new URL(this.running.url);
  }

  async kill(): Promise<void> {
    await this.die();
    await this.restart();
  }

  async die(): Promise<void> {
    this.#send("SIGKILL");
    await halt(this.home, this.running);
  }

  async restart(): Promise<void> {
    await halt(this.home, this.running);
    this.running = await startFromPackages(this.recipe, this.home, ourselves, this.work);
  }

  freeze(): void {
    this.#send("SIGSTOP");
  }

  thaw(): void {
    this.#send("SIGCONT");
  }

  #send(signal: NodeJS.Signals): void {
    if ("pid" in this.running.what) send(this.running.what, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hurried[Symbol.dispose]();
    await halt(this.home, this.running);
  }
}
