import type { Log } from "../../runtime/log.js";
import { backoff, sleep } from "../../runtime/wait.js";
import type { Entity } from "../../schema/entity.js";
import type { Progress } from "../../schema/position.js";
import { type LetterHead, Replaced, Retriable, Severed, type Sink } from "../../stores/ports.js";
import type { PipelineMetrics } from "../state/metrics.js";
import type { PipelineState } from "../state/state.js";

/**
 * The store is there again, or another in its place, but may lack what was confirmed last: whoever writes to it goes on from what it holds.
 */
export class CameBack extends Error {
  override readonly name = "CameBack";
  /** `told`: the log has heard why. */
  constructor(store: string, readonly told = false) {
    super(`${store} may lack what it confirmed last`);
  }
}

/**
 * The same sink, but what may pass by itself is tried again until it does or a signal aborts: `stop` where nothing
 * is under way yet, else `cutoff`, or the one given to `write`.
 * Each wait is longer than the last, up to ten seconds, and partly random. The log hears when it begins and when it ends.
 *
 * Once any call found its store severed no change is let through, the position least of all, before `progress` was asked again (invariant 1
 * also of a store that loses what it has confirmed): those under way, and all that come before that, throw `CameBack` when the store
 * answers.
 * Where another store stands in its place no row is written before that one was prepared.
 */
export function withRetry(
  sink: Sink, state: PipelineState, metrics: PipelineMetrics, log: Log,
  { stop, cutoff }: { readonly stop: AbortSignal; readonly cutoff: AbortSignal },
): Sink {
  /** How often the store was found severed, and how many of these `progress` has been asked after. */
  let [breaks, heeded] = [0, 0];
  let returns = 0;
  /** Another store stands in its place, which was not prepared yet. */
  let replaced = false;

  async function persist<T>(what: string, attempt: () => Promise<T>, signal: AbortSignal = cutoff): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const result = await attempt();
        if (tries > 0) answered(what);
        return result;
      } catch (error) {
        if (!(error instanceof Retriable)) throw error;
        if (error instanceof Severed) breaks++;
        metrics.retries.inc({ pipeline: sink.name });
        // Whoever was told to stop meanwhile will not say when the store answers.
        signal.throwIfAborted();
        if (error instanceof Replaced) found(error);
        else silent(what, error);
        await sleep(backoff(tries), signal);
        signal.throwIfAborted();
      }
    }
  }

  function change<T>(what: string, attempt: () => Promise<T>, signal: AbortSignal = cutoff): Promise<T> {
    const begun = breaks;
    return persist(what, () => (breaks > begun || breaks > heeded ? cameBack(what, signal) : attempt()), signal);
  }

  /** A change of rows, which need tables. */
  function rows<T>(what: string, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return change(what, () => (replaced ? cameBack(what, signal ?? cutoff) : attempt()), signal);
  }

  /** A write that breaks every connection would do so again at once. */
  async function cameBack(what: string, signal: AbortSignal): Promise<never> {
    await sink.progress();
    await sleep(backoff(returns++), AbortSignal.any([stop, signal]));
    answered(what);
    throw new CameBack(sink.name, replaced);
  }

  async function prepare(entities: readonly Entity[]): Promise<void> {
    await persist("prepare", () => {
      replaced = false;
      return sink.prepare(entities);
    }, stop);
  }

  async function progress(): Promise<Progress | null> {
    let met = breaks;
    const found = await persist("read progress", () => {
      met = breaks;
      return sink.progress();
    }, stop);
    heeded = met;
    return found;
  }

  /** Begins again after a silence: then letters come that have come already. */
  async function* allLetters(): AsyncGenerator<readonly LetterHead[]> {
    let reading: AsyncIterator<readonly LetterHead[]> | null = null;
    const next = () => (reading ??= deadLetters.all()[Symbol.asyncIterator]()).next().catch((error: unknown) => {
      reading = null;
      throw error;
    });
    for (let found = await persist("list dead letters", next); !found.done; found = await persist("list dead letters", next))
      yield found.value;
  }

  function found({ how }: Replaced): void {
    replaced = true;
    log.warn({ pipeline: sink.name, replaced: how }, "the store was replaced; going on from what is there now");
  }

  function silent(what: string, { message }: Error): void {
    if (!state.retrying) log.warn(
      { pipeline: sink.name, doing: what, error: message }, "the store does not answer; trying again until it does",
    );
    state.retrying = { since: state.retrying?.since ?? Date.now(), error: message };
  }

  function answered(what: string): void {
    if (!state.retrying) return;
    log.info({ pipeline: sink.name, doing: what, awayMs: Date.now() - state.retrying.since }, "the store answers again");
    state.retrying = null;
  }

  const { deadLetters } = sink;
  return {
    name: sink.name,
    get lingerMs() { return sink.lingerMs; },
    absent: (entities) => persist("look for tables", () => sink.absent(entities), stop),
    prepare,
    write: (changes, signal) => rows("write", () => sink.write(changes, signal), signal),
    sweep: (entity, olderThan, within) => rows("sweep", () => sink.sweep(entity, olderThan, within)),
    progress,
    async storeProgress(progress) {
      await change("store progress", () => sink.storeProgress(progress));
      returns = 0;
    },
    deadLetters: {
      park: (rejections) => change("park dead letters", () => deadLetters.park(rejections)),
      list: (limit) => persist("list dead letters", () => deadLetters.list(limit)),
      all: allLetters,
      of: (entity, keys) => persist("read dead letters", () => deadLetters.of(entity, keys)),
      count: () => persist("count dead letters", () => deadLetters.count()),
      settle: (letters) => change("settle dead letters", () => deadLetters.settle(letters)),
    },
    [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
  };
}
