import { keepYoungHeapSmall } from "./youngHeap";

// Imported by a program's entry before all else.
keepYoungHeapSmall();
