import { PreflightFailed } from "../../runtime/findings.js";
import { StoreRefusal } from "../../stores/ports.js";
import { BinlogError } from "../mysql/binlog/errors.js";
import { SourceDiverged } from "../mysql/errors.js";
import { Unresumable } from "../source.js";
import { TooManyRejections } from "../writing/rejections.js";

/** A pipeline that could not go on. */
export interface Failure {
  readonly pipeline: string;
  readonly error: unknown;
}

/** Some pipelines could not go on; the others ran until they were stopped. The message names each with its error. */
export class PipelinesFailed extends Error {
  override readonly name = "PipelinesFailed";
  constructor(readonly failures: readonly Failure[], readonly ofPipelines: number) {
    const lines = failures.map(({ pipeline, error }) => `  ${pipeline}: ${error instanceof Error ? error.message : String(error)}`);
    super(`${failures.length} of ${ofPipelines} pipelines could not go on:\n${lines.join("\n")}`);
  }
}

/** Whether nothing goes on before a person has mended something. False if another pipeline ran on, or would do so after a start. */
export function needsMending(error: unknown): boolean {
  if (error instanceof PipelinesFailed) return error.failures.length === error.ofPipelines
    && error.failures.every((failure) => needsMending(failure.error));
  return error instanceof StoreRefusal || error instanceof Unresumable || error instanceof PreflightFailed;
}

/** Whether the error was foreseen and needs a person: trying again would change nothing, or would skip what must not be skipped. */
export function isFinal(error: unknown): boolean {
  return [StoreRefusal, Unresumable, TooManyRejections, BinlogError, SourceDiverged].some((kind) => error instanceof kind);
}

/** What a pipeline that copies every table again has missed, for the log. */
export function whatIsGone({ because }: Unresumable): string {
  return {
    purged: "the binary log no longer has changes this store needs", lost: "MySQL no longer has changes this store holds",
    another: "MySQL's binary log is another than this store was fed from",
  }[because];
}
