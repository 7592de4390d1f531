/**
 * How long a test may take: so long that only a hang reaches it, whatever the machine is busy with. `TEST_TIME_FACTOR` stretches it for
 * a machine slower still; under `CI` it is 3 unless set.
 */
const { CI, TEST_TIME_FACTOR = CI ? "3" : "1" } = process.env;
const factor = Number(TEST_TIME_FACTOR);
if (!(factor > 0)) throw new Error(`\`TEST_TIME_FACTOR\` must be a number above 0, got \`${TEST_TIME_FACTOR}\`.`);

module.exports = { timeLimit: 10 * 60_000 * factor };
