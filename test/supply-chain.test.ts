// What we take from others: pinned, hashed, licensed, with a reason, and from no registry in particular.

import { readFileSync } from "node:fs";

import { expect } from "chai";
import { describe, it } from "mocha";

import { packageClosure } from "../hack/image/package-closure.ts";
import { lockedPackages, reasonsOfLibraries, shippedPackages } from "../hack/reference/dependencies-page.ts";
import project from "../package.json" with { type: "json" };

/** Permissive ones; each new one is a decision. */
const LICENCES = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Python-2.0",
  "Unlicense",
];

/**
 * Development tools for platforms other than the one where the lockfile was written, whose registry did not serve them: npm
 * would install these unchecked. They are never shipped.
 */
const VARIANT_OF_A_TOOL =
  /^node_modules\/@ox(lint|fmt|lint-tsgolint)\/(binding-)?(android|darwin|freebsd|linux|openharmony|win32)-/;

describe("The supply chain", () => {
  const packages = lockedPackages();
  const installed = Object.entries(packages).filter(([path]) => path !== "");

  it("has a hash for every package that ships, and names no registry", () => {
    const hashless = installed.filter(([, { integrity = "" }]) => !/^sha512-[\w+/]{86}==$/.test(integrity));
    const others = hashless.filter(([path, { dev, optional }]) => !(VARIANT_OF_A_TOOL.test(path) && dev && optional));
    expect(others).to.deep.equal([]);
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).to.deep.equal([]);
  });

  it("pins every direct dependency exactly", () => {
    const all = { ...project.dependencies, ...project.devDependencies, ...project.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).to.deep.equal([]);
  });

  it("runs no script of a package at its installation", () => {
    expect(readFileSync(new URL("../.npmrc", import.meta.url), "utf8")).to.match(/^ignore-scripts=true$/m);
  });

  it("ships only under licences that let it", () => {
    const others = shippedPackages(packages).filter((path) => !LICENCES.includes(packages[path]?.license ?? ""));
    expect(others.map((path) => `${path}: ${packages[path]?.license}`)).to.deep.equal([]);
  });

  it("has a reason in ADR 6 for every dependency that ships", () => {
    const reasons = reasonsOfLibraries();
    expect(Object.keys(project.dependencies).filter((name) => (reasons.get(name) ?? "") === "")).to.deep.equal([]);
  });
});

describe("packageClosure", () => {
  const locked = {
    "": {},
    "node_modules/a": { dependencies: { b: "1", c: "1" }, optionalDependencies: { absent: "1" } },
    "node_modules/b": { dependencies: { c: "2", a: "1" } },
    "node_modules/b/node_modules/c": { peerDependencies: { d: "1" } },
    "node_modules/c": {},
    "node_modules/d": {},
    "node_modules/e": {},
  };

  it("takes what is needed, the nearest of each name, and each once", () => {
    expect(packageClosure(locked, ["a"])).to.deep.equal([
      "node_modules/a",
      "node_modules/b",
      "node_modules/b/node_modules/c",
      "node_modules/c",
      "node_modules/d",
    ]);
  });

  it("is empty for what is not locked", () => {
    expect(packageClosure(locked, ["nobody"])).to.deep.equal([]);
  });
});
