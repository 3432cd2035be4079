"use strict";

/** Ends every run with the one line that people and machines look for. */
module.exports = class SummaryReporter {
  onRunComplete(_contexts, results) {
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    this.line = `${results.numPassedTests} passed, ${failed} failed`;
    process.on("exit", () => process.stdout.write(`${this.line}\n`));
  }
};
