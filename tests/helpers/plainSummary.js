/** Closes a run with the one plain line that people and pipelines read: `N passed, N failed`. */
module.exports = class PlainSummary {
  onRunComplete(_contexts, results) {
    const broken = results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests > 0 ? `, ${results.numPendingTests} skipped` : "";
    process.stdout.write(`${results.numPassedTests} passed, ${results.numFailedTests + broken} failed${skipped}\n`);
  }
};
