// Lets Maven bring files, where it is installed: it knows the user's mirrors, proxies and credentials. Never fails: what
// it does not bring is for the caller to get elsewhere.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { runProgram } from "./run-program.mjs";

/** @import { Reaper } from "../reaper/reaper.mjs" */

const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

/**
 * Makes a Maven project in the folder `project`, and copies artifacts into a folder of it, whose path it returns; what
 * Maven could not get is not there.
 *
 * @param {{ project: string, paths: readonly string[], reaper: Reaper }} task `paths` in the layout of a repository.
 * @returns {Promise<string>}
 */
export async function copyWithMaven({ project, paths, reaper }) {
  const copies = join(project, "jars");
  await mkdir(copies, { recursive: true });
  const file = join(project, "pom.xml");
  await writeFile(file, pom(paths));
  try {
    await runProgram(reaper, "mvn", ["-q", "-B", "-f", file, PLUGIN, `-DoutputDirectory=${copies}`]);
  } catch {
    // No Maven, or one that reaches no repository: the caller sees what is there.
  }
  return copies;
}

/**
 * A project that depends on exactly these artifacts and on nothing that they depend on.
 *
 * @param {readonly string[]} paths
 */
function pom(paths) {
  const dependencies = paths.map((path) => {
    const parts = path.split("/");
    const [artifact, version] = parts.slice(-3);
    const group = parts.slice(0, -3).join(".");
    const all = "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>";
    const coordinates = `<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>`;
    return `    <dependency>${coordinates}${all}</dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>event-bus-operator</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
${dependencies.join("\n")}
  </dependencies>
</project>
`;
}
