"use strict";

/** What a driver left behind must not keep a finished run from ending; the engines have this long to stop. */
const patienceMs = 120_000;

/** Ends every run with the one line that people and machines look for. */
module.exports = class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    this.line = `${results.numPassedTests} passed, ${failed} failed`;
    process.on("exit", () => process.stdout.write(`${this.line}\n`));
    setTimeout(() => process.exit(results.success ? 0 : 1), patienceMs).unref();
  }
};
