const { default: Sequencer } = require("@jest/test-sequencer");

/** What takes longest, by folder; first what waits for other processes. Begun last, one of them would run alone at the end. */
const longest = [
  "tests/soak/",
  "tests/engine/demo/",
  "tests/engine/",
  "tests/packaging/",
  "tests/local/",
  "tests/simulation/",
  "tests/provider/resources/fleet/",
];

/** Starts the longest files first; the others by size, as Jest does where it hasn't seen them run. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => longest.findIndex((folder) => path.includes(folder)) >>> 0;
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
