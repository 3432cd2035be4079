/** Something that keeps Sluice from starting: where it is, what is wrong, and what a person does about it. */
export interface Finding {
  /** The setting, server or table it was found in: `SLUICE_MYSQL_URL`, `mysql 10.0.0.5:3306`. */
  readonly where: string;
  readonly problem: string;
  readonly remedy: string;
}

/** Thrown before any work has begun, with everything that was found. The process ends with code 2. */
export class PreflightFailed extends Error {
  override readonly name = "PreflightFailed";
  constructor(readonly findings: readonly Finding[], options?: ErrorOptions) {
    super(findings.map(formatFinding).join("\n"), options);
  }
}

/** Says an error in one line, for a log or a status. */
export function inALine(error: unknown): string {
  if (!(error instanceof PreflightFailed)) return (error as Error).message;
  return error.findings.map(({ where, problem, remedy }) => `${where}: ${problem}. Remedy: ${remedy}`).join("; ");
}

export function formatFinding({ where, problem, remedy }: Finding): string {
  return `${where}: ${problem}\n    remedy: ${remedy}`;
}
