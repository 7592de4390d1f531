/* What a program loads as `imagefleet/service`: without the optional peer it says what to do. */
/* eslint-disable @typescript-eslint/no-require-imports -- An `import` can't be caught, and comes before all else. */
try {
  require("@pulumi/digitalocean");
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
  const remedy = "`imagefleet/service` needs the package `@pulumi/digitalocean` beside it: run `npm install @pulumi/digitalocean`.";
  throw new Error(remedy, { cause: error });
}
module.exports = require("./index") as object;
