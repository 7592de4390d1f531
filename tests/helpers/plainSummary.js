/** Closes a run with the one plain line that people and pipelines read: `N passed, N failed`, behind everything else that is printed. */
module.exports = class PlainSummary {
  onRunComplete(_contexts, results) {
    const broken = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : "";
    process.once("exit", () =>
      process.stdout.write(`${results.numPassedTests} passed, ${results.numFailedTests + broken} failed${skipped}\n`),
    );
  }
};
