/* Loaded first, so that a program without the optional peer reads what to do. */
try {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- An `import` can't be caught.
  require("@pulumi/digitalocean");
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
  const remedy = "`imagefleet/service` needs the package `@pulumi/digitalocean` beside it: run `npm install @pulumi/digitalocean`.";
  throw new Error(remedy, { cause: error });
}
