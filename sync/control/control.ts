import { setTimeout as pause } from "node:timers/promises";
import type { Route } from "../../runtime/http/local-routes.js";
import type { PauseSwitch, PauseCommand } from "../state/pause-switch.js";
import type { PipelineState } from "../state/state.js";
import { statusOf } from "../state/status.js";

/** A pipeline and the pause switch that an operator turns. */
export interface Controlled {
  readonly state: PipelineState;
  readonly pauseSwitch: PauseSwitch;
}

/** The longest wait for a pipeline to come to rest: a store that does not answer now keeps its pipeline from that. */
const patienceMs = 8_000;

/**
 * What an operator may ask of the pipelines, which may be there only later. A pipeline that has
 * failed is at rest until it is asked to run again.
 */
export function controlRoutes(pipelines: readonly Controlled[]): readonly Route[] {
  const turn = (name: string, command: PauseCommand): Route => ({
    method: "POST",
    path: `/pipelines/:name/${name}`,
    async answer({ name: of }) {
      const pipeline = pipelines.find(({ state }) => state.name === of);
      if (!pipeline) return {
        status: 404, body: { error: `no pipeline is named "${of}"; there are ${pipelines.map(({ state }) => state.name).join(", ")}` },
      };
      const { state } = pipeline;
      const failed = state.now.phase === "failed";
      pipeline.pauseSwitch.ask(command);
      const before = { rows: state.now.rows, at: Date.now() };
      const done = !failed ? await pipeline.pauseSwitch.reached(command !== "run", patienceMs)
        : command !== "run" || await goesOn(state, before);
      return { status: done ? 200 : 202, body: statusOf(state) };
    },
  });
  return [
    {
      method: "GET", path: "/status",
      answer: async () => ({ status: 200, body: { pipelines: pipelines.map(({ state }) => statusOf(state)) } }),
    },
    turn("pause", "pause"),
    turn("drain", "drain"),
    turn("resume", "run"),
  ];
}

/**
 * Whether a pipeline that had failed goes on again; waits for at most `patienceMs`.
 * What made it fail shows at its next write, so a beginning is not enough: the pipeline must have settled something, or be current.
 */
async function goesOn(state: PipelineState, { rows, at }: { readonly rows: number; readonly at: number }): Promise<boolean> {
  const late = performance.now() + patienceMs;
  const isMoving = () => state.now.rows > rows || (state.now.currentAt ?? 0) >= at || state.now.phase === "paused"
    || state.now.phase === "drained";
  do await pause(100);
  while (state.now.phase !== "failed" && !isMoving() && performance.now() < late);
  return ["snapshot", "streaming", "paused", "drained"].includes(statusOf(state).state);
}
