import * as pulumi from "@pulumi/pulumi";

/** Nothing but what each program costs: the SDK, which every program loads, and the stack itself. */
export const stack = pulumi.getStack();
