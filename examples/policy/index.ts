import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

new PolicyPack("fleets", {
  policies: rules.map(({ name, description, type, fault }) => ({
    ...{ name, description, enforcementLevel: "mandatory" as const },
    validateResource: ({ type: declared, props }, report) => {
      const found = declared === type ? fault(props) : undefined;
      if (found !== undefined) report(found);
    },
  })),
});
