import * as pulumi from "@pulumi/pulumi";

console.log("about to fail");
if (new pulumi.Config().getBoolean("exit") === true) process.exit(7);
throw new Error("the greeting is missing");
