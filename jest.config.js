const { timeLimit } = require("./tests/helpers/timeLimit");

/** All five levels of tests: `npm test` runs them in one go, `npx jest tests/<folder>` runs one. */
module.exports = {
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } }] },
  modulePathIgnorePatterns: ["<rootDir>/dist", "<rootDir>/.imagefleet"],
  globalSetup: "<rootDir>/tests/helpers/buildOnce.js",
  reporters: ["default", "<rootDir>/tests/helpers/plainSummary.js"],
  testSequencer: "<rootDir>/tests/helpers/longestFirst.js",
  // More than cores: what runs the engine waits half of its time.
  maxWorkers: 5,
  testTimeout: timeLimit,
};
