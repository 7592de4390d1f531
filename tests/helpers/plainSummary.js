/**
 * Closes a run with the one plain line that people and pipelines read: `N passed, N failed`, behind everything else that is printed.
 * Where `NO_SKIPPED_TESTS` is set, a test that was skipped for want of a tool fails the run.
 */
module.exports = class PlainSummary {
  onRunComplete(_contexts, results) {
    const broken = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests;
    this.error =
      process.env.NO_SKIPPED_TESTS && skipped > 0 ? new Error(`${skipped} tests were skipped, and none may be here.`) : undefined;
    const line = `${results.numPassedTests} passed, ${results.numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
    process.once("exit", () => process.stdout.write(`${line}\n`));
  }

  getLastError() {
    return this.error;
  }
};
