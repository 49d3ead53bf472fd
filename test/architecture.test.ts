// The architecture as tables: who may import whom, which phases are pure, and what a file looks like. A rule that a
// reader of the README relies on stands here, so that it cannot rot.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

import { expect } from "chai";
import { describe, it } from "mocha";

const ROOT = resolve(import.meta.dirname, "..");

interface SourceFile {
  /** Path below the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Paths of our own files that it imports. */
  readonly own: readonly string[];
  /** Packages and node: modules that it imports. */
  readonly foreign: readonly string[];
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s+"([^"]+)"|\bimport\("([^"]+)"\)|(?:^|\n)\s*import\s+"([^"]+)"/g;

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const specifiers = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
  const own = specifiers.filter((specifier) => specifier.startsWith("."));
  return {
    path,
    text,
    own: own.map((specifier) =>
      relative(ROOT, resolve(ROOT, dirname(path), specifier))
        .split(sep)
        .join("/"),
    ),
    foreign: specifiers.filter((specifier) => !specifier.startsWith(".")),
  };
}

function filesBelow(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !entry.parentPath.includes("node_modules"))
    .map((entry) => read(relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/")));
}

const source = filesBelow("src");

/** A path is in a layer when the layer's pattern fits; the first that fits counts. */
interface Layer {
  readonly name: string;
  readonly files: RegExp;
  /** Of our own files, beside those of the same layer. */
  readonly mayImport: readonly RegExp[];
}

const API = /^src\/api\//;
const API_SHAPE = /^src\/api\/custom-resource\.ts$/;
const DOMAIN = /^src\/domain\//;
const KAFKA_MODEL = /^src\/kafka\/model\//;
const KAFKA_PORT = /^src\/kafka\/(admin|clusters|named-denials|rights)\.ts$/;
const KAFKA_TOKENS = /^src\/kafka\/oauth\//;
const KUBERNETES_PORTS = /^src\/kubernetes\/[^/]+\.ts$/;
const RUNTIME = /^src\/runtime\//;
const RUNTIME_BASICS = /^src\/runtime\/(clock|deadline|backoff|priority|linked-list|object-key|resource-version)\.ts$/;
const TELEMETRY = /^src\/telemetry\//;
const CONTROLLERS = /^src\/controllers\//;

const LAYERS: readonly Layer[] = [
  { name: "api", files: API, mayImport: [] },
  { name: "kafka/model", files: KAFKA_MODEL, mayImport: [] },
  { name: "domain", files: DOMAIN, mayImport: [API, KAFKA_MODEL] },
  { name: "kafka ports", files: KAFKA_PORT, mayImport: [KAFKA_MODEL, RUNTIME_BASICS] },
  { name: "token adapter", files: KAFKA_TOKENS, mayImport: [KAFKA_MODEL, RUNTIME_BASICS] },
  {
    name: "kafka adapter",
    files: /^src\/kafka\/platformatic\//,
    mayImport: [KAFKA_MODEL, KAFKA_PORT, KAFKA_TOKENS, RUNTIME_BASICS],
  },
  { name: "kubernetes ports", files: KUBERNETES_PORTS, mayImport: [API_SHAPE] },
  {
    name: "kubernetes adapter",
    files: /^src\/kubernetes\/client\//,
    mayImport: [API_SHAPE, KUBERNETES_PORTS, RUNTIME_BASICS, TELEMETRY],
  },
  { name: "telemetry", files: TELEMETRY, mayImport: [] },
  { name: "runtime", files: RUNTIME, mayImport: [API_SHAPE, KUBERNETES_PORTS, TELEMETRY] },
  {
    name: "controllers",
    files: CONTROLLERS,
    mayImport: [API, DOMAIN, KAFKA_MODEL, KAFKA_PORT, KUBERNETES_PORTS, RUNTIME, TELEMETRY],
  },
  { name: "settings", files: /^src\/settings\.ts$/, mayImport: [API, DOMAIN] },
  { name: "version", files: /^src\/version\.ts$/, mayImport: [] },
  {
    name: "composition root",
    files: /^src\/(operator\.ts$|composition\/)/,
    mayImport: [
      API,
      DOMAIN,
      CONTROLLERS,
      KAFKA_MODEL,
      KAFKA_PORT,
      KUBERNETES_PORTS,
      RUNTIME,
      TELEMETRY,
      /^src\/settings\.ts$/,
    ],
  },
  { name: "process edge", files: /^src\/(main\.ts|cli\/)/, mayImport: [/^src\//] },
];

/** Packages that one place hides from all others. */
const OWNERS: Readonly<Record<string, RegExp>> = {
  "@platformatic/kafka": /^src\/kafka\/platformatic\//,
  "@kubernetes/client-node": /^src\/kubernetes\/client\/kubeconfig\.ts$/,
  undici: /^src\/(kubernetes\/client|kafka\/oauth)\//,
  yaml: /^src\/(kubernetes\/client\/kubeconfig\.ts$|cli\/)/,
  zod: API,
  winston: /^src\/telemetry\/logger\.ts$/,
  "prom-client": TELEMETRY,
  "@opentelemetry/api": /^src\/telemetry\/tracing\.ts$/,
  "@opentelemetry/sdk-node": /^src\/telemetry\/tracing-sdk\.ts$/,
  commander: /^src\/(main\.ts|cli\/)/,
};

/** Phases that decide. What they need to know of time comes as a value. */
const PURE = [
  API,
  KAFKA_MODEL,
  DOMAIN,
  /^src\/controllers\/(restrict|ready-reason)\.ts$/,
  /^src\/controllers\/[^/]+\/(desired|desired-topics|plan|plan-topics|dead-letters|dead-letter-status|restrict|contested|other-writer|summarize|judgement|status|memory|events|actions|prior-records|shown-lag|group-conditions|observed|[a-z]+-changes|resulting-[a-z]+)\.ts$/,
];
const IMPURE_WORDS =
  /\basync\b|\bawait\b|\bDate\.now\b|\bnew Date\(\)|\bperformance\b|\bMath\.random\b|\bconsole\b|\bLogger\b/;

const FORBIDDEN_NAMES = /(^|[-/])(utils?|helpers?|common|misc|impl|base|handler|service|manager)([-./]|$)/;
const NAME_EXCEPTIONS = new Set(["src/runtime/manager.ts"]);

function layerOf(path: string): Layer | undefined {
  return LAYERS.find(({ files }) => files.test(path));
}

/** The folder of a kind that a path lies in; other folders of the controllers serve all kinds. */
function kindOf(path: string): string | undefined {
  return /^src\/controllers\/(event-bus|event-topic|retention-policy|consumer-group)\//.exec(path)?.[1];
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "$1");
}

describe("The layers", () => {
  it("hold every file", () => {
    expect(source.filter(({ path }) => layerOf(path) === undefined).map(({ path }) => path)).to.deep.equal([]);
  });

  it("import only what the table allows", () => {
    const offences = source.flatMap(({ path, own }) => {
      const layer = layerOf(path);
      const allowed = layer === undefined ? [] : [layer.files, ...layer.mayImport];
      return own
        .filter((target) => !allowed.some((pattern) => pattern.test(target)))
        .map((target) => `${path} → ${target}`);
    });
    expect(offences).to.deep.equal([]);
  });

  it("keep each kind's folder apart from the others", () => {
    const offences = source.flatMap(({ path, own }) =>
      own
        .filter(
          (target) => kindOf(path) !== undefined && kindOf(target) !== undefined && kindOf(path) !== kindOf(target),
        )
        .map((target) => `${path} → ${target}`),
    );
    expect(offences).to.deep.equal([]);
  });

  it("hide each package in one place, and use no other", () => {
    const offences = source.flatMap(({ path, foreign }) =>
      foreign
        .filter((name) => !name.startsWith("node:"))
        .filter((name) => !(Object.hasOwn(OWNERS, name) && OWNERS[name]?.test(path) === true))
        .map((name) => `${path} → ${name}`),
    );
    expect(offences).to.deep.equal([]);
  });

  it("have no cycles", () => {
    const imports = new Map(source.map(({ path, own }) => [path, own]));
    const finished = new Set<string>();
    const visit = (path: string, trail: readonly string[]): void => {
      expect(trail, "cycle").not.to.include(path);
      if (finished.has(path)) return;
      for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
      finished.add(path);
    };
    for (const { path } of source) visit(path, []);
  });
});

describe("Purity", () => {
  const pure = source.filter(({ path }) => PURE.some((pattern) => pattern.test(path)));

  it("covers the phases that decide", () => {
    const phases = ["desired", "plan", "restrict", "summarize"].map(
      (phase) => `src/controllers/event-topic/${phase}.ts`,
    );
    expect(pure.map(({ path }) => path)).to.include.members(phases);
  });

  it("means no clock, no chance, no log and nothing asynchronous", () => {
    const offences = pure.flatMap(({ path, text }) => {
      const found = IMPURE_WORDS.exec(withoutComments(text));
      return found === null ? [] : [`${path}: ${found[0]}`];
    });
    expect(offences).to.deep.equal([]);
  });

  it("lets only main.ts read the environment", () => {
    const readers = source.filter(({ text }) => withoutComments(text).includes("process.env")).map(({ path }) => path);
    expect(readers).to.deep.equal(["src/main.ts"]);
  });
});

describe("Every file", () => {
  const all = [...source, ...["test", "hack", "bench"].flatMap(filesBelow)];

  it("opens with what it is", () => {
    const silent = all.filter(({ path, text }) => !path.endsWith(".test.ts") && !/^(#!.*\n)?\/\/ /.test(text));
    expect(silent.map(({ path }) => path)).to.deep.equal([]);
  });

  it("has at most 350 lines", () => {
    const long = all
      .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
      .filter(({ lines }) => lines > 350);
    expect(long).to.deep.equal([]);
  });

  it("has a name that says what it holds, and no default export or barrel", () => {
    const offences = source.filter(
      ({ path, text }) =>
        (FORBIDDEN_NAMES.test(path) && !NAME_EXCEPTIONS.has(path)) ||
        /(^|\/)index\.ts$/.test(path) ||
        /^export default\b/m.test(text) ||
        !/^[a-z0-9-/.]+$/.test(path),
    );
    expect(offences.map(({ path }) => path)).to.deep.equal([]);
  });

  it("of test/unit mirrors a file or folder of src", () => {
    const mirrored = [...source, ...filesBelow("hack")].map(({ path }) => path);
    const paths = new Set(mirrored.map((path) => path.replace(/\.(ts|mjs)$/, "")));
    const folders = new Set(mirrored.map((path) => dirname(path)));
    const strays = filesBelow("test/unit")
      .map(({ path }) => path)
      .filter(
        (path) =>
          path.startsWith("test/unit/") && path.endsWith(".test.ts") && !path.startsWith("test/unit/environment/"),
      )
      .map((path) => path.replace(/^test\/unit\/(hack\/)?/, (_, hack) => (hack === undefined ? "src/" : "hack/")))
      .map((path) => path.replace(/\.test\.ts$/, ""))
      .filter((path) => !paths.has(path) && !folders.has(path) && !folders.has(dirname(path)));
    expect(strays).to.deep.equal([]);
  });
});
