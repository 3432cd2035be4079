/** The source went on in a way the read models cannot follow. The pipeline has written nothing of it; a person must act. */
export class SourceDiverged extends Error {
  override readonly name = "SourceDiverged";
  /** `at` is the place in the binary log, or null when the problem is a table as it is now. `remedy` is what a person does about it. */
  constructor(problem: string, readonly at: { readonly file: string; readonly offset: number } | null, readonly remedy: string) {
    super(`${problem}${at ? ` (binary log ${at.file}, ending at ${at.offset})` : ""}. Remedy: ${remedy}`);
  }
}
