/** Nothing but what each program costs. */
export {};
