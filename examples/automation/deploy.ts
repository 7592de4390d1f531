import { LocalWorkspace } from "@pulumi/pulumi/automation";
import customers from "./customers.json";

/** `deploy.ts IMAGE SSH-KEY…`: a stack for each customer, one after the other, since they share one rate limit. */
async function deploy([image = "", ...sshKeys]: readonly string[]): Promise<void> {
  for (const { name, region, count } of customers) {
    const stack = await LocalWorkspace.createOrSelectStack({ stackName: name, workDir: __dirname });
    await stack.setAllConfig({
      "automation:image": { value: image },
      "automation:region": { value: region },
      "automation:count": { value: String(count) },
      "automation:sshKeys": { value: JSON.stringify(sshKeys) },
    });
    const { outputs } = await stack.up();
    console.log(`${name}: ${(outputs["addresses"]?.value as string[]).join(", ")}`);
  }
}

void deploy(process.argv.slice(2));
