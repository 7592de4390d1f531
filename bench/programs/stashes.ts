import * as pulumi from "@pulumi/pulumi";

for (let at = 0; at < 20; at += 1) new pulumi.Stash(`value-${at}`, { input: "kept" });
