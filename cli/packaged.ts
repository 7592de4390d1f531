import { packagedVerbs, runVerb } from "./verbs";

// The command line of the npm package.
void runVerb(packagedVerbs());
