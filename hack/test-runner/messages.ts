// What the runner and its workers tell one another over IPC. JSON only.

/** To a worker. A worker runs one file at a time. */
export type Order =
  | { readonly kind: "run"; readonly file: string; readonly grep?: string | undefined }
  /** Stop what the tests have shared, then end. */
  | { readonly kind: "finish" };

/** What came of one test or hook. */
export type TestReport =
  | { readonly kind: "passed"; readonly title: string }
  | { readonly kind: "failed"; readonly title: string; readonly error: string };

/** From a worker, in the order in which it happened. */
export type Report = TestReport | { readonly kind: "fileDone" };
