import pulumi from "@pulumi/eslint-plugin";
import { createTypeScriptImportResolver } from "eslint-import-resolver-typescript";
import imports from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Who may import whom: each row names a room and the rooms it must not reach into. Within a row's room, arrows go one way only. */
const forbidden = {
  components: ["provider/{api,host,resources,source,waiting,watch,rollout}", "emulator", "local", "cli", "stacks", "bench"],
  stacks: ["provider", "emulator", "local", "cli", "bench"],
  "provider/rules": ["provider/{api,host,resources,functions,source,waiting,watch,rollout,sdk}"],
  "provider/sdk": ["provider/{api,host,resources,functions,source,waiting,watch,rollout}"],
  "provider/host": ["provider/{api,resources,functions,source,watch,rollout,sdk}"],
  "provider/waiting": ["provider/{api,host,resources,functions,source,watch,rollout,sdk}"],
  "provider/api": ["provider/{resources,functions,source,watch,rollout,sdk}"],
  "provider/watch": ["provider/{resources,functions,source,rollout,sdk}"],
  "provider/rollout": ["provider/{resources,functions,source,sdk}"],
  "provider/source": ["provider/{resources,functions,watch,rollout,sdk}"],
  "provider/source/bytes": ["provider/source/{compression,spaces,staging,inspect}"],
  "provider/source/compression": ["provider/source/{spaces,staging,inspect}"],
  "provider/source/spaces": ["provider/source/{compression,staging,inspect}"],
  "provider/source/inspect": ["provider/source/{spaces,staging}"],
  "provider/providerContext.ts": ["provider/{resources,functions,sdk}"],
  "provider/resources": ["provider/functions", "provider/sdk"],
  "provider/resources/lineage": ["provider/resources/{imageImport,imageReplica,fleet}"],
  provider: ["components", "stacks", "emulator", "local", "cli", "bench"],
  construct: ["provider/{api,host,resources,functions,source,waiting,watch,rollout}", "emulator", "local", "cli", "stacks", "bench"],
  emulator: ["components", "stacks", "provider", "local", "cli", "bench"],
  local: ["components", "stacks", "emulator", "provider/{api,resources,functions,source,waiting,watch,rollout,sdk}", "cli", "bench"],
};

const zones = Object.entries(forbidden).flatMap(([room, others]) =>
  others.map((other) => ({
    target: room.endsWith(".ts") ? `./${room}` : `./${room}/**/*`,
    from: other.includes("{") ? `./${other}/**/*` : `./${other}`,
  })),
);

/** Time, chance and the network are handed in at each program's entry, so that a whole run can happen on virtual time. */
const handedIn = ["setTimeout", "setInterval", "setImmediate", "fetch"].map((name) => ({
  name,
  message: "Take it from the world that the entry hands in.",
}));

const dialect = [
  {
    selector: ":matches(PropertyDefinition, MethodDefinition[kind!='constructor'])[accessibility='private']",
    message: "Private members are written with `#`.",
  },
  {
    selector:
      "Program > :matches(VariableDeclaration, ExportNamedDeclaration > VariableDeclaration) > VariableDeclarator > Identifier[name=/^[A-Z][A-Z0-9_]+$/]",
    message: "Constants are written in camelCase.",
  },
];

/** A test has no limit of its own: tests/helpers/timeLimit.js has the one of all, which catches hangs, not slowness. */
const timeLimits = [
  "[callee.object.name='jest'][callee.property.name='setTimeout']",
  "[callee.name=/^(it|test)$/][arguments.length>2]",
  "[callee.callee.property.name='each'][arguments.length>2]",
  "[callee.name=/^(before|after)(All|Each)$/][arguments.length>1]",
].map((call) => ({
  selector: `CallExpression${call}`,
  message: "All tests have the one limit of tests/helpers/timeLimit.js: it catches hangs, not slowness.",
}));

export default tseslint.config(
  { ignores: ["dist", ".imagefleet", "node_modules", "**/*.js", "**/*.mjs", "examples/*/node_modules", "examples/policy/index.ts"] },
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
      "no-restricted-syntax": ["error", ...dialect],
      // What a run may never need is loaded where it is first needed; a bundler follows a plain `require` of a path.
      "@typescript-eslint/no-require-imports": ["error", { allow: ["^\\./", "^\\.\\./construct/"] }],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["provider/**/*.ts", "emulator/**/*.ts"],
    ignores: ["provider/main.ts", "provider/steadyClock.ts", "emulator/main.ts"],
    rules: {
      "no-restricted-globals": ["error", ...handedIn],
      "no-restricted-properties": [
        "error",
        { object: "Date", property: "now", message: "Take the clock that the entry hands in." },
        { object: "Math", property: "random", message: "Take the random source that the entry hands in." },
      ],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...dialect, ...timeLimits], "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
