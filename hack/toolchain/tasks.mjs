// The tasks behind the npm scripts: what each needs, and what runs it. Paths are relative to the project.

/**
 * @import { ControlPlaneBinary } from "./control-plane-pins.mjs"
 */

/**
 * What must be there before a task starts.
 *
 * @typedef {{ binaries: readonly ControlPlaneBinary[], kafka: boolean }} Needs
 */

/**
 * `command` is a script, with the arguments that precede the user's.
 *
 * `isWhereTheUserIs`: paths among the arguments are relative to where the user is, and not to the project.
 *
 * @typedef {{
 *   does: string,
 *   needs: (args: readonly string[]) => Needs,
 *   command: readonly string[],
 *   isWhereTheUserIs?: boolean,
 * }} Task
 */

/** @type {Needs} */
const NODE_ONLY = { binaries: [], kafka: false };
/** @type {Needs} */
const CLUSTER = { binaries: ["etcd", "kube-apiserver"], kafka: true };
// Garbage collection, namespace deletion and `kubectl wait` are tested; built together with the rest, since each alone
// would take as long.
/** @type {Needs} */
const TEST_CLUSTER = { binaries: ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"], kafka: true };

/** Also what the chart is tried with. */
/** @type {Needs} */
const TEST_EVERYTHING = { ...TEST_CLUSTER, binaries: [...TEST_CLUSTER.binaries, "helm"] };

const TEST_RUNNER = "hack/test-runner/main.ts";
const UNIT_TESTS = /^(\.\/)?test\/(unit(\/|$)|[^/]+\.test\.ts$)/;
/** Files that need Helm bear it in their names; folders may hold some. */
const MAY_NEED_HELM = /helm|^(\.\/)?test(\/(?!.*\.ts$)|$)/;

/**
 * @param {readonly string[]} args
 * @returns {Needs}
 */
function needsOfTests(args) {
  if (args.length > 0 && args.every((arg) => UNIT_TESTS.test(arg))) return NODE_ONLY;
  return args.length === 0 || args.some((arg) => MAY_NEED_HELM.test(arg)) ? TEST_EVERYTHING : TEST_CLUSTER;
}

/** @type {Readonly<Record<string, Task>>} */
export const TASKS = {
  start: {
    does: "run the operator against the current kubeconfig",
    needs: () => NODE_ONLY,
    command: ["src/main.ts", "operator"],
  },
  eventbus: {
    does: "the command line: validate, plan, export, crds; --help",
    needs: () => NODE_ONLY,
    command: ["src/main.ts"],
    isWhereTheUserIs: true,
  },
  demo: {
    does: "ten topics on a real API server and a real Kafka, to look at; --once plays the tour and exits",
    needs: () => CLUSTER,
    command: ["hack/demo/main.ts"],
  },
  test: {
    does: "everything that a change must pass; or the test files given",
    needs: needsOfTests,
    command: [TEST_RUNNER],
  },
  "test:unit": {
    does: "the tests that need no cluster, in seconds",
    needs: () => NODE_ONLY,
    command: [TEST_RUNNER, "--unit"],
  },
  "test:long": {
    does: "also what takes long: crash matrix, outages, three brokers",
    needs: () => TEST_EVERYTHING,
    command: [TEST_RUNNER, "--long"],
  },
  "test:image": {
    does: "build the image with Docker and run it on a real API server and a real Kafka",
    needs: () => CLUSTER,
    command: [TEST_RUNNER, "--long", "test/image"],
  },
  bench: {
    does: "measure latency, throughput and memory; or one suite: -- runtime [sizes]",
    needs: () => CLUSTER,
    command: ["bench/main.ts"],
  },
  generate: {
    does: "write CRDs and reference pages from the sources",
    needs: () => NODE_ONLY,
    command: ["hack/generate.ts"],
  },
  lint: {
    does: "find mistakes, with types",
    needs: () => NODE_ONLY,
    command: ["node_modules/.bin/oxlint"],
  },
  format: {
    does: "format all files; --check only tells",
    needs: () => NODE_ONLY,
    command: ["node_modules/.bin/oxfmt"],
  },
  check: {
    does: "types, lint, format and generated files",
    needs: () => NODE_ONLY,
    command: [TEST_RUNNER, "--static"],
  },
};
