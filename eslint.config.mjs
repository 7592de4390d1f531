import pulumi from "@pulumi/eslint-plugin";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import imports from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Who may import whom: each row names a room and the rooms it must not reach into. */
const forbidden = {
  components: ["provider/{api,host,resources,source,watch,rollout}", "emulator", "local", "cli", "stacks", "bench"],
  stacks: ["provider", "emulator", "local", "cli", "bench"],
  "provider/sdk": ["provider/{api,host,resources,source,watch,rollout}"],
  "provider/api": ["provider/{host,resources,source,watch,rollout,sdk}"],
  "provider/host": ["provider/{resources,source,watch,rollout,sdk}"],
  "provider/watch": ["provider/{resources,source,rollout,sdk}"],
  "provider/rollout": ["provider/{resources,source,sdk}"],
  "provider/source/bytes": ["provider/source/{compression,inspect,spaces,staging}"],
  "provider/source/compression": ["provider/source/{inspect,spaces,staging}"],
  "provider/source/inspect": ["provider/source/{spaces,staging}"],
  "provider/source/spaces": ["provider/source/{compression,inspect,staging}"],
  provider: ["components", "stacks", "emulator", "local", "cli", "bench"],
  emulator: ["components", "stacks", "provider", "local", "cli", "bench"],
  local: ["components", "stacks", "emulator", "provider/{api,resources,source,watch,rollout,sdk}", "cli", "bench"],
};

const zones = Object.entries(forbidden).flatMap(([room, others]) =>
  others.map((other) => ({ target: `./${room}/**/*`, from: other.includes("{") ? `./${other}/**/*` : `./${other}` })),
);

/** Time, chance and the network are handed in at each program's entry, so that a whole run can happen on virtual time. */
const handedIn = ["setTimeout", "setInterval", "setImmediate", "fetch"].map((name) => ({
  name,
  message: "Take it from the world that the entry hands in.",
}));

export default tseslint.config(
  { ignores: ["dist", ".imagefleet", "node_modules", "**/*.js", "**/*.mjs", "examples/*/node_modules"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "import-x": imports, "@pulumi": pulumi },
    settings: { "import-x/resolver-next": [createTypeScriptImportResolver({ project: "tsconfig.json" })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "@pulumi/no-output-in-template-literal": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-invalid-void-type": "off",
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["provider/**/*.ts", "emulator/**/*.ts"],
    ignores: ["provider/main.ts", "emulator/main.ts"],
    rules: {
      "no-restricted-globals": ["error", ...handedIn],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take the clock that the entry hands in." },
        { object: "Math", property: "random", message: "Take the random source that the entry hands in." },
      ],
    },
  },
  { files: ["tests/**/*.ts"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
);
