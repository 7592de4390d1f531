import { keepYoungHeapSmall } from "./youngGeneration";

// Imported by a program's entry before all else.
keepYoungHeapSmall();
